import SealedMatchDecoyAnalysis
import Testing

@Suite struct DecoyCurveTests {
    #if DEBUG
        static let extent = DecoyCurve.Extent.least
        /// Four standard errors of the difference at 800 sequences (half of them tested), and what less training costs
        /// the attack.
        static let tolerance = 0.17
        static let sequences = 400
        static let badTolerance = 0.12
    #else
        static let extent = DecoyCurve.Extent.quick
        static let tolerance = 0.08
        static let sequences = 2_000
        static let badTolerance = 0.06
    #endif

    @Test func recomputedCurvesAgreeWithThePublishedOnes() {
        let rows = DecoyCurve.rows(Self.extent)
        var compared = 0
        for row in rows {
            guard let published = row.floor else {
                Issue.record("\(row.name) is not published")
                continue
            }
            compared += 1
            let allowed: Double
            if row.unit == "advantage" {
                // Twelve epochs multiply an error of the attack's training.
                allowed = row.name.contains("12") ? 2 * Self.tolerance : Self.tolerance
            } else {
                allowed = max(1, 0.05 * published)
            }
            #expect(row.value <= published + allowed, "worse than published: \(row.name) \(row.value) \(published)")
            #expect(
                row.value >= published - allowed, "the attack lost its teeth: \(row.name) \(row.value) \(published)")
        }
        #expect(compared >= 22)
    }

    @Test func rowsAreDeterministic() {
        let process = Process.schedule(coverSlots: 6, lastVolume: nil)
        let a = Attack.run(process, volume: 60, .row, sequences: 100, bounded: 5, seed: 3)
        let b = Attack.run(process, volume: 60, .row, sequences: 100, bounded: 5, seed: 3)
        #expect(a.order == b.order && a.bound == b.bound && a.everyEpoch == b.everyEpoch)
    }

    /// Total variation of Poisson(30) and 10 + Poisson(30) is 0.64.
    @Test func fixedRateNoiseIsFoundBadByCount() {
        let t = Attack.run(.poisson(mean: 30), volume: 300, .scattered, sequences: Self.sequences, bounded: 0, seed: 1)
        #expect(abs(t.count - 0.64) < Self.badTolerance)
        #expect(t.order > 0.5)
    }

    @Test(arguments: [Scenario.late, .row]) func decayingRateIsFoundBadByOrder(_ scenario: Scenario) {
        let t = Attack.run(.decaying, volume: 300, scenario, sequences: Self.sequences, bounded: 0, seed: 1)
        #expect(t.order > 0.7)
        #expect(t.count < 0.3)
    }

    /// The bound is of an attacker who is told more, so it is not below what the attacks reach.
    @Test func boundIsAboveTheAttacks() {
        let t = Attack.run(
            .schedule(coverSlots: 6, lastVolume: nil), volume: 100, .row, sequences: Self.sequences, bounded: 60,
            seed: 4)
        #expect(t.order < t.bound + 3 * t.boundError + Self.badTolerance)
        #expect(t.bound < 0.5)
    }

    @Test func publishedTableIsComplete() {
        for n in DecoyCurve.volumes {
            for scenario in Scenario.allCases {
                for kind in ["count", "order", "each12", "one12"] {
                    #expect(DecoyCurve.published["decoys.\(kind).\(scenario.rawValue).\(n)"] != nil)
                }
            }
        }
    }
}
