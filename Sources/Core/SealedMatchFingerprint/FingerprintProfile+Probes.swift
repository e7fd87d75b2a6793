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
        let readings = readings(of: fingerprint, raster: raster)
        return probes(of: fingerprint, readings: readings, separation: separation)
    }

    /// The same probes, and the *probed hash*, which a payload has: that of the likeliest hypothesis, whose short key
    /// is the first probe. All probes are within `separation` of it, unless that is 0. Without marks it is the hash as
    /// sent, and so it is where there are no probes.
    package func probed(
        _ fingerprint: PDQFingerprint, raster: PictureRaster, separation: Int
    ) -> (probes: [UInt64], hash: PDQHash) {
        guard accepts(fingerprint) else { return ([], fingerprint.hash) }
        let readings = readings(of: fingerprint, raster: raster)
        return (
            probes(of: fingerprint, readings: readings, separation: separation),
            likeliest(readings, of: fingerprint).hash
        )
    }

    /// What the picture most likely was, with the quality of that.
    func likeliest(_ readings: [Reading], of fingerprint: PDQFingerprint) -> PDQFingerprint {
        let spread = FingerprintProfile.spread(of: fingerprint)
        func offset(_ reading: Reading) -> Float { Float(reading.penalty) * spread / 256 }
        var best = 0
        for place in readings.indices where offset(readings[place]) < offset(readings[best]) { best = place }
        // The first one is "as sent".
        guard best > 0 else { return fingerprint }
        return PDQFingerprint(unchecked: readings[best].coefficients, quality: readings[best].quality)
    }

    /// What the listed hash may have been made from: the hypotheses of the profile in their order, then those about
    /// what was put on the picture.
    @_optimize(size)
    package func readings(of fingerprint: PDQFingerprint, raster: PictureRaster) -> [Reading] {
        let own = hypotheses.map { hypothesis in
            Reading(
                coefficients: raster.coefficients(under: hypothesis, asSent: fingerprint), penalty: hypothesis.penalty,
                quality: fingerprint.quality)
        }
        guard marks != 0 else { return own }
        return own + raster.readingsWithoutMarks(leastQuality: probeQuality, listedQuality: minimumQuality)
    }

    /// The same list from `readings(of:raster:)`; the fingerprint's quality is not looked at.
    @_optimize(size)
    package func probes(of fingerprint: PDQFingerprint, readings: [Reading], separation: Int) -> [UInt64] {
        let spread = FingerprintProfile.spread(of: fingerprint)
        var lists: [Candidates] = []
        lists.reserveCapacity(readings.count)
        for reading in readings {
            // Probes, step 1
            let values = reading.coefficients
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
                    offset: Float(reading.penalty) * spread / 256, keys: NearestKeys(to: key, margins: costs),
                    left: probes))
        }
        // Probes, steps 4–5. Costs never fall along a list, so the next candidate is the first that is left of some
        // list, of equal ones the earliest list's. Most of the lists is never made.
        let limit = separation > 0 ? separation : 64
        // K_0 comes right behind the first, whatever it costs.
        var second: UInt64? = lists[0].keys.key
        var chosen: [UInt64] = []
        chosen.reserveCapacity(probes)
        while chosen.count < probes {
            let key: UInt64
            if let own = second, chosen.count == 1 {
                key = own
                second = nil
            } else {
                var cheapest: Int?
                for index in lists.indices
                where lists[index].left > 0 && (cheapest.map { lists[index].cost < lists[$0].cost } ?? true) {
                    cheapest = index
                }
                guard let cheapest else { break }
                key = lists[cheapest].keys.key
                lists[cheapest].removeFirst()
            }
            if chosen.allSatisfy({ $0 != key && ($0 ^ key).nonzeroBitCount <= limit }) { chosen.append(key) }
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
