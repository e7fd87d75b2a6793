import SealedMatchCrypto
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

/// Chance openings of an honest account never use up the openings that the authority decodes (Docs/Security.md, 6).
@Suite struct OpeningCapTests {
    private let levels = CheckLevels.standard
    private let probes = Parameters().probes

    /// Mean and variance of the chance openings of a device's first vouchers of an epoch.
    private func law(_ vouchers: Int) -> (mean: Double, variance: Double) {
        (0..<vouchers).reduce((0, 0)) { sum, number in
            let p = 1 / Double(levels.level(of: UInt32(number)))
            return (sum.0 + Double(probes) * p, sum.1 + Double(probes) * p * (1 - p))
        }
    }

    /// The whole of what the collector takes of an account in an epoch, from one device, and from two that never merge
    /// their numbers: at six standard deviations there is room for the matches that a reveal needs.
    @Test func anHonestAccountStaysBelowTheCap() {
        for devices in [1, 2] {
            let each = law(65_536 / devices)
            let worst = Double(devices) * each.mean + 6 * (Double(devices) * each.variance).squareRoot()
            let needed = 30 + (worst / 312).rounded(.up)
            #expect(worst + needed < Double(OpeningCaps.counted), "\(devices): \(worst)")
            // Today's cap is not far above: were it 16,384, two devices would not fit.
            #expect(worst > 16_384)
        }
        #expect((15_700...15_900).contains(law(65_536).mean))
    }

    /// The same by drawing each slot.
    @Test func aDrawnEpochStaysBelowTheCap() {
        var random = SeededRandom(118)
        var openings = 0
        for number in 0..<65_536 as Range<UInt32> {
            let level = UInt64(levels.level(of: number))
            for _ in 0..<probes where random.next() % level == 0 { openings += 1 }
        }
        let law = law(65_536)
        #expect(abs(Double(openings) - law.mean) < 5 * law.variance.squareRoot())
        #expect(openings < OpeningCaps.counted)
    }
}
