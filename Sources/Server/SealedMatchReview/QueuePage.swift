internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchProtocol
internal import SealedMatchSQLite

/// The queue: cases, oldest first, by what is asked for.
struct QueuePage {
    /// What is asked for, as the form has it.
    struct Query: Sendable {
        var state = ""
        var assignee = ""
        var pseudonym = ""
        var label = ""
        var after: UInt64 = 0

        /// - Throws: `parameterOutOfRange`.
        func filter() throws(SealedMatchError) -> CaseFilter {
            var filter = CaseFilter()
            if !state.isEmpty {
                guard let known = CaseState(rawValue: state) else {
                    throw SealedMatchError(.parameterOutOfRange, "there is no such state")
                }
                filter.state = known
            }
            if !assignee.isEmpty {
                try CaseEvent.checkName(assignee)
                filter.assignee = assignee
            }
            if !pseudonym.isEmpty {
                guard let bytes = Hexadecimal.bytes(pseudonym.lowercased().utf8), (1...32).contains(bytes.count) else {
                    throw SealedMatchError(
                        .parameterOutOfRange, "a pseudonym begins with 2 to 64 hexadecimal digits, an even number")
                }
                filter.pseudonym = bytes
            }
            guard label.utf8.count <= 256 else {
                throw SealedMatchError(.parameterOutOfRange, "a label that is looked for has at most 256 bytes")
            }
            return filter
        }

        /// The same query, for a link.
        func path(after: UInt64) -> String {
            let fields = [("state", state), ("assignee", assignee), ("pseudonym", pseudonym), ("label", label)]
            let given = fields.filter { !$0.1.isEmpty }.map { "\($0.0)=\(Self.encoded($0.1))&" }
            return "/cases?\(given.joined())after=\(after)"
        }

        private static func encoded(_ text: String) -> String {
            text.utf8.map { byte in
                let character = Character(Unicode.Scalar(byte))
                return character.isASCII && (character.isLetter || character.isNumber)
                    ? String(character) : "%" + Hexadecimal.text([byte])
            }.joined()
        }
    }

    static let limit = 25

    let query: Query
    let rows: [CaseRow]
    /// The number behind which there may be more.
    let next: UInt64?
    /// The last case whose labels were looked at, where that are not all.
    var searched: UInt64?

    /// Bytes of case files that one page looks for a label in.
    private static let searchedBytes = 16 << 20

    /// Reads a page of the queue.
    static func read(_ query: Query, _ store: CaseStore) throws(SealedMatchError) -> QueuePage {
        let filter = try query.filter()
        guard !query.label.isEmpty else {
            let rows = try store.list(filter, after: query.after, limit: limit)
            return QueuePage(query: query, rows: rows, next: rows.count == limit ? rows.last?.number : nil)
        }
        // As a label stands in a case file.
        let text = Array(JSON.text(query.label).line.utf8.dropFirst().dropLast())
        let (numbers, reached) = try store.numbers(
            holding: text, after: query.after, limit: limit, within: searchedBytes)
        var rows: [CaseRow] = []
        for number in numbers {
            let found = try store.list(filter, after: number - 1, limit: 1)
            guard let row = found.first, row.number == number else { continue }
            let matches = try store.read(number).matches
            if matches.contains(where: { $0.match.label?.contains(query.label) ?? false }) { rows.append(row) }
        }
        let end = numbers.count == limit ? numbers.last : reached
        return QueuePage(query: query, rows: rows, next: end, searched: end)
    }

    func markup(_ visit: Visit) -> Markup {
        let states = CaseState.allCases.map { state -> Markup in
            let chosen: Markup = state.rawValue == query.state ? " selected" : ""
            return "<option value=\"\(state.rawValue)\"\(chosen)>\(Words.state(state))</option>"
        }
        let people = visit.library.people.keys.sorted().map { person -> Markup in
            let chosen: Markup = person == query.assignee ? " selected" : ""
            return "<option value=\"\(person)\"\(chosen)>\(person)</option>"
        }
        let form: Markup = """
            <form method="get" action="/cases" class="filters" role="search" aria-label="Cases">
            <div><label for="state">State</label>
            <select id="state" name="state" accesskey="s"><option value="">any</option>\(states)</select></div>
            <div><label for="assignee">Whose</label>
            <select id="assignee" name="assignee"><option value="">anybody’s</option>\(people)</select></div>
            <div><label for="pseudonym">Pseudonym begins with</label>
            <input id="pseudonym" name="pseudonym" value="\(query.pseudonym)" maxlength="64" autocomplete="off"></div>
            <div><label for="label">Label has</label>
            <input id="label" name="label" value="\(query.label)" maxlength="256" autocomplete="off"></div>
            <button>Show</button>
            </form>
            """
        let place: Markup? = searched.map { "<p role=\"status\">Labels of cases up to \($0) were looked at.</p>" }
        guard !rows.isEmpty else { return "\(form)<p>No case is like this.</p>\(place)\(more)" }
        let lines = rows.enumerated().map { place, row -> Markup in
            let key: Markup = place == 0 ? " accesskey=\"1\"" : ""
            let name = row.pseudonym.map { Words.hexadecimal($0.bytes.prefix(8)) } ?? "–"
            let mark: Markup = row.assignee == visit.person ? " <span class=\"mine\">yours</span>" : ""
            return """
                <tr><th scope="row"><a href="/cases/\(row.number)"\(key)>Case \(row.number)</a></th>
                <td><span class="state \(row.state.rawValue)">\(Words.state(row.state, row.outcome))</span></td>
                <td>\(name)\(row.pseudonym == nil ? .none : "…")</td><td class="number">\(row.epoch.map { "\($0)" } ?? "–")</td>
                <td class="number">\(row.matches)</td><td class="number">\(row.listed)</td>
                <td class="number">\(row.viewed)</td><td>\(row.assignee ?? "–")\(mark)</td>
                <td>\(Words.time(row.changed))</td></tr>
                """
        }
        return """
            \(form)
            <div class="wide" role="region" aria-label="Cases" tabindex="0">
            <table><caption>Oldest first</caption>
            <thead><tr><th scope="col">Case</th><th scope="col">State</th><th scope="col">Pseudonym</th>
            <th scope="col" class="number">Epoch</th><th scope="col" class="number">Matches</th>
            <th scope="col" class="number">Listed</th>
            <th scope="col" class="number">Seen</th><th scope="col">Whose</th><th scope="col">Since</th></tr></thead>
            <tbody>\(lines)</tbody></table>
            </div>
            \(place)\(more)
            """
    }

    private var more: Markup {
        next.map {
            "<p><a href=\"\(query.path(after: $0))\" rel=\"next\" accesskey=\"n\">Next cases\(Page.key("n"))</a></p>"
        }
            ?? .none
    }
}
