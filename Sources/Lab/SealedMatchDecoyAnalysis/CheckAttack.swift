/// The best attack: the likelihood ratio of "these matches, placed as the scenario says" against
/// "none". One voucher's is o/μ, a placement's the product, and the scenario's the mean over its placements. That is a
/// closed form: nothing is averaged over secrets, and nothing is trained.
package struct CheckAttack: Sendable {
    package var check: ShortCheck
    /// Vouchers of the account in each epoch.
    package var volume: Int
    package var scenario: Scenario
    package var matches: Int
    /// The evidence of so many epochs, with as many matches in each, placed independently.
    package var epochs: Int

    package init(_ check: ShortCheck, volume: Int, _ scenario: Scenario, matches: Int = 10, epochs: Int = 1) {
        self.check = check
        self.volume = volume
        self.scenario = scenario
        self.matches = matches
        self.epochs = epochs
    }

    /// L of one epoch's openings.
    /// - Parameter allowed: the vouchers that may match, for `late` and `known`; nil: all.
    package func ratio(_ openings: [Int], allowed: [Bool]? = nil) -> Double {
        let ratios = CheckEpoch(check, volume: volume).ratios(openings).map { PlacementMean.Lanes(repeating: $0) }
        return mean(ratios, allowed: Array(repeating: allowed, count: PlacementMean.Lanes.scalarCount))[0]
    }

    /// max(0, 1 − L) of seeded accounts without a match. Its expectation is the advantage of the best attack, the rate
    /// of true alarms minus the rate of false alarms (Neyman and Pearson); no account with matches has to be drawn.
    /// - Parameter accounts: rounded up to a multiple of eight.
    package func run(accounts: Int, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        let epoch = CheckEpoch(check, volume: volume)
        let width = PlacementMean.Lanes.scalarCount
        let mean = mean
        var out: [Double] = []
        while out.count < accounts {
            var ratio = PlacementMean.Lanes(repeating: 1)
            for _ in 0..<epochs {
                let allowed = (0..<width).map { _ in scenario.allowed(volume, &random) }
                ratio *= mean(epoch.ratios(&random), allowed: allowed)
            }
            for lane in 0..<width { out.append(max(0, 1 - ratio[lane])) }
        }
        return out
    }

    private var mean: PlacementMean {
        // N is seen, so vouchers of a day are told apart by it.
        let groups = (0..<volume).map { Scenario.day($0, volume) << 8 | check.level($0) }
        return PlacementMean(scenario: scenario, matches: matches, groups: groups)
    }
}
