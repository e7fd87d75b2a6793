package import SealedMatchCrypto
package import SealedMatchWorkers

/// Keeps the perceptual keys of a set apart, so that a match opens one slot (Docs/Protocol.md, "Entries apart").
///
/// Keys within distance r agree on at least two of r + 2 blocks of their bits: comparing keys that share two blocks
/// finds every near pair, without comparing all.
package struct KeySeparation {
    let separation: Int
    let workers: Workers
    /// The masks within r.
    let masks: [UInt64]
    /// The masks within 4, by which weights are summed.
    private let weightMasks: [UInt64]

    /// Keys further apart than this do not add to each other's weight.
    private static let weightDistance = 4
    /// Each key of a group is compared with at most so many after it for weights: lists of keys that agree in most bits
    /// cost no more than others.
    package static let weightNeighbours = 1_024

    /// - Parameters:
    ///   - bits: b, 1...64.
    ///   - separation: r; keys of a set differ in more than r bits. 0 only forbids equal keys.
    package init(bits: Int, separation: Int, workers: Workers) {
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
    ///   - given: distinct, in the order of entries.
    ///   - counts: c(y) of each key y.
    package func folds(_ given: [UInt64], counts: [UInt32]) throws(SealedMatchError) -> [(key: Int, into: Int)] {
        guard separation > 0, given.count > 1 else { return [] }
        // From here on keys go by their place in this order.
        let order = try mostCentralFirst(given, counts: counts)
        let keys = order.map { given[$0] }
        var kept = [Bool](repeating: false, count: keys.count)
        var candidates = Array(keys.indices)
        var folds: [(key: Int, into: Int)] = []
        // A key can give way to one that itself gives way later in the same pass. Those that are left without a near
        // kept key go round again.
        while !candidates.isEmpty {
            // Entries apart, steps 4–5
            let survivors = try thin(keys, candidates)
            for index in survivors { kept[index] = true }
            let gone = candidates.filter { !kept[$0] }
            // Entries apart, step 6: what is near nothing that stays goes round again
            let nearest = try nearestKept(keys, kept, to: gone, order: order)
            candidates = []
            for (index, into) in zip(gone, nearest) {
                if let into { folds.append((order[index], order[into])) } else { candidates.append(index) }
            }
        }
        return folds.sorted { $0.key < $1.key }
    }

    func near(_ a: UInt64, _ b: UInt64) -> Bool { (a ^ b).nonzeroBitCount <= separation }

    /// "Entries apart", step 3: by descending weight, of equals the first in the order of entries.
    package func mostCentralFirst(_ keys: [UInt64], counts: [UInt32]) throws(SealedMatchError) -> [Int] {
        let weights = try weights(keys, counts: counts)
        return keys.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
    }

    /// "Entries apart", step 2: for each key the sum of c(z)·4^(4 − distance) over the keys z within 4 of it, as far as
    /// they are compared.
    ///
    /// Sums fit: counts below 2^32 of at most 16 lists below 2^32 hashes are less than 2^36 in all.
    package func weights(_ keys: [UInt64], counts: [UInt32]) throws(SealedMatchError) -> [UInt64] {
        var weights = counts.map { UInt64($0) << UInt64(2 * Self.weightDistance) }
        for (number, mask) in weightMasks.enumerated() {
            try workers.checkInterruption()
            let earlier = weightMasks[..<number]
            try forEachBucket(keys, Array(keys.indices), mask) { (bucket) throws(SealedMatchError) in
                for (offset, i) in bucket.enumerated() {
                    try workers.checkInterruption()
                    for j in bucket[(bucket.startIndex + offset + 1)...].prefix(Self.weightNeighbours) {
                        let difference = keys[i] ^ keys[j]
                        let distance = difference.nonzeroBitCount
                        // A pair counts under the first mask that finds it; groups hold pairs that only mix alike, too.
                        guard distance <= Self.weightDistance, difference & mask == 0,
                            !earlier.contains(where: { difference & $0 == 0 })
                        else { continue }
                        let shift = UInt64(2 * (Self.weightDistance - distance))
                        weights[i] += UInt64(counts[j]) << shift
                        weights[j] += UInt64(counts[i]) << shift
                    }
                }
            }
        }
        return weights
    }

    /// Some of the candidates, pairwise apart.
    private func thin(_ keys: [UInt64], _ candidates: [Int]) throws(SealedMatchError) -> [Int] {
        var gone = [Bool](repeating: false, count: keys.count)
        for mask in masks {
            try workers.checkInterruption()
            try forEachBucket(keys, candidates.filter { !gone[$0] }, mask) { (bucket) throws(SealedMatchError) in
                var staying: [Int] = []
                for index in bucket {
                    // A list whose keys agree in most bits makes one bucket of all of them: quadratic, but never deaf.
                    try workers.checkInterruption()
                    if staying.contains(where: { near(keys[$0], keys[index]) }) {
                        gone[index] = true
                    } else {
                        staying.append(index)
                    }
                }
            }
        }
        return candidates.filter { !gone[$0] }
    }

    /// For each of `others`, the nearest kept key within the separation; of equals the first in the order of entries.
    private func nearestKept(_ keys: [UInt64], _ kept: [Bool], to others: [Int], order: [Int]) throws(SealedMatchError)
        -> [Int?]
    {
        guard !others.isEmpty else { return [] }
        var best = [Int?](repeating: nil, count: keys.count)
        let all = keys.indices.filter { kept[$0] } + others
        for mask in masks {
            try workers.checkInterruption()
            try forEachBucket(keys, all, mask) { (bucket) throws(SealedMatchError) in
                let here = bucket.filter { kept[$0] }
                for index in bucket where !kept[index] {
                    try workers.checkInterruption()
                    for candidate in here where near(keys[candidate], keys[index]) {
                        guard let current = best[index] else {
                            best[index] = candidate
                            continue
                        }
                        let new = ((keys[candidate] ^ keys[index]).nonzeroBitCount, order[candidate])
                        if new < ((keys[current] ^ keys[index]).nonzeroBitCount, order[current]) {
                            best[index] = candidate
                        }
                    }
                }
            }
        }
        return others.map { best[$0] }
    }

    /// Calls `body` with the indices of groups of keys, ascending within a group; keys that agree under `mask` are in
    /// one group.
    func forEachBucket(
        _ keys: [UInt64], _ indices: [Int], _ mask: UInt64, _ body: (ArraySlice<Int>) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        // Sorted as plain words: 36 bits of a mix of the masked key, then the index, which is below 2^27. Two groups
        // that mix to the same bits are merely compared in vain.
        var words = indices.map { (((keys[$0] & mask) &* 0x9E37_79B9_7F4A_7C15) & ~(0xFFF_FFFF)) | UInt64($0) }
        words.sort()
        let sorted = words.map { Int($0 & (0xFFF_FFFF)) }
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count && words[end] >> 28 == words[start] >> 28 { end += 1 }
            if end - start > 1 { try body(sorted[start..<end]) }
            start = end
        }
    }
}
