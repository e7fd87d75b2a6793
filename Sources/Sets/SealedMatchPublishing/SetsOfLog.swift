internal import SealedMatchLog
internal import SealedMatchProtocol

/// The sets of a log, by its entries, read in their order (Docs/Protocol.md, "Watching", steps 4 and 7).
struct SetsOfLog {
    /// What is wrong with a set's entry beside those before.
    enum Fault {
        /// The first entry of its root says otherwise.
        case otherTerms
        /// The first entry of its version has another root.
        case otherRoot
        /// A greater version is before it.
        case older
        case revoked

        /// For a person.
        var reason: StaticString {
            switch self {
            case .otherTerms: "an entry before it says otherwise of the same set"
            case .otherRoot: "another set of its version is in the log"
            case .older: "its version is below that of a set before"
            case .revoked: "the set was revoked before"
            }
        }
    }

    private var entries: [SetRoot: SetEntry] = [:]
    private var roots: [UInt64: SetRoot] = [:]
    private var greatest: UInt64 = 0
    private var revoked: Set<SetRoot> = []

    /// Takes the next entry.
    mutating func add(_ entry: LogEntry) -> [Fault] {
        if case .revocation(_, let revocation) = entry { revoked.insert(revocation.root) }
        guard case .set(let new) = entry else { return [] }
        var faults: [Fault] = []
        if entries[new.root, default: new] != new { faults.append(.otherTerms) }
        if roots[new.version, default: new.root] != new.root { faults.append(.otherRoot) }
        if new.version < greatest { faults.append(.older) }
        if revoked.contains(new.root) { faults.append(.revoked) }
        if entries[new.root] == nil { entries[new.root] = new }
        if roots[new.version] == nil { roots[new.version] = new.root }
        greatest = max(greatest, new.version)
        return faults
    }
}
