/// The keys nearest to one, the nearest first: Protocol 5.11, "Probes", step 3.
///
/// - Sort the indices by (margin, index). Call the margins in that order a_0 ≤ a_1 ≤ … and the place of an index in it
///   its *rank*.
/// - The sum of a set is its margins added in order of rank in single precision, from 0 on.
/// - Sets are ordered by (sum, Σ 2^rank over the set).
struct NearestKeys {
    /// The key that has been reached, and the sum of the margins of its flipped bits.
    private(set) var key: UInt64
    private(set) var sum: Float = 0

    private let start: UInt64
    /// The margins by rank, and their bits.
    private let ranked: [(margin: Float, bit: UInt64)]
    private var heap = FlipHeap()

    /// At `key` itself; `margins[i]` is the price of flipping bit i. There are 1...64 of them, finite and not negative.
    init(to key: UInt64, margins: [Float]) {
        self.key = key
        start = key
        // Floats that are not negative are ordered as their bit patterns.
        var order = margins.indices.map { UInt64(margins[$0].bitPattern) << 32 | UInt64($0) }
        order.sort()
        ranked = order.map { (Float(bitPattern: UInt32($0 >> 32)), 1 << ($0 & 63)) }
        heap.insert(Flips(sumBeforeLast: 0, sum: ranked[0].margin, ranks: 1, last: 0))
    }

    /// Goes on to the next key; false after the last.
    ///
    /// Each non-empty subset has one parent that is not after it in the order: drop the last rank if the one below is
    /// taken too, else lower the last rank by one. So the heap holds the next subset at any time.
    mutating func advance() -> Bool {
        guard let flips = heap.removeFirst() else { return false }
        sum = flips.sum
        key = start
        for rank in 0...flips.last where flips.ranks >> UInt64(rank) & 1 == 1 { key ^= ranked[rank].bit }
        let next = flips.last + 1
        guard next < ranked.count else { return true }
        let margin = ranked[next].margin
        let nextRank: UInt64 = 1 << UInt64(next)
        heap.insert(
            Flips(
                sumBeforeLast: flips.sumBeforeLast, sum: flips.sumBeforeLast + margin,
                ranks: flips.ranks ^ (1 << UInt64(flips.last)) | nextRank, last: next))
        heap.insert(Flips(sumBeforeLast: flips.sum, sum: flips.sum + margin, ranks: flips.ranks | nextRank, last: next))
        return true
    }
}
