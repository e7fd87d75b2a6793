public import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchLists

/// What an event is about, and what it says beside who, when and why. (Docs/Protocol.md, 4.18)
public enum CaseStep: Equatable, Sendable {
    /// The library begins: the key that signs its events, and the text of its policy. Who does it is its first lead.
    case founded(key: Bytes32, policy: String)
    /// A person holds a role from now on; none any more if nil.
    case appointed(person: String, role: CaseRole?)
    /// Another policy is in force from now on: its text.
    case governed(policy: String)
    /// A case file was taken in: its length, and its digest under the event's salt.
    case imported(bytes: Int, digest: Bytes32)
    /// The case is somebody's.
    case assigned(to: String)
    /// The person has seen what a match is about; the match's number in the case, from 1. `basis`: what a page knows of
    /// it; nil where nothing but the person's word is there.
    case viewed(match: Int, basis: CaseViewBasis? = nil)
    /// The person says what a match is.
    case judged(match: Int, category: CaseJudgement.Class, standing: CaseJudgement.Standing)
    /// The person's opinion on the case.
    case decided(CaseOutcome)
    /// A report of a kind was made; the receiver's reference.
    case reported(CaseReport, reference: String)
    /// Something is about to leave: how far the journal of a filing is.
    case filed(CaseFiling)
    /// Nothing more follows.
    case closed
    /// People look again.
    case reopened
    /// The order for a notice to the account was made.
    case notified(CaseNotice)
    /// The file for a source was made: the source's key, the SHA-256 of the file.
    case fedBack(source: Bytes32, digest: Bytes32)
    /// The content of all the case's events before this one is gone. `early`: before the policy's date.
    case erased(early: Bool)

    var kind: String {
        switch self {
        case .founded: "founded"
        case .appointed: "appointed"
        case .governed: "governed"
        case .imported: "imported"
        case .assigned: "assigned"
        case .viewed: "viewed"
        case .judged: "judged"
        case .decided: "decided"
        case .reported: "reported"
        case .filed: "filed"
        case .closed: "closed"
        case .reopened: "reopened"
        case .notified: "notified"
        case .fedBack: "fedBack"
        case .erased: "erased"
        }
    }

    var fields: [String: JSON] {
        switch self {
        case .founded(let key, let policy):
            ["key": .text(Hexadecimal.text(key.bytes)), "policy": .text(policy)]
        case .appointed(let person, let role):
            ["person": .text(person), "role": role.map { .text($0.rawValue) } ?? .null]
        case .governed(let policy): ["policy": .text(policy)]
        case .imported(let bytes, let digest):
            ["bytes": .integer(Int128(bytes)), "digest": .text(Hexadecimal.text(digest.bytes))]
        case .assigned(let person): ["to": .text(person)]
        case .viewed(let match, let basis):
            Dictionary(
                [("match", .integer(Int128(match)))] + (basis.map { [$0.field] } ?? []), uniquingKeysWith: { $1 })
        case .judged(let match, let category, let standing):
            [
                "match": .integer(Int128(match)), "class": .text(category.rawValue),
                "standing": .text(standing.rawValue),
            ]
        case .decided(let outcome): ["outcome": .text(outcome.rawValue)]
        case .reported(let report, let reference):
            ["report": .text(report.rawValue), "reference": .text(reference)]
        case .filed(let filing):
            [
                "filing": .text(filing.kind.rawValue), "round": .integer(Int128(filing.round)),
                "entries": .integer(Int128(filing.entries)), "digest": .text(Hexadecimal.text(filing.digest.bytes)),
            ]
        case .closed, .reopened: [:]
        case .notified(let notice):
            ["notice": .text(notice.kind.rawValue), "set": .text(Hexadecimal.text(notice.root.bytes))]
        case .fedBack(let source, let digest):
            ["source": .text(Hexadecimal.text(source.bytes)), "digest": .text(Hexadecimal.text(digest.bytes))]
        case .erased(let early): ["early": .boolean(early)]
        }
    }

    /// - Returns: nil for a kind that is none, and for fields that are missing or of another form.
    init?(kind: String, _ fields: JSONFields) {
        switch kind {
        case "founded":
            guard let key = fields.bytes32("key"), let policy = fields.text("policy") else { return nil }
            self = .founded(key: key, policy: policy)
        case "appointed":
            guard let person = fields.text("person") else { return nil }
            self = .appointed(person: person, role: fields.text("role").flatMap { CaseRole(rawValue: $0) })
        case "governed":
            guard let policy = fields.text("policy") else { return nil }
            self = .governed(policy: policy)
        case "imported":
            guard let bytes = fields.integer("bytes", 0...CaseEvent.maximumDocument),
                let digest = fields.bytes32("digest")
            else { return nil }
            self = .imported(bytes: bytes, digest: digest)
        case "assigned":
            guard let person = fields.text("to") else { return nil }
            self = .assigned(to: person)
        case "viewed":
            guard let match = fields.integer("match", 1...Int(Int32.max)), let basis = CaseViewBasis.basis(fields)
            else { return nil }
            self = .viewed(match: match, basis: basis)
        case "judged":
            guard let match = fields.integer("match", 1...Int(Int32.max)),
                let category = fields.text("class").flatMap({ CaseJudgement.Class(rawValue: $0) }),
                let standing = fields.text("standing").flatMap({ CaseJudgement.Standing(rawValue: $0) })
            else { return nil }
            self = .judged(match: match, category: category, standing: standing)
        case "decided":
            guard let outcome = fields.text("outcome").flatMap({ CaseOutcome(rawValue: $0) }) else { return nil }
            self = .decided(outcome)
        case "reported":
            guard let report = fields.text("report").flatMap({ CaseReport(rawValue: $0) }),
                let reference = fields.text("reference")
            else { return nil }
            self = .reported(report, reference: reference)
        case "filed":
            guard let kind = fields.text("filing").flatMap({ CaseFiling.Kind(rawValue: $0) }),
                let round = fields.integer("round", 1...Int(Int32.max)),
                let entries = fields.integer("entries", 0...Int(Int32.max)), let digest = fields.bytes32("digest")
            else { return nil }
            self = .filed(CaseFiling(kind: kind, round: round, entries: entries, digest: digest))
        case "closed": self = .closed
        case "reopened": self = .reopened
        case "notified":
            guard let kind = fields.text("notice").flatMap({ CaseNotice.Kind(rawValue: $0) }),
                let root = fields.bytes32("set")
            else { return nil }
            self = .notified(CaseNotice(kind: kind, root: root))
        case "fedBack":
            guard let source = fields.bytes32("source"), let digest = fields.bytes32("digest") else { return nil }
            self = .fedBack(source: source, digest: digest)
        case "erased":
            guard let early = fields.boolean("early") else { return nil }
            self = .erased(early: early)
        default: return nil
        }
    }
}
