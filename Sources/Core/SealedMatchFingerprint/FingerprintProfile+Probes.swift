/// `Docs/Protocol.md`, 5.11, "Probes".
extension FingerprintProfile {
    /// The 1...M short keys that a list most probably holds of the picture, the likeliest first; none if the picture is
    /// too poor.
    ///
    /// Soft-decision probing: a bit whose coefficient lies near the median flips easily. Each hypothesis gives its key
    /// and those with the cheapest sets of bits flipped; the lists are merged. Two probes differ in at most
    /// `separation` bits, unless that is 0. Any implementation of single-precision arithmetic finds the same list.
    ///
    /// Time depends on the picture, and stays on the client: less than a millisecond on a server's core.
    ///
    /// - Parameters:
    ///   - fingerprint: of the picture as sent.
    ///   - raster: of the same picture.
    ///   - separation: r.
    public func probes(of fingerprint: PDQFingerprint, raster: PictureRaster, separation: Int) -> [UInt64] {
        guard accepts(fingerprint) else { return [] }
        return probes(
            of: fingerprint, coefficients: coefficients(of: fingerprint, raster: raster), separation: separation)
    }

    /// The coefficients under each hypothesis, in their order.
    package func coefficients(of fingerprint: PDQFingerprint, raster: PictureRaster) -> [[Float]] {
        hypotheses.map { raster.coefficients(under: $0, asSent: fingerprint) }
    }

    /// The same list from `coefficients(of:raster:)`; the fingerprint's quality is not looked at.
    package func probes(of fingerprint: PDQFingerprint, coefficients: [[Float]], separation: Int) -> [UInt64] {
        let spread = FingerprintProfile.spread(of: fingerprint)
        var lists: [Candidates] = []
        lists.reserveCapacity(hypotheses.count)
        for (hypothesis, values) in zip(hypotheses, coefficients) {
            // Probes, step 1
            let median = PDQFingerprint.lowerMedian(values)
            var key: UInt64 = 0
            var costs: [Float] = []
            costs.reserveCapacity(positions.count)
            for (index, position) in positions.enumerated() {
                let x = values[Int(position)] - median
                if x > 0 { key |= 1 << UInt64(index) }
                costs.append(abs(x))
            }
            // Probes, steps 2–3
            lists.append(
                Candidates(
                    offset: Float(hypothesis.penalty) * spread / 256, keys: NearestKeys(to: key, margins: costs),
                    left: probes))
        }
        // Probes, steps 4–5. Costs never fall along a list, so the next candidate is the first that is left of some
        // list, of equal ones the earliest list's. Most of the lists is never made.
        let limit = separation > 0 ? separation : 64
        var chosen: [UInt64] = []
        chosen.reserveCapacity(probes)
        while chosen.count < probes {
            var cheapest: Int?
            for index in lists.indices
            where lists[index].left > 0 && (cheapest.map { lists[index].cost < lists[$0].cost } ?? true) {
                cheapest = index
            }
            guard let cheapest else { break }
            let key = lists[cheapest].keys.key
            if chosen.allSatisfy({ $0 != key && ($0 ^ key).nonzeroBitCount <= limit }) { chosen.append(key) }
            lists[cheapest].removeFirst()
        }
        return chosen
    }

    /// The candidates of one hypothesis that have not been looked at.
    private struct Candidates {
        let offset: Float
        var keys: NearestKeys
        var left: Int

        var cost: Float { offset + keys.sum }

        mutating func removeFirst() {
            left = keys.advance() ? left - 1 : 0
        }
    }

    /// Probes, step 2: the 128th smallest distance of a coefficient from the median.
    private static func spread(of fingerprint: PDQFingerprint) -> Float {
        PDQFingerprint.lowerMedian((0..<PDQHash.bitCount).map { fingerprint.margin(ofBit: $0) })
    }

    /// The `count` keys nearest to `key`, at most 2^b; `margins[i]` is the price of flipping bit i.
    package static func nearestKeys(to key: UInt64, margins: [Float], count: Int) -> [UInt64] {
        var keys = NearestKeys(to: key, margins: margins)
        var found = [keys.key]
        while found.count < count, keys.advance() { found.append(keys.key) }
        return found
    }
}
