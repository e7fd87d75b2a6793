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

    @Test func sixtyFourBits() {
        var random = SeededRandom(64)
        let margins = (0..<64).map { _ in Float.random(in: 0..<50, using: &random) }
        let keys = FingerprintProfile.nearestKeys(to: ~0, margins: margins, count: 4_096)
        #expect(Set(keys).count == 4_096 && keys.first == ~0)
    }
}
