/// `Docs/Protocol.md`, 5.11, "Probes".
extension FingerprintProfile {
    /// The 1...M short keys that a list most probably holds of the picture, the likeliest first; none if the picture is too poor.
    ///
    /// Soft-decision probing: a bit whose coefficient lies near the median flips easily. Each hypothesis gives its key and those with
    /// the cheapest sets of bits flipped; the lists are merged. Two probes differ in at most `separation` bits, unless that is 0. Any
    /// implementation of single-precision arithmetic finds the same list.
    ///
    /// Time depends on the picture, and stays on the client: about 160,000 multiplications a hypothesis.
    ///
    /// - Parameters:
    ///   - fingerprint: of the picture as sent.
    ///   - raster: of the same picture.
    ///   - separation: r.
    public func probes(of fingerprint: PDQFingerprint, raster: PictureRaster, separation: Int) -> [UInt64] {
        guard accepts(fingerprint) else { return [] }
        let spread = FingerprintProfile.spread(of: fingerprint)
        var candidates: [Candidate] = []
        candidates.reserveCapacity(hypotheses.count * probes)
        for hypothesis in hypotheses {
            // Step 1.
            let coefficients = raster.coefficients(under: hypothesis, asSent: fingerprint)
            let median = PDQFingerprint.lowerMedian(coefficients)
            var key: UInt64 = 0
            var costs: [Float] = []
            costs.reserveCapacity(positions.count)
            for (index, position) in positions.enumerated() {
                let x = coefficients[Int(position)] - median
                if x > 0 { key |= 1 << UInt64(index) }
                costs.append(abs(x))
            }
            // Steps 2 and 3.
            let offset = Float(hypothesis.penalty) * spread / 256
            for (sum, flipped) in FingerprintProfile.nearest(to: key, margins: costs, count: probes) {
                candidates.append(Candidate(cost: offset + sum, place: candidates.count, key: flipped))
            }
        }
        // Step 4: places count through the hypotheses.
        candidates.sort { ($0.cost, $0.place) < ($1.cost, $1.place) }
        // Step 5.
        let limit = separation > 0 ? separation : 64
        var chosen: [UInt64] = []
        chosen.reserveCapacity(probes)
        for candidate in candidates where chosen.count < probes {
            let fits = chosen.allSatisfy { $0 != candidate.key && ($0 ^ candidate.key).nonzeroBitCount <= limit }
            if fits { chosen.append(candidate.key) }
        }
        return chosen
    }

    private struct Candidate {
        var cost: Float
        var place: Int
        var key: UInt64
    }

    /// Step 2: the 128th smallest distance of a coefficient from the median.
    private static func spread(of fingerprint: PDQFingerprint) -> Float {
        var margins: [Float] = []
        margins.reserveCapacity(PDQHash.bitCount)
        for index in 0..<PDQHash.bitCount { margins.append(fingerprint.margin(ofBit: index)) }
        return PDQFingerprint.lowerMedian(margins)
    }

    /// The `count` keys nearest to `key`; `margins[i]` is the price of flipping bit i. Margins are finite and not negative.
    package static func nearestKeys(to key: UInt64, margins: [Float], count: Int) -> [UInt64] {
        nearest(to: key, margins: margins, count: count).map { $0.key }
    }

    /// Step 3, with the sums:
    ///
    /// - Sort the indices by (margin, index). Call the margins in that order a_0 ≤ a_1 ≤ … and the place of an index in it its *rank*.
    /// - The sum of a set is its margins added in order of rank in single precision, from 0 on.
    /// - Sets are ordered by (sum, Σ 2^rank over the set). Take the first `count`.
    private static func nearest(to key: UInt64, margins: [Float], count: Int) -> [(sum: Float, key: UInt64)] {
        var order = [Int](0..<margins.count)
        order.sort { (margins[$0], $0) < (margins[$1], $1) }

        var heap = FlipHeap()
        var found: [(sum: Float, key: UInt64)] = []
        found.reserveCapacity(count)
        found.append((0, key))
        heap.insert(Flips(sumBeforeLast: 0, sum: margins[order[0]], ranks: 1, last: 0))
        // Each non-empty subset has one parent that is not after it in the order: drop the last rank if the one below is
        // taken too, else lower the last rank by one. So the heap holds the next subset at any time.
        while found.count < count, let flips = heap.removeFirst() {
            var flipped = key
            for rank in 0...flips.last where flips.ranks >> UInt64(rank) & 1 == 1 {
                flipped ^= 1 << UInt64(order[rank])
            }
            found.append((flips.sum, flipped))
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
        return found
    }
}
