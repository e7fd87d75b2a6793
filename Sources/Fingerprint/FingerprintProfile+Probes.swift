extension FingerprintProfile {
    /// The M most probable short keys of the picture before recompression, the nearest first.
    ///
    /// Soft-decision probing: a bit whose coefficient lies near the median flips easily. The keys are the short key with
    /// the M subsets of bits flipped whose margins |coefficient − median| have the smallest sums. They are distinct, and the
    /// first is the unflipped key. Any implementation of single-precision arithmetic finds the same list:
    ///
    /// 1. Sort the indices 0..<b of `positions` by (margin of the bit in single precision, index). Call the margins in that order
    ///    a_0 ≤ a_1 ≤ … and the place of an index in it its *rank*.
    /// 2. The sum of a subset is its margins added in order of rank in single precision, from 0 on.
    /// 3. Subsets are ordered by (sum, Σ 2^rank over the subset). Take the first M.
    ///
    /// Time grows with M · log M and b · log b: a few µs for M = 16. It depends on the picture, and stays on the client.
    public func probes(of fingerprint: PDQFingerprint) -> [UInt64] {
        var margins: [Float] = []
        margins.reserveCapacity(positions.count)
        for position in positions { margins.append(fingerprint.margin(ofBit: Int(position))) }
        return FingerprintProfile.nearestKeys(to: shortKey(of: fingerprint.hash), margins: margins, count: probes)
    }

    /// The `count` keys nearest to `key`; `margins[i]` is the price of flipping bit i. Margins are finite and not negative.
    package static func nearestKeys(to key: UInt64, margins: [Float], count: Int) -> [UInt64] {
        var order = [Int](0..<margins.count)
        order.sort { (margins[$0], $0) < (margins[$1], $1) }

        var heap = FlipHeap()
        var keys: [UInt64] = []
        keys.reserveCapacity(count)
        keys.append(key)
        heap.insert(Flips(sumBeforeLast: 0, sum: margins[order[0]], ranks: 1, last: 0))
        // Each non-empty subset has one parent that is not after it in the order: drop the last rank if the one below is
        // taken too, else lower the last rank by one. So the heap holds the next subset at any time.
        while keys.count < count, let flips = heap.removeFirst() {
            var flipped = key
            for rank in 0...flips.last where flips.ranks >> UInt64(rank) & 1 == 1 {
                flipped ^= 1 << UInt64(order[rank])
            }
            keys.append(flipped)
            let next = flips.last + 1
            guard next < margins.count else { continue }
            let margin = margins[order[next]]
            let nextRank: UInt64 = 1 << UInt64(next)
            heap.insert(
                Flips(
                    sumBeforeLast: flips.sumBeforeLast, sum: flips.sumBeforeLast + margin,
                    ranks: flips.ranks ^ (1 << UInt64(flips.last)) | nextRank, last: next))
            heap.insert(
                Flips(sumBeforeLast: flips.sum, sum: flips.sum + margin, ranks: flips.ranks | nextRank, last: next))
        }
        return keys
    }
}
