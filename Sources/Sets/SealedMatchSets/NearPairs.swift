package import SealedMatchCrypto
package import SealedMatchWorkers

/// The pairs of perceptual keys that are within r bits of each other: an auditor's check ("Audit", step 4). A proper
/// set has none.
///
/// Keys that differ in at most r of some bits agree on two of r + 2 blocks of these bits. So keys are grouped by every
/// two blocks, and a group that is too large to compare each with each is searched in the same way by the bits that
/// are left. Keys that are apart cannot agree in many bits and be many: the groups become small soon.
///
/// Work does not grow with the square of the number of keys. There are P = (r + 2)(r + 1)/2 pairs of blocks: 28 for
/// r = 6. Keys whose groups are split L times, and then hold g keys at most, cost each at most 32·(P + … + P^L) +
/// P^L·g/2 comparisons, however many keys there are: 58,240 for one split and g = `directCount`. A package that was
/// made to need more is cut short at `maximumWorkPerKey` for each key, at most one grouping (32 for each key) later.
package struct NearPairs {
    /// By places in the list, the lower one first; at most `limit` of them.
    package private(set) var pairs: [(Int, Int)] = []
    /// Comparisons. A key that is put into a group counts as 32 of them, which take about as long.
    package private(set) var work = 0
    /// Whether the work was at its bound before the end: then there may be pairs that were not found.
    package private(set) var isCutShort = false

    private let keys: [UInt64]
    private let separation: Int
    private let limit: Int
    private let workers: Workers
    private let directCount: Int
    private let maximumWork: Int

    /// Groups of up to so many keys are compared each with each.
    package static let directCount = 4_096
    /// About what the rest of the audit takes for a key. Random keys take a tenth of it at most, at 2^27 of them.
    package static let maximumWorkPerKey = 1 << 18
    /// Keys that are looked at to choose the blocks.
    private static let sampleCount = 1_024

    /// - Parameters:
    ///   - keys: fewer than 2^28.
    ///   - bits: b, 1...64: the keys are zero from this bit on.
    ///   - separation: r. 0 asks nothing.
    ///   - limit: the search ends after so many pairs.
    /// - Throws: `interrupted`.
    package init(
        _ keys: [UInt64], bits: Int, separation: Int, limit: Int, workers: Workers,
        directCount: Int = NearPairs.directCount, maximumWorkPerKey: Int = NearPairs.maximumWorkPerKey
    ) throws(SealedMatchError) {
        self.keys = keys
        self.separation = separation
        self.limit = limit
        self.workers = workers
        self.directCount = directCount
        maximumWork = maximumWorkPerKey * keys.count
        guard separation > 0, keys.count > 1 else { return }
        try search(Array(0..<UInt32(keys.count)), free: Array(0..<bits))
    }

    private var isDone: Bool { pairs.count >= limit || isCutShort }

    private mutating func spend(_ steps: Int) {
        work += steps
        if work > maximumWork { isCutShort = true }
    }

    /// - Parameter free: the bits in which keys of the group may differ. Pairs that differ in others need not be found.
    private mutating func search(_ group: [UInt32], free: [Int]) throws(SealedMatchError) {
        // Of r bits or fewer, every two keys are near.
        guard group.count > directCount, free.count > separation else { return try compare(group) }
        let blocks = blocks(of: group, free)
        for i in blocks.indices {
            for j in (i + 1)..<blocks.count {
                // No more bits than fit beside the index in a word; the others stay free.
                let fixed = Array((blocks[i] + blocks[j]).prefix(36))
                let rest = free.filter { !fixed.contains($0) }
                try workers.checkInterruption()
                spend(32 * group.count)
                guard !isDone else { return }
                var words = group.map { index in
                    var word: UInt64 = 0
                    for bit in fixed { word = word << 1 | keys[Int(index)] >> UInt64(bit) & 1 }
                    return word << 28 | UInt64(index)
                }
                words.sort()
                var start = 0
                while start < words.count {
                    var end = start + 1
                    while end < words.count && words[end] >> 28 == words[start] >> 28 { end += 1 }
                    if end - start > 1 {
                        try search(words[start..<end].map { UInt32($0 & 0xFFF_FFFF) }, free: rest)
                        guard !isDone else { return }
                    }
                    start = end
                }
            }
        }
    }

    /// The r + 2 blocks of the bits. Each gets some of those in which the keys differ most, so that every two of them
    /// tell the keys apart: keys that agree in whole blocks of adjacent bits make no large groups.
    private func blocks(of group: [UInt32], _ free: [Int]) -> [[Int]] {
        let step = (group.count + Self.sampleCount - 1) / Self.sampleCount
        var balance = [Int](repeating: 0, count: 64)
        for place in stride(from: 0, to: group.count, by: step) {
            let key = keys[Int(group[place])]
            for bit in free { balance[bit] += key >> UInt64(bit) & 1 == 1 ? 1 : -1 }
        }
        let ordered = free.sorted { (abs(balance[$0]), $0) < (abs(balance[$1]), $1) }
        var blocks = [[Int]](repeating: [], count: separation + 2)
        for (place, bit) in ordered.enumerated() { blocks[place % blocks.count].append(bit) }
        return blocks
    }

    private mutating func compare(_ group: [UInt32]) throws(SealedMatchError) {
        for place in group.indices {
            try workers.checkInterruption()
            spend(group.count - place - 1)
            guard !isDone else { return }
            let key = keys[Int(group[place])]
            for other in group[(place + 1)...] where (key ^ keys[Int(other)]).nonzeroBitCount <= separation {
                let pair = (Int(min(group[place], other)), Int(max(group[place], other)))
                if !pairs.contains(where: { $0 == pair }) { pairs.append(pair) }
                guard !isDone else { return }
            }
        }
    }
}
