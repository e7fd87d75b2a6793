package import Primitives
package import Workers

/// Keeps the perceptual keys of a set apart, so that a match opens one slot as a decoy does (Docs/Protocol.md, "Entries apart").
///
/// Keys within distance r agree on at least two of r + 2 blocks of their bits: comparing keys that share two blocks finds every near pair, without comparing all.
package struct KeySeparation {
    private let separation: Int
    private let workers: Workers
    /// A mask for each pair of blocks.
    private let masks: [UInt64]

    /// - Parameters:
    ///   - bits: b, 1...64.
    ///   - separation: r; keys of a set differ in more than r bits. 0 only forbids equal keys.
    package init(bits: Int, separation: Int, workers: Workers) {
        self.separation = separation
        self.workers = workers
        let count = separation + 2
        let blocks = (0..<count).map { block in
            (block * bits / count..<(block + 1) * bits / count).reduce(0 as UInt64) { $0 | 1 << UInt64($1) }
        }
        masks = blocks.indices.flatMap { i in ((i + 1)..<count).map { blocks[i] | blocks[$0] } }
    }

    /// Which keys give way to which, so that those that remain are apart and every one that gave way has a remaining key near it.
    /// - Parameter keys: distinct, ascending. Where two are near, the smaller stays.
    package func folds(_ keys: [UInt64]) throws(SealedMatchError) -> [(key: Int, into: Int)] {
        guard separation > 0, keys.count > 1 else { return [] }
        var kept = [Bool](repeating: false, count: keys.count)
        var candidates = Array(keys.indices)
        var folds: [(key: Int, into: Int)] = []
        // A key can give way to one that itself gives way later in the same pass. Those that are left without a near kept key go round again.
        while !candidates.isEmpty {
            let survivors = try thin(keys, candidates)
            for index in survivors { kept[index] = true }
            let gone = candidates.filter { !kept[$0] }
            let nearest = try nearestKept(keys, kept, to: gone)
            candidates = []
            for (index, into) in zip(gone, nearest) {
                if let into { folds.append((index, into)) } else { candidates.append(index) }
            }
        }
        return folds.sorted { $0.key < $1.key }
    }

    /// The pairs of keys at distance r or less, at most `limit`: an auditor's check. None, for a proper set.
    package func nearPairs(_ keys: [UInt64], limit: Int) throws(SealedMatchError) -> [(Int, Int)] {
        guard separation > 0, keys.count > 1 else { return [] }
        var found: [(Int, Int)] = []
        for mask in masks {
            try workers.checkInterruption()
            try forEachBucket(keys, Array(keys.indices), mask) { (bucket) throws(SealedMatchError) in
                for (offset, i) in bucket.enumerated() {
                    try workers.checkInterruption()
                    for j in bucket[(bucket.startIndex + offset + 1)...] where near(keys[i], keys[j]) {
                        guard found.count < limit else { return }
                        if !found.contains(where: { $0 == (min(i, j), max(i, j)) }) { found.append((min(i, j), max(i, j))) }
                    }
                }
            }
        }
        return found
    }

    private func near(_ a: UInt64, _ b: UInt64) -> Bool { (a ^ b).nonzeroBitCount <= separation }

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
                    if staying.contains(where: { near(keys[$0], keys[index]) }) { gone[index] = true } else { staying.append(index) }
                }
            }
        }
        return candidates.filter { !gone[$0] }
    }

    /// For each of `others`, the nearest kept key within the separation; the smallest of equals.
    private func nearestKept(_ keys: [UInt64], _ kept: [Bool], to others: [Int]) throws(SealedMatchError) -> [Int?] {
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
                        let new = ((keys[candidate] ^ keys[index]).nonzeroBitCount, candidate)
                        if new < ((keys[current] ^ keys[index]).nonzeroBitCount, current) { best[index] = candidate }
                    }
                }
            }
        }
        return others.map { best[$0] }
    }

    /// Calls `body` with the indices of groups of keys, ascending within a group; keys that agree under `mask` are in one group.
    private func forEachBucket(
        _ keys: [UInt64], _ indices: [Int], _ mask: UInt64, _ body: (ArraySlice<Int>) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        // Sorted as plain words: 36 bits of a mix of the masked key, then the index, which is below 2^27. Two groups that mix to the same bits are merely compared in vain.
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
