internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchSQLite

struct CaseListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists cases, oldest first, and counts them.",
        discussion: "At most --limit cases; --after NUMBER shows the next ones.")

    @OptionGroup var library: LibraryOptions
    @Option(help: "Of this state: new, inReview, decided, reported, closed, erased.") var state: CaseState?
    @Option(help: "With this outcome: confirmed, notConfirmed, cannotBeJudged.") var outcome: CaseOutcome?
    @Option(help: "Of this person.") var assignee: String?
    @Option(help: "Of this epoch.") var epoch: UInt32?
    @Option(help: "Whose pseudonym begins with these hexadecimal digits, an even number.") var pseudonym: String?
    @Flag(help: "That the policy lets be erased now.") var erasable = false
    @Option(help: "At most so many, 1 to 10,000.") var limit = 100
    @Option(help: "Only cases behind this number.") var after: UInt64 = 0
    @Flag(help: "Only how many there are, by state.") var counts = false
    @Flag(help: "One JSON object a line.") var json = false

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is 1 to 10,000") }
        guard after < UInt64(Int64.max) else { throw ValidationError("--after is a case's number") }
        guard pseudonym.map({ bytes(hexadecimal: $0) != nil && $0.utf8.count <= 64 }) ?? true else {
            throw ValidationError("--pseudonym is 2 to 64 hexadecimal digits")
        }
    }

    struct Row: Encodable {
        let number: UInt64
        let pseudonym: String?
        let epoch: UInt32?
        let state: String
        let outcome: String?
        let matches: Int
        let listed: Int
        let viewed: Int
        let assignee: String?
        let opened: UInt64
        let changed: UInt64

        init(_ row: CaseRow) {
            number = row.number
            pseudonym = row.pseudonym.map { hexadecimal($0.bytes) }
            epoch = row.epoch
            state = row.state.rawValue
            outcome = row.outcome?.rawValue
            matches = row.matches
            listed = row.listed
            viewed = row.viewed
            assignee = row.assignee
            opened = row.opened
            changed = row.changed
        }
    }

    private struct Count: Encodable {
        let state: String
        let outcome: String?
        let count: Int
    }

    func run() throws {
        try reportingFailures {
            let store = try library.store()
            guard !counts else { return try printCounts(store) }
            var filter = CaseFilter()
            filter.state = state
            filter.outcome = outcome
            filter.assignee = assignee
            filter.epoch = epoch
            filter.pseudonym = pseudonym.flatMap { bytes(hexadecimal: $0) }
            filter.erasable = erasable ? currentTime() : nil
            let rows = try about(library.library.description) {
                try store.list(filter, after: after, limit: limit)
            }
            for row in rows {
                guard !json else {
                    try Terminal.printJSON(Row(row))
                    continue
                }
                let name = row.pseudonym.map { "\(hexadecimal($0.bytes).prefix(16))…" } ?? "-"
                let epoch = row.epoch.map { "epoch \($0)" } ?? "-"
                Terminal.print(
                    "\(row.number)  \(CaseText.state(row.state, row.outcome))  \(name)  \(epoch)  "
                        + "\(count(row.matches, "match", "matches")), \(row.listed) listed, \(row.viewed) viewed  "
                        + "\(row.assignee ?? "-")  \(CaseText.time(row.changed))")
            }
            if !json, rows.count == limit, let last = rows.last {
                Terminal.note("sealedmatch: there may be more: --after \(last.number)")
            }
        }
    }

    private func printCounts(_ store: CaseStore) throws {
        for row in try about(library.library.description, { try store.counts() }) {
            guard !json else {
                try Terminal.printJSON(
                    Count(state: row.state.rawValue, outcome: row.outcome?.rawValue, count: row.count))
                continue
            }
            Terminal.print("\(row.count)  \(CaseText.state(row.state, row.outcome))")
        }
    }
}
