import Foundation
import SealedMatchSimulation
import SealedMatchWorkers
import Testing

/// The probability that false positives alone reach t: against sums written out, and against the simulation.
@Suite struct InnocentTests {
    private func group(_ others: VolumeLaw, _ chance: Double) -> PopulationGroup {
        var group = PopulationGroup(name: "a", accounts: 2_000)
        group.others = others
        group.falsePositives = chance
        return group
    }

    private func tail(_ group: PopulationGroup, _ t: Int) -> Double {
        exp(InnocentTail(group, thresholds: t + 1).logTails[t])
    }

    private func isNear(_ a: Double, _ b: Double, _ relative: Double) -> Bool { abs(a - b) <= relative * abs(b) }

    @Test func fixedVolume() {
        // P(X ≥ t) of Bin(20, 0.3), term by term.
        var sum = 0.0
        for g in 7...20 {
            var term = 1.0
            for i in 0..<g { term *= Double(20 - i) / Double(i + 1) * 0.3 }
            sum += term * pow(0.7, Double(20 - g))
        }
        #expect(isNear(tail(group(.fixed(20), 0.3), 7), sum, 1e-12))
        #expect(tail(group(.fixed(20), 0.3), 0) == 1)
        #expect(InnocentTail(group(.fixed(20), 0.3), thresholds: 23).logTails[21] == -.infinity)
        // ln C(1000, 30) + 30 ln 10^-6 + …: the first term is nearly all.
        let first = lgamma(1_001.0).0 - lgamma(31.0).0 - lgamma(971.0).0 + 30 * log(1e-6) + 970 * log1p(-1e-6)
        let log = InnocentTail(group(.fixed(1_000), 1e-6), thresholds: 31).logTails[30]
        #expect(log > first && log - first < 1e-4 && log < -280)
        // Beyond the least Double.
        #expect(InnocentTail(group(.fixed(2_000), 1e-12), thresholds: 101).logTails[100] < -2_300)
    }

    @Test func poissonVolume() {
        var below = 0.0, term = exp(-4.0)
        for g in 0..<9 {
            below += term
            term *= 4 / Double(g + 1)
        }
        #expect(isNear(tail(group(.poisson(mean: 40), 0.1), 9), 1 - below, 1e-9))
    }

    /// The average over accounts by another rule of integration, without logarithms.
    @Test(arguments: [(60, 1, 0.05, 8), (500, 0.7, 0.01, 20), (20, 2, 0.2, 3)] as [(Double, Double, Double, Int)])
    func logNormalVolume(_ median: Double, _ spread: Double, _ chance: Double, _ t: Int) {
        var sum = 0.0
        let step = 1e-3
        for index in -8_000..<8_000 {
            let z = (Double(index) + 0.5) * step
            let mean = min(median * exp(spread * z), 65_536) * chance
            // 1 − P(X < t), from the terms.
            var below = 0.0
            for g in 0..<t { below += exp(Double(g) * log(mean) - mean - lgamma(Double(g) + 1).0) }
            sum += max(0, 1 - below) * exp(-z * z / 2) / (2 * Double.pi).squareRoot() * step
        }
        #expect(isNear(tail(group(.logNormal(median: median, spread: spread), chance), t), sum, 1e-5))
    }

    /// The tail is mostly made by accounts whose volume is at the collector's cap: the mean over z is one value from
    /// there on, and the mixture at least that.
    @Test func farTail() {
        let group = group(.logNormal(median: 60, spread: 1), 5e-7)
        let log = InnocentTail(group, thresholds: 31).logTails[30]
        let full = InnocentTail(self.group(.fixed(65_536), 5e-7), thresholds: 31).logTails[30]
        let end = Foundation.log(65_536 / 60.0)
        let beyond = Foundation.log(erfc(end / 2.squareRoot()) / 2)
        #expect(log > full + beyond && log < full + beyond + 5)
        #expect(log < -190)
    }

    /// Drawn and computed, with false positives so frequent that they are seen.
    @Test(arguments: [1, 4], [0, 0.2])
    func agreesWithTheSimulation(_ series: Int, lost: Double) throws {
        var groups = [
            group(.fixed(80), 0.05), group(.poisson(mean: 60), 0.08), group(.logNormal(median: 30, spread: 1), 0.1),
        ]
        for index in groups.indices {
            groups[index].name = "\(index)"
            groups[index].series = series
            groups[index].lost = lost
        }
        var setting = SimulationSetting(name: "a")
        setting.parameters.threshold = 8
        // So many polynomials and so few slots that chance openings hardly delay: what is revealed is what could be,
        // less those with few matches too many.
        setting.parameters.polynomials = 1_024
        setting.slots = 1
        setting.parameters.checkLevels = try .init(canonical: [UInt8](repeating: 255, count: 12))
        var plan = SimulationPlan(groups: groups, settings: [setting])
        plan.epochs = 1
        plan.groups.indices.forEach { plan.groups[$0].accounts = 20_000 }
        let tallies = try Simulator(plan: plan).run(Workers())
        for (group, tally) in zip(plan.groups, tallies) {
            let share = Double(tally.settings[0].revealedEpochs) / 20_000
            let tail = InnocentTail(group, thresholds: 10).logTails.map { exp($0) }
            let error = (tail[8] / 20_000).squareRoot()
            // Revealed with 8 if nothing opened by chance, else with 9: between the two tails.
            #expect(share <= tail[8] + 4 * error && share >= tail[9] - 4 * error, "\(group.name): \(share) \(tail)")
            #expect(tally.innocentEpochs == 20_000 && tally.settings[0].innocentReveals > 50)
        }
    }

    @Test func thresholds() {
        let tail = InnocentTail(group(.fixed(300), 1e-3), thresholds: 60)
        let t = tail.threshold(below: 1e-12) ?? 0
        #expect(t > 5 && exp(tail.logTails[t]) <= 1e-12 && exp(tail.logTails[t - 1]) > 1e-12)
        #expect(InnocentTail(group(.fixed(300), 0.5), thresholds: 60).threshold(below: 1e-12) == nil)
        #expect(zip(tail.logTails, tail.logTails.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test func innocence() {
        #expect(InnocentTail.logInnocent(.fixed(0)) == 0 && InnocentTail.logInnocent(.fixed(1)) == -.infinity)
        #expect(InnocentTail.logInnocent(.poisson(mean: 2.5)) == -2.5)
        var sum = 0.0
        for index in -8_000..<8_000 {
            let z = (Double(index) + 0.5) * 1e-3
            sum += exp(-3 * exp(z)) * exp(-z * z / 2) / (2 * Double.pi).squareRoot() * 1e-3
        }
        #expect(isNear(exp(InnocentTail.logInnocent(.logNormal(median: 3, spread: 1))), sum, 1e-5))
    }
}
