import Foundation
import SealedMatchDecoyAnalysis
import Testing

/// The judge: against enumeration, and against accounts that really have matches.
@Suite struct CheckAttackTests {
    /// Bin(n, p) from factorials.
    static func binomial(_ n: Int, _ p: Double, _ o: Int) -> Double {
        if o < 0 || o > n { return 0 }
        let sets = (0..<o).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) }
        return sets * pow(p, Double(o)) * pow(1 - p, Double(n - o))
    }

    /// P(openings | the matching vouchers).
    static func likelihood(_ openings: [Int], _ matching: [Int], _ check: ShortCheck) -> Double {
        openings.enumerated().reduce(1) { product, voucher in
            let p = 1 / Double(check.level(voucher.offset)), m = check.slots
            return product
                * (matching.contains(voucher.offset)
                    ? binomial(m - 1, p, voucher.element - 1) : binomial(m, p, voucher.element))
        }
    }

    /// Small epochs, with levels that differ between vouchers where the pattern may see it.
    static let cases: [(scenario: Scenario, matches: Int, volume: Int, slots: Int, level: Int)] = [
        (.row, 1, 4, 2, 2), (.row, 3, 6, 3, 4), (.everyOther, 2, 5, 3, 2), (.everyOther, 3, 7, 2, 3),
        (.twoRows, 4, 7, 2, 3), (.twoRows, 5, 7, 3, 2), (.scattered, 1, 5, 4, 7), (.scattered, 3, 6, 3, 5),
        (.late, 2, 6, 4, 3), (.late, 2, 17, 3, 5), (.known(among: 3), 2, 6, 3, 3), (.known(among: 4), 4, 6, 2, 9),
        (.burst, 2, 6, 3, 3), (.burst, 3, 13, 3, 4), (.row, 2, 35, 5, 0), (.scattered, 2, 36, 5, 0),
        (.burst, 2, 34, 4, 0),
    ]

    static func check(_ slots: Int, _ level: Int) -> ShortCheck {
        level == 0 ? ShortCheck(slots: slots) : ShortCheck(slots: slots, constant: UInt8(level))
    }

    /// The ratio of every drawn sequence equals the sum over all placements of their probabilities.
    @Test(arguments: cases) func equalsEnumeration(
        _ scenario: Scenario, _ matches: Int, _ volume: Int, _ slots: Int, _ level: Int
    ) throws {
        let check = Self.check(slots, level)
        var random = SeededGenerator(seed: 11)
        let epoch = CheckEpoch(check, volume: volume)
        for _ in 0..<6 {
            var allowed: [Bool]?
            if scenario == .late { allowed = (0..<volume).map { $0 >= volume - max(min(15, volume), volume / 4) } }
            if case .known(let among) = scenario { allowed = (0..<volume).map { ($0 * 5 + 1) % volume < among } }
            let openings = epoch.openings(&random)
            let none = Self.likelihood(openings, [], check)
            let places = placements(scenario, matches, volume, allowed: allowed)
            let likely = places.map { Self.likelihood(openings, $0, check) }
            var matched = 0.0
            if scenario == .burst {
                // The window's width, its start, and the places in it, one after another.
                for drawn in 10...100 {
                    let width = min(volume, drawn)
                    let starts = volume - width + 1
                    for start in 0..<starts {
                        let inside = places.indices.filter {
                            places[$0][0] >= start && places[$0][matches - 1] < start + width
                        }
                        let mean = inside.reduce(0) { $0 + likely[$1] } / Double(inside.count)
                        matched += log(Double(drawn + 1) / Double(drawn)) / log(10.1) / Double(starts) * mean
                    }
                }
            } else {
                matched = likely.reduce(0, +) / Double(places.count)
            }
            let expected = matched / none
            let attack = CheckAttack(check, volume: volume, scenario, matches: matches)
            let found = attack.ratio(openings, allowed: allowed)
            #expect(abs(found - expected) <= 1e-9 * max(1, expected), "\(openings) \(found) \(expected)")
        }
    }

    /// A row whose vouchers changed their order within each day: the mean over all starts and all orders. Days have two
    /// or three vouchers, and N grows within one of them, which is seen.
    @Test func lostOrderEqualsEnumeration() {
        let check = ShortCheck(slots: 5), volume = 75, matches = 4
        var random = SeededGenerator(seed: 17)
        let openings = CheckEpoch(check, volume: volume).openings(&random)
        let ratios = CheckEpoch(check, volume: volume).ratios(openings)
        var days: [[Int]: [Int]] = [:]
        for voucher in 0..<volume { days[[voucher * 30 / volume, check.level(voucher)], default: []].append(voucher) }
        #expect(days.values.map(\.count).max() == 3 && days.count == 31)
        func orders(_ vouchers: [Int]) -> [[Int]] {
            if vouchers.isEmpty { return [[]] }
            return vouchers.flatMap { one in orders(vouchers.filter { $0 != one }).map { [one] + $0 } }
        }
        var sum = 0.0
        for start in 0...(volume - matches) {
            let row = start..<(start + matches)
            // Where each voucher of the row may have gone, day by day.
            sum += days.values.reduce(1) { product, day in
                let all = orders(day)
                return product
                    * all.reduce(0) { mean, order in
                        mean
                            + zip(day, order).reduce(1) { row.contains($1.0) ? $0 * ratios[$1.1] : $0 }
                            / Double(all.count)
                    }
            }
        }
        let expected = sum / Double(volume - matches + 1)
        let found = CheckAttack(check, volume: volume, .shuffledRow, matches: matches).ratio(openings)
        #expect(abs(found - expected) <= 1e-9 * max(1, expected), "\(found) \(expected)")
    }

    /// Over every outcome of a small epoch: the best attack's advantage is half the distance of the two laws, and that
    /// is what is drawn.
    @Test(arguments: [
        (Scenario.row, 2, 5, 2, 3), (.scattered, 2, 5, 2, 2), (.everyOther, 2, 5, 3, 2), (.twoRows, 4, 6, 2, 2),
    ])
    func advantageEqualsEnumeration(
        _ scenario: Scenario, _ matches: Int, _ volume: Int, _ slots: Int, _ level: Int
    ) {
        let check = Self.check(slots, level)
        let places = placements(scenario, matches, volume, allowed: nil)
        var expected = 0.0, mean = 0.0
        let outcomes = Int(pow(Double(slots + 1), Double(volume)))
        let attack = CheckAttack(check, volume: volume, scenario, matches: matches)
        for code in 0..<outcomes {
            var rest = code
            let openings = (0..<volume).map { _ in
                defer { rest /= slots + 1 }
                return rest % (slots + 1)
            }
            let none = Self.likelihood(openings, [], check)
            let matched =
                places.reduce(0) { $0 + Self.likelihood(openings, $1, check) } / Double(places.count)
            expected += max(0, none - matched)
            mean += none * attack.ratio(openings)
        }
        // Without a match a likelihood ratio has mean 1.
        #expect(abs(mean - 1) < 1e-9)
        let found = SampleMean(attack.run(accounts: 4_000, seed: 2))
        #expect(abs(found.value - expected) < 4 * found.standardError, "\(found) \(expected)")
        #expect(found.standardError < 0.02)
    }

    /// Accounts with matches are drawn, too: true alarms minus false alarms at L = 1 is the advantage. So the law of a
    /// matching voucher, 1 + Bin(M − 1, 1/N), and the ratio o/μ belong together.
    @Test(arguments: [(Scenario.scattered, 10), (.late, 10), (.row, 10), (.burst, 10), (.known(among: 10), 10)])
    func alarmsAgreeWithTheAdvantage(_ scenario: Scenario, _ matches: Int) {
        #if DEBUG
            let accounts = 200
        #else
            let accounts = 3_000
        #endif
        let volume = 40, check = ShortCheck()
        let attack = CheckAttack(check, volume: volume, scenario, matches: matches)
        let epoch = CheckEpoch(check, volume: volume)
        var random = SeededGenerator(seed: 31)
        var alarms: [Double] = []
        for _ in 0..<accounts {
            var allowed: [Bool]?
            switch scenario {
            case .late: allowed = (0..<volume).map { $0 >= volume - 15 }
            case .known: allowed = Self.subset(volume, matches, of: nil, &random)
            default: break
            }
            let matching = Self.matching(scenario, matches, volume, allowed, &random)
            let with = attack.ratio(epoch.openings(matching: matching, &random), allowed: allowed)
            let without = attack.ratio(epoch.openings(&random), allowed: allowed)
            alarms.append((with > 1 ? 1 : 0) - (without > 1 ? 1 : 0))
        }
        let found = SampleMean(alarms), expected = SampleMean(attack.run(accounts: accounts, seed: 8))
        let error = (found.standardError * found.standardError + expected.standardError * expected.standardError)
            .squareRoot()
        #expect(abs(found.value - expected.value) < 4 * error, "\(found) \(expected)")
    }

    static func subset(_ n: Int, _ m: Int, of allowed: [Bool]?, _ random: inout SeededGenerator) -> [Bool] {
        var open = (0..<n).filter { allowed?[$0] ?? true }
        var out = [Bool](repeating: false, count: n)
        for _ in 0..<m { out[open.remove(at: Int(random.draw() % UInt64(open.count)))] = true }
        return out
    }

    static func matching(
        _ scenario: Scenario, _ m: Int, _ n: Int, _ allowed: [Bool]?, _ random: inout SeededGenerator
    ) -> [Bool] {
        switch scenario {
        case .row:
            let start = Int(random.draw() % UInt64(n - m + 1))
            return (0..<n).map { (start..<(start + m)).contains($0) }
        case .burst:
            let unit = Double(random.draw() >> 11) * 0x1p-53
            let width = min(n, max(m, Int(10 * exp(unit * log(10.1)))))
            let start = Int(random.draw() % UInt64(n - width + 1))
            return subset(n, m, of: (0..<n).map { (start..<(start + width)).contains($0) }, &random)
        default: return subset(n, m, of: allowed, &random)
        }
    }

    @Test func attacksAreDeterministic() {
        let attack = CheckAttack(ShortCheck(), volume: 40, .late)
        #expect(attack.run(accounts: 20, seed: 3) == attack.run(accounts: 20, seed: 3))
        #expect(attack.run(accounts: 20, seed: 3) != attack.run(accounts: 20, seed: 4))
    }

    /// It has teeth: at N = 255 suspected matches are plain; and where all slots open there is nothing to find.
    @Test func findsWhatIsPlain() {
        let plain = ShortCheck(constant: 255), open = ShortCheck(constant: 1)
        let found = SampleMean(CheckAttack(plain, volume: 40, .known(among: 10)).run(accounts: 160, seed: 1))
        #expect(found.value > 0.99)
        let nothing = SampleMean(CheckAttack(open, volume: 40, .scattered).run(accounts: 16, seed: 1))
        #expect(abs(nothing.value) < 1e-9)
        // Ratios multiply over epochs.
        let twelve = SampleMean(CheckAttack(ShortCheck(), volume: 40, .late, epochs: 12).run(accounts: 160, seed: 1))
        #expect(twelve.value > 0.7)
    }
}
