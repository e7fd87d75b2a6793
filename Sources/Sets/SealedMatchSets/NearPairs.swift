package import SealedMatchCrypto
package import SealedMatchWorkers

/// Two keys, by their places in a list.
package struct KeyPair: Equatable, Sendable {
    package var first: UInt32
    package var second: UInt32

    package init(first: UInt32, second: UInt32) {
        self.first = first
        self.second = second
    }
}

/// The pairs of short keys that are within r bits of each other: what the builder keeps apart ("Entries apart"), and an
/// auditor's check ("Audit", step 4). A proper set has none.
///
/// Keys that differ in at most r of some bits agree on a of r + a blocks of these bits. So keys are put into groups by
/// every a blocks, one block after another (`NearPairSearch`), and compared where groups are small. a is chosen so that
/// groups become small and blocks are few: for r = 6 and 10^6 random keys a key costs 1,500 comparisons, or what takes
/// as long; of 10^7 keys 2,300; of 2^27 keys 10,000.
///
/// Groups of keys that agree in more bits than chance has it are split again, by those of their bits in which they
/// differ most. Keys that are apart cannot agree in many bits and be many: their groups become small soon. A list that
/// was made to need more work than `maximumWorkPerKey`, or that has more near pairs than `limit`, ends the search: work
/// does not grow with the square of the number of keys.
package struct NearPairs {
    /// The lower place first, ascending; at most `limit` of them. If there are more, which of them depends on chance
    /// where several threads work.
    package let pairs: [KeyPair]
    /// Comparisons. What else is done for a key counts as as many as take about as long.
    package let work: Int
    /// Whether the work was at its bound before the end: then there may be pairs that were not found.
    package let isCutShort: Bool
    /// Whether these are all pairs.
    package let isComplete: Bool

    /// About what the rest of an audit takes for a key.
    package static let maximumWorkPerKey = 1 << 18

    /// - Parameters:
    ///   - keys: distinct, in the order of entries; fewer than 2^28.
    ///   - bits: b, 1...64: the keys are zero from this bit on.
    ///   - separation: r. 0 asks nothing.
    ///   - limit: the search ends after so many pairs.
    /// - Throws: `interrupted`.
    package init(
        _ keys: [UInt64], bits: Int, separation: Int, limit: Int, workers: Workers,
        maximumWorkPerKey: Int = NearPairs.maximumWorkPerKey
    ) throws(SealedMatchError) {
        let bounds = SearchBounds(maximumWork: maximumWorkPerKey * keys.count, limit: limit)
        var found: [(UInt64, UInt64)] = []
        if separation > 0, keys.count > 1 {
            found = try NearPairSearch.pairs(keys, bits: bits, separation: separation, bounds: bounds, workers: workers)
        }
        work = bounds.work
        isCutShort = bounds.isWorkSpent
        isComplete = !bounds.isSpent
        // Keys are in the order of entries, which is that of their bytes.
        func place(_ key: UInt64) -> UInt32 {
            var (low, high) = (0, keys.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if keys[middle].byteSwapped <= key.byteSwapped { low = middle } else { high = middle }
            }
            return UInt32(low)
        }
        var pairs = found.map { pair in
            let (a, b) = (place(pair.0), place(pair.1))
            return KeyPair(first: min(a, b), second: max(a, b))
        }
        pairs.sort { ($0.first, $0.second) < ($1.first, $1.second) }
        self.pairs = pairs.count > limit ? Array(pairs[..<limit]) : pairs
    }
}
