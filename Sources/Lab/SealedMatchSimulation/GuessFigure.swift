internal import Foundation
internal import SealedMatchDecoyAnalysis

/// How well an observer below the threshold can guess whether an account has so many matches: the advantage of the best
/// attack, by the closed likelihood ratio of Docs/Decoys.md. 0 is a coin, 1 certainty.
package struct GuessFigure: Equatable, Sendable {
    /// Vouchers of the account in the epoch.
    package var vouchers: Int
    package var matches: Int
    /// Where the attacker looks for them: in the group's pattern.
    package var pattern: String
    /// Of one epoch, and with as many matches in each of twelve.
    package var advantage: Double
    package var advantageError: Double
    package var twelve: Double
    package var twelveError: Double
    /// Of one suspected voucher, the account's last: exact.
    package var suspected: Double

    /// Vouchers up to which it is computed; the drawing takes too long for more.
    static let mostVouchers = 3_000

    /// - Parameter vouchers: what an account of the group seals in an epoch.
    /// - Returns: nil where there are fewer vouchers than matches, or the threshold is not above the matches.
    package init?(_ group: PopulationGroup, _ setting: SimulationSetting, vouchers: Int, matches: Int, seed: UInt64) {
        let volume = min(vouchers, Self.mostVouchers)
        let matches = min(matches, setting.threshold - 1)
        guard matches >= 1, volume >= matches else { return nil }
        let check = ShortCheck(slots: setting.slots, levels: setting.parameters.checkLevels)
        self.vouchers = volume
        self.matches = matches
        suspected = SuspectedVoucher(slots: setting.slots, level: check.level(volume - 1)).advantage
        let accounts = min(4_000, max(400, 1_600_000 / volume))
        switch group.timing {
        case .end:
            pattern = "the last \(matches) vouchers"
            let draw = LastVouchers(check, volume: volume, matches: matches)
            (advantage, advantageError) = Self.mean(draw.run(accounts: accounts, epochs: 1, seed: seed))
            (twelve, twelveError) = Self.mean(draw.run(accounts: accounts, epochs: 12, seed: seed))
        case .even, .burst:
            let scenario: Scenario = group.timing == .even ? .scattered : .row
            pattern = group.timing == .even ? "anywhere" : "in a row"
            var attack = CheckAttack(check, volume: volume, scenario, matches: matches)
            (advantage, advantageError) = Self.mean(attack.run(accounts: accounts, seed: seed))
            attack.epochs = 12
            (twelve, twelveError) = Self.mean(attack.run(accounts: max(200, accounts / 8), seed: seed))
        }
    }

    private static func mean(_ gains: [Double]) -> (Double, Double) {
        let mean = SampleMean(gains)
        return (mean.value, mean.standardError)
    }
}

/// The attacker knows the places: the last m vouchers match all, or none. L is the product of o/μ over them.
private struct LastVouchers {
    private let slots: Int
    private let levels: [Int]

    init(_ check: ShortCheck, volume: Int, matches: Int) {
        slots = check.slots
        levels = ((volume - matches)..<volume).map { check.level($0) }
    }

    /// max(0, 1 − L) of accounts without a match.
    func run(accounts: Int, epochs: Int, seed: UInt64) -> [Double] {
        var random = SimulationRandom(seed, 5)
        return (0..<accounts).map { _ in
            var ratio = 1.0
            for _ in 0..<epochs {
                for level in levels {
                    let openings = random.binomial(slots, 1 / Double(level))
                    ratio *= Double(openings * level) / Double(slots)
                }
            }
            return max(0, 1 - ratio)
        }
    }
}
