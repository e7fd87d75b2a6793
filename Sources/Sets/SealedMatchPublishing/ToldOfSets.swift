internal import SealedMatchCrypto
internal import SealedMatchLog
internal import SealedMatchProtocol

/// What the entries of a log say of its sets, read in their order (Docs/Protocol.md, "Watching", step 7).
struct ToldOfSets {
    private struct Counting: Hashable {
        let root: SetRoot
        let epoch: UInt64
    }

    /// Custodians of each set; 0 of one authority.
    private var custodians: [SetRoot: Int] = [:]
    private var counts: [Counting: (index: Int, counted: LogEntry.Statistics)] = [:]

    /// Takes the next entry.
    /// - Returns: what is wrong with it beside those before.
    mutating func add(_ entry: LogEntry, at index: Int) -> [String] {
        switch entry {
        case .sources: return []
        case .set(let published):
            custodians[published.root] = published.terms.custodians.count
            return []
        case .revocation(_, let revocation):
            return custodians[revocation.root] == nil ? [Self.unknown] : []
        case .erasure(_, let erasure):
            guard let count = custodians[erasure.root] else { return [Self.unknown] }
            // 0 is the key of one authority, which divided keys have not.
            let isShare = count == 0 ? erasure.share == 0 : (1...UInt64(count)).contains(erasure.share)
            return isShare ? [] : ["the set has no share \(erasure.share)"]
        case .statistics(_, let counted): return add(counted, at: index)
        }
    }

    private mutating func add(_ counted: LogEntry.Statistics, at index: Int) -> [String] {
        guard let count = custodians[counted.root] else { return [Self.unknown] }
        guard counted.slots.count == max(1, count) else { return ["it has not one count of slots for each custodian"] }
        let counting = Counting(root: counted.root, epoch: counted.epoch)
        guard let first = counts[counting] else {
            counts[counting] = (index, counted)
            return []
        }
        return first.counted == counted ? [] : ["its counts are not those of entry \(first.index)"]
    }

    private static let unknown = "its set is not in the log before it"
}
