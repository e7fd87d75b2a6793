package import SealedMatchCrypto
package import SealedMatchWorkers

/// Keeps the perceptual keys of a set apart, so that a match opens one slot (Docs/Protocol.md, "Entries apart").
///
/// All near pairs are found first; then every step of the specification looks at these alone. Time is in proportion to
/// the work of `NearPairs`, which is bounded, and to the pairs. Lists with more than `pairsPerKey` near pairs for each
/// key are compared group by group instead, as the specification says it (`GroupFolding`).
package struct KeySeparation {
    let separation: Int
    let workers: Workers
    private let bits: Int
    /// The masks within r.
    let masks: [UInt64]
    /// The masks within 4, by which weights are summed.
    private let weightMasks: [UInt64]

    /// A key that gives way, and the one that it gives way to, by their places.
    package typealias Fold = (key: Int, into: Int)

    /// Keys further apart than this do not add to each other's weight.
    private static let weightDistance = 4
    /// Each key of a group is compared with at most so many after it for weights: lists of keys that agree in most bits
    /// cost no more than others.
    package static let weightNeighbours = 1_024
    /// Near pairs that are kept in memory, for each key. Random keys have 1 or fewer, at 2^27 of them.
    package static let pairsPerKey = 4

    /// - Parameters:
    ///   - bits: b, 1...64.
    ///   - separation: r; keys of a set differ in more than r bits. 0 only forbids equal keys.
    package init(bits: Int, separation: Int, workers: Workers) {
        self.bits = bits
        self.separation = separation
        self.workers = workers
        masks = Self.masks(within: separation, bits: bits)
        weightMasks = Self.masks(within: Self.weightDistance, bits: bits)
    }

    /// Entries apart, step 1: a mask for each pair of `distance` + 2 blocks: keys within the distance agree under one
    /// of them at least.
    private static func masks(within distance: Int, bits: Int) -> [UInt64] {
        let count = distance + 2
        let blocks = (0..<count).map { block in
            (block * bits / count..<(block + 1) * bits / count).reduce(0 as UInt64) { $0 | 1 << UInt64($1) }
        }
        return blocks.indices.flatMap { i in ((i + 1)..<count).map { blocks[i] | blocks[$0] } }
    }

    /// Which keys give way to which, so that those that remain are apart and every one that gave way has a remaining
    /// key near it. Where two are near, the more central one stays: of a family of near duplicates the middle, which
    /// probes find more often.
    /// - Parameters:
    ///   - keys: distinct, in the order of entries; fewer than 2^28.
    ///   - counts: c(y) of each key y.
    ///   - pairsPerKey: see `KeySeparation.pairsPerKey`; 0 compares group by group.
    package func folds(
        _ keys: [UInt64], counts: [UInt32], pairsPerKey: Int = KeySeparation.pairsPerKey
    ) throws(SealedMatchError) -> [Fold] {
        guard separation > 0, keys.count > 1 else { return [] }
        let near = try pairs(keys, pairsPerKey: pairsPerKey)
        let weights = try weights(keys, counts: counts, near)
        guard near.isComplete else {
            return try GroupFolding(keys, weights: weights, separation: separation, masks: masks, workers: workers)
                .folds()
        }
        return try PairFolding(keys, weights: weights, pairs: near.pairs, masks: masks, workers: workers).folds()
    }

    /// The near pairs of keys in the order of entries.
    package func pairs(_ keys: [UInt64], pairsPerKey: Int) throws(SealedMatchError) -> NearPairs {
        try NearPairs(keys, bits: bits, separation: separation, limit: pairsPerKey * keys.count, workers: workers)
    }

    func near(_ a: UInt64, _ b: UInt64) -> Bool { (a ^ b).nonzeroBitCount <= separation }

    /// "Entries apart", step 2: for each key the sum of c(z)·4^(4 − distance) over the keys z within 4 of it, as far as
    /// they are compared.
    ///
    /// Sums fit: counts below 2^32 of at most 16 lists below 2^32 hashes are less than 2^36 in all.
    /// - Parameter near: the pairs within r.
    package func weights(
        _ keys: [UInt64], counts: [UInt32], _ near: NearPairs
    ) throws(SealedMatchError) -> [UInt64] {
        guard separation >= Self.weightDistance, near.isComplete, try isEveryPairCompared(keys) else {
            return try weightsByGroups(keys, counts: counts)
        }
        var weights = counts.map { Self.weight($0, distance: 0) }
        for pair in near.pairs {
            let (one, other) = (Int(pair.first), Int(pair.second))
            let distance = (keys[one] ^ keys[other]).nonzeroBitCount
            guard distance <= Self.weightDistance else { continue }
            weights[one] += Self.weight(counts[other], distance: distance)
            weights[other] += Self.weight(counts[one], distance: distance)
        }
        return weights
    }

    private static func weight(_ count: UInt32, distance: Int) -> UInt64 {
        UInt64(count) << UInt64(2 * (weightDistance - distance))
    }

    /// Whether no group is so large that a key is not compared with all after it. False also if that is not certain.
    private func isEveryPairCompared(_ keys: [UInt64]) throws(SealedMatchError) -> Bool {
        let isSmall = SharedBuffer(repeating: false, count: weightMasks.count)
        try workers.forEachChunk("group", count: weightMasks.count, chunk: 1) { (range) throws(SealedMatchError) in
            for number in range {
                // Keys of one group are of one part.
                var parts = [UInt32](repeating: 0, count: 1 << 20)
                for key in keys { parts[Int(KeyGroups.group(of: key, weightMasks[number]) >> 16)] += 1 }
                isSmall[number] = parts.allSatisfy { $0 <= Self.weightNeighbours + 1 }
            }
        }
        return weightMasks.indices.allSatisfy { isSmall[$0] }
    }

    /// The same, without a list of pairs.
    private func weightsByGroups(_ keys: [UInt64], counts: [UInt32]) throws(SealedMatchError) -> [UInt64] {
        let weights = SharedBuffer<UInt64>(repeating: 0, count: keys.count)
        for place in keys.indices { weights[place] = Self.weight(counts[place], distance: 0) }
        for (number, mask) in weightMasks.enumerated() {
            let earlier = weightMasks[..<number]
            let groups = try KeyGroups(keys, mask: mask, workers: workers)
            // A key is in one group: no two threads touch one weight.
            try workers.forEachChunk("weights", count: groups.count, chunk: 4096) { (range) throws(SealedMatchError) in
                var here: [UInt64] = []
                try groups.forEach(in: range) { (group) throws(SealedMatchError) in
                    here.removeAll(keepingCapacity: true)
                    for index in group { here.append(keys[groups.place(index)]) }
                    for i in here.indices {
                        try workers.checkInterruption()
                        let key = here[i]
                        for j in (i + 1)..<min(i + 1 + Self.weightNeighbours, here.count) {
                            let difference = key ^ here[j]
                            let distance = difference.nonzeroBitCount
                            // A pair counts under the first mask that finds it; groups hold pairs that only mix alike,
                            // too.
                            guard distance <= Self.weightDistance, difference & mask == 0,
                                !earlier.contains(where: { difference & $0 == 0 })
                            else { continue }
                            let (one, other) = (
                                groups.place(group.lowerBound + i), groups.place(group.lowerBound + j)
                            )
                            weights[one] += Self.weight(counts[other], distance: distance)
                            weights[other] += Self.weight(counts[one], distance: distance)
                        }
                    }
                }
            }
        }
        return keys.indices.map { weights[$0] }
    }
}
