import SealedMatchFingerprint
import SealedMatchTestSupport
import Testing

/// The enumeration against a sort of all subsets.
@Suite struct ProbeTests {
    private func byBruteForce(key: UInt64, margins: [Float], count: Int) -> [UInt64] {
        let order = margins.indices.sorted { (margins[$0], $0) < (margins[$1], $1) }
        let subsets = (0..<(1 << margins.count)).map { subset in
            var sum: Float = 0
            for rank in order.indices where subset >> rank & 1 == 1 { sum += margins[order[rank]] }
            return (sum: sum, subset: subset)
        }
        let sorted = subsets.sorted { ($0.sum, $0.subset) < ($1.sum, $1.subset) }
        return sorted.prefix(count).map { entry in
            var flipped = key
            for rank in order.indices where entry.subset >> rank & 1 == 1 { flipped ^= 1 << UInt64(order[rank]) }
            return flipped
        }
    }

    enum Margins: CaseIterable {
        case uniform, fewValues, zeros, wide
    }

    @Test(arguments: 1...11, Margins.allCases)
    func equalsBruteForce(bits: Int, kind: Margins) {
        var random = SeededRandom(UInt64(bits))
        for _ in 0..<20 {
            let margins: [Float] = (0..<bits).map { _ in
                switch kind {
                case .uniform: Float.random(in: 0..<100, using: &random)
                case .fewValues: Float(Int.random(in: 0...3, using: &random))
                case .zeros: 0
                // Sums in which small margins vanish.
                case .wide: Float.random(in: 1..<2, using: &random) * (Bool.random(using: &random) ? 1e8 : 1e-3)
                }
            }
            let key = UInt64.random(in: 0..<1 << UInt64(bits), using: &random)
            for count in [1, min(16, 1 << bits), 1 << bits] {
                let keys = FingerprintProfile.nearestKeys(to: key, margins: margins, count: count)
                #expect(keys == byBruteForce(key: key, margins: margins, count: count))
                #expect(Set(keys).count == count)
            }
        }
    }

    /// "Probes", steps 1 to 5, as they stand: all candidates in order, the picture's own key behind the first.
    private func probesByBruteForce(
        _ profile: FingerprintProfile, _ fingerprint: PDQFingerprint, _ readings: [Reading], separation: Int
    ) -> [UInt64] {
        let spread = (0..<256).map { fingerprint.margin(ofBit: $0) }.sorted()[127]
        var candidates: [(cost: Float, hypothesis: Int, place: Int, key: UInt64)] = []
        for (number, reading) in readings.enumerated() {
            let median = reading.coefficients.sorted()[127]
            let values = profile.positions.map { reading.coefficients[Int($0)] - median }
            let key = values.indices.reduce(UInt64(0)) { values[$1] > 0 ? $0 | 1 << UInt64($1) : $0 }
            let costs = values.map(abs)
            for (place, near) in byBruteForce(key: key, margins: costs, count: profile.probes).enumerated() {
                var sum: Float = 0
                for index in costs.indices.sorted(by: { (costs[$0], $0) < (costs[$1], $1) })
                where (near ^ key) >> UInt64(index) & 1 == 1 { sum += costs[index] }
                candidates.append((Float(reading.penalty) * spread / 256 + sum, number, place, near))
            }
        }
        var keys = candidates.sorted { ($0.cost, $0.hypothesis, $0.place) < ($1.cost, $1.hypothesis, $1.place) }
            .map(\.key)
        keys.insert(profile.shortKey(of: fingerprint.hash), at: 1)
        var taken: [UInt64] = []
        for key in keys where taken.count < profile.probes {
            if taken.allSatisfy({ $0 != key && (separation == 0 || ($0 ^ key).nonzeroBitCount <= separation) }) {
                taken.append(key)
            }
        }
        return taken
    }

    /// The picture's own key is the second probe if the first is another one within r, and none if it is farther.
    @Test(arguments: 0...8)
    func ownKeyComesSecond(separation: Int) throws {
        var random = SeededRandom(UInt64(7 + separation))
        var (second, missing) = (0, 0)
        for round in 0..<60 {
            let coefficients = (0..<256).map { _ in Float.random(in: -100..<100, using: &random) }
            let sent = try #require(PDQFingerprint(coefficients: coefficients, quality: 100))
            let profile = try FingerprintProfile(
                id: 9, positions: Array(0..<9), probes: [1, 2, 3, 16, 64][round % 5], minimumQuality: 0, marks: 1)
            // Marks that move each coefficient a little, or more, or turn them all, so that the key is about 9 bits
            // away; likelier than the picture as it is, or not.
            let (sign, far): (Float, Float) = [(1, 10), (1, 40), (-1, 1)][round % 3]
            let readings =
                [Reading(coefficients: coefficients, penalty: 0, quality: 100)]
                + [-60, -20, 30].map { penalty in
                    Reading(
                        coefficients: coefficients.map { sign * $0 + Float.random(in: -far..<far, using: &random) },
                        penalty: penalty, quality: 100)
                }
            let found = profile.probes(of: sent, readings: readings, separation: separation)
            #expect(found == probesByBruteForce(profile, sent, readings, separation: separation))
            let own = profile.shortKey(of: sent.hash)
            let apart = (found[0] ^ own).nonzeroBitCount
            if apart > 0, profile.probes > 1 {
                #expect(found.firstIndex(of: own) == (separation == 0 || apart <= separation ? 1 : nil))
                if found.contains(own) { second += 1 } else { missing += 1 }
            }
            for one in found where separation > 0 {
                for other in found { #expect((one ^ other).nonzeroBitCount <= separation) }
            }
        }
        #expect(second > 0 || separation == 1)
        #expect(missing > 0 || separation == 0)
    }

    @Test func sixtyFourBits() {
        var random = SeededRandom(64)
        let margins = (0..<64).map { _ in Float.random(in: 0..<50, using: &random) }
        let keys = FingerprintProfile.nearestKeys(to: ~0, margins: margins, count: 4_096)
        #expect(Set(keys).count == 4_096 && keys.first == ~0)
    }
}
