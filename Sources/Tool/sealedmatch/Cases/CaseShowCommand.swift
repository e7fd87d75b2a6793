internal import ArgumentParser
internal import Foundation
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchSQLite

struct CaseShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a case: what was met, what people did with it, and its events.",
        discussion: """
            Every event of the case is checked before. Fingerprints and notes are what the client software said. A note \
            is shown as text where it is UTF-8, else as hexadecimal digits, and cut.
            """)

    @OptionGroup var library: LibraryOptions
    @OptionGroup var number: CaseNumber
    @Option(help: "At most so many matches, 0 to 10,000.") var limit = 20
    @Option(help: "Only matches behind this number.") var after = 0
    @Flag(help: "The events: who, when, what, why.") var events = false
    @Flag(help: "One JSON object.") var json = false

    func validate() throws {
        guard (0...10_000).contains(limit), after >= 0 else { throw ValidationError("--limit is 0 to 10,000") }
    }

    private struct Document: Encodable {
        struct Match: Encodable {
            let number: Int
            let match: CaseMatch
            let viewedBy: [String: UInt64]
            let judgements: [Judgement]
        }
        struct Judgement: Encodable {
            let by: String
            let time: UInt64
            let category: String
            let standing: String
            let why: String
        }
        struct Opinion: Encodable {
            let by: String
            let time: UInt64
            let outcome: String
            let why: String
        }
        struct Event: Encodable {
            let by: String
            let time: UInt64
            let what: String
            let why: String
        }
        let row: CaseListCommand.Row
        let round: Int
        let parts: [Int]
        let sets: [String]
        let opinions: [Opinion]
        let matches: [Match]
        let events: [Event]
    }

    func run() throws {
        try reportingFailures {
            let store = try library.store()
            let subject = "case \(number.number)"
            let found = try about(subject) { try store.read(number.number) }
            let said = events ? try about(subject) { try store.events(of: number.number) } : []
            let matches = found.matches.dropFirst(after).prefix(limit)
            guard !json else { return try printJSON(found, Array(matches), said) }
            let row = CaseRow(found)
            Terminal.print("case \(row.number): \(CaseText.state(row.state, row.outcome)), round \(found.round)")
            if let pseudonym = row.pseudonym, let epoch = row.epoch {
                Terminal.print("pseudonym  \(hexadecimal(pseudonym.bytes))  epoch \(epoch)")
            }
            for root in found.roots { Terminal.print("set        \(hexadecimal(root.bytes))") }
            Terminal.print(
                "matches    \(row.matches), \(row.listed) listed, \(row.viewed) viewed; "
                    + "\(row.assignee.map { "of \($0)" } ?? "nobody's"); since \(CaseText.time(row.changed))")
            for opinion in found.opinions {
                Terminal.print(
                    "opinion    \(CaseText.outcome(opinion.outcome)), \(opinion.by), \(CaseText.time(opinion.time)): "
                        + CaseText.bounded(opinion.why))
            }
            for report in found.reports {
                Terminal.print(
                    "report     \(report.kind.rawValue) \(CaseText.bounded(report.reference)), "
                        + CaseText.time(report.time))
            }
            for match in matches { print(match) }
            if after + limit < found.matches.count {
                Terminal.print("\(found.matches.count - after - limit) more matches: --after \(after + limit)")
            }
            for event in said {
                Terminal.print(
                    "event      \(CaseText.time(event.time))  \(event.by)  \(Self.what(event.step))"
                        + (event.why.isEmpty ? "" : ": \(CaseText.bounded(event.why))"))
            }
        }
    }

    private func print(_ match: ReviewedMatch) {
        let file = match.match
        let distance = file.keyDistance.map { ", key within \($0) bits" } ?? ""
        Terminal.print(
            "match \(match.number)  \(CaseText.bounded(file.fingerprintKind, to: 16)) "
                + "\(CaseText.bounded(file.fingerprint, to: 64))  \(CaseText.bounded(file.finding, to: 16))"
                + "\(distance)  \(CaseText.bounded(file.label ?? ""))")
        if !file.note.isEmpty { Terminal.print("  note     \(Self.note(file.note))") }
        for (person, time) in match.viewedBy.sorted(by: { $0.key < $1.key }) {
            Terminal.print("  viewed   \(person), \(CaseText.time(time))")
        }
        if match.viewedBy.isEmpty { Terminal.print("  viewed   by nobody") }
        for judgement in match.judgements {
            Terminal.print(
                "  judged   \(judgement.category.rawValue), \(judgement.standing.rawValue), \(judgement.by): "
                    + CaseText.bounded(judgement.why))
        }
    }

    private static func note(_ base64: String) -> String {
        guard let bytes = Data(base64Encoded: base64) else { return "not base64" }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return CaseText.bounded(hexadecimal(bytes.prefix(256)))
        }
        return CaseText.bounded(text)
    }

    /// What a page knows of it: no words of a person.
    private static func basis(_ basis: CaseViewBasis) -> String {
        switch basis {
        case .shown(let type, let bytes, let digest):
            ", which a page showed: \(type), \(bytes) bytes, SHA-256 \(hexadecimal(digest.bytes))"
        case .file(let type, let bytes, let digest):
            ", and says that it was this file: \(type), \(bytes) bytes, SHA-256 \(hexadecimal(digest.bytes))"
        case .stated(.notHeld): ", stated: the evidence is not held"
        case .stated(.notShown): ", stated: the evidence could not be shown"
        case .stated(.noEvidence): ", stated: the page has no evidence"
        }
    }

    private static func what(_ step: CaseStep) -> String {
        switch step {
        case .founded: "founded the library"
        case .appointed(let person, let role): "gave \(person) the role \(role?.rawValue ?? "of nobody")"
        case .governed: "put a policy in force"
        case .imported(let bytes, _): "took in a case file of \(bytes) bytes"
        case .assigned(let person): "gave it to \(person)"
        case .viewed(let match, let basis): "viewed match \(match)\(basis.map(Self.basis) ?? "")"
        case .judged(let match, let category, let standing):
            "judged match \(match) to be \(category.rawValue), \(standing.rawValue)"
        case .decided(let outcome): "gave the opinion \(CaseText.outcome(outcome))"
        case .reported(let kind, let reference):
            "reported it: \(kind.rawValue) \(CaseText.bounded(reference))"
        case .filed(let filing):
            filing.entries == 0
                ? "gave the filing \(filing.kind.rawValue) of round \(filing.round) up as lost"
                : "went on with the filing \(filing.kind.rawValue) of round \(filing.round): \(filing.entries) "
                    + "entries, SHA-256 \(hexadecimal(filing.digest.bytes).prefix(16))…"
        case .closed: "closed it"
        case .reopened: "opened it again"
        case .notified(let notice): "ordered the notice \(notice.kind.rawValue)"
        case .fedBack(let source, _): "made the file for source \(hexadecimal(source.bytes).prefix(16))…"
        case .erased(let early): early ? "erased it early" : "erased it"
        }
    }

    private func printJSON(_ found: ReviewedCase, _ matches: [ReviewedMatch], _ said: [CaseEvent]) throws {
        try Terminal.printJSON(
            Document(
                row: .init(CaseRow(found)), round: found.round, parts: found.parts,
                sets: found.roots.map { hexadecimal($0.bytes) },
                opinions: found.opinions.map {
                    .init(by: $0.by, time: $0.time, outcome: $0.outcome.rawValue, why: $0.why)
                },
                matches: matches.map { match in
                    .init(
                        number: match.number, match: match.match, viewedBy: match.viewedBy,
                        judgements: match.judgements.map {
                            .init(
                                by: $0.by, time: $0.time, category: $0.category.rawValue,
                                standing: $0.standing.rawValue, why: $0.why)
                        })
                },
                events: said.map {
                    .init(by: $0.by, time: $0.time, what: CaseShowCommand.what($0.step), why: $0.why)
                }))
    }
}
