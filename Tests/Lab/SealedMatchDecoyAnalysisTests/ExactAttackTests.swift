import Foundation
import SealedMatchDecoyAnalysis
import Testing

/// The judge itself: against enumeration, and against what theory says of any likelihood ratio.
@Suite struct ExactAttackTests {
    /// The process of Docs/Protocol.md, "Decoys", read slowly: every path of every hidden chain, in double precision,
    /// constants from the text. P(openings | placement, intensities) at constant volume.
    struct Enumeration {
        let c: Int, devices: Int, last: Int
        let u: [Double]

        func ceiling(_ index: Int) -> Double {
            min(0.6, 1_200 / (Double(c) * Double(max(300, devices * max(last, index)))))
        }

        func likelihood(_ x: [Int]) -> Double {
            if x.contains(where: { $0 < 0 || $0 > c }) { return 0 }
            let chains = (0..<c).filter { $0 % 6 != 1 && $0 % 6 != 4 }
            let states = 1 << chains.count
            var total = 0.0
            func walk(_ index: Int, _ before: Int, _ p: Double) {
                if p == 0 { return }
                if index == x.count { total += p; return }
                for state in 0..<states {
                    var q = p
                    var open: [Double] = []
                    for slot in 0..<c {
                        let m = u[slot] * ceiling(index)
                        guard let bit = chains.firstIndex(of: slot) else { open.append(m); continue }
                        let redraw = [0: 1.0 / 10, 2: 1.0 / 150, 3: 1.0 / 6, 5: 1.0 / 16][slot % 6]!
                        let gain = min(1, max(slot % 6 == 2 ? 0.08 : 1, 2 * m))
                        let isOn = state >> bit & 1 == 1, wasOn = before >> bit & 1 == 1
                        let drawn = isOn ? m / gain : 1 - m / gain
                        q *= index == 0 ? drawn : redraw * drawn + (isOn == wasOn ? 1 - redraw : 0)
                        if isOn { open.append(gain) }
                    }
                    walk(index + 1, state, q * Self.probability(x[index], of: open[...]))
                }
            }
            walk(0, 0, 1)
            return total
        }

        static func probability(_ count: Int, of open: ArraySlice<Double>) -> Double {
            guard let p = open.first else { return count == 0 ? 1 : 0 }
            if count < 0 { return 0 }
            let rest = open.dropFirst()
            return (1 - p) * probability(count, of: rest) + p * probability(count - 1, of: rest)
        }
    }

    @Test(arguments: [
        (Scenario.row, 2, 0), (.everyOther, 2, 0), (.twoRows, 2, 0), (.scattered, 2, 0), (.scattered, 1, 900),
        (.known(among: 3), 2, 0), (.row, 3, 5_000), (.scattered, 3, 0),
    ])
    func equalsEnumeration(_ scenario: Scenario, _ matches: Int, _ last: Int) {
        let n = 4, c = 4
        var random = SeededGenerator(seed: 5)
        for trial in 0..<6 {
            let u = (0..<c).map { _ in 0.25 + 0.75 * Double(random.draw() >> 11) * 0x1p-53 }
            let enumeration = Enumeration(c: c, devices: 1, last: last, u: u)
            let x = (0..<n).map { _ in Int(random.draw() % 4) }
            let allowed: [Bool]? = scenario == .known(among: 3) ? [true, false, true, true] : nil
            let attack = ExactAttack(
                DecoyProcess(coverSlots: c, lastVolume: last), volume: n, scenario, matches: matches)
            let epoch = ExactAttack.Epoch(
                streams: [x.map { UInt8($0) }], allowed: [allowed], told: u.map { Float($0) })
            let places = placements(scenario, matches, n, allowed: allowed)
            let matched =
                places.reduce(0) { sum, places in
                    var y = x
                    for place in places { y[place] -= 1 }
                    return sum + enumeration.likelihood(y)
                } / Double(places.count)
            let expected = log(matched) - log(enumeration.likelihood(x))
            let found = attack.logRatios([epoch], intensities: [u.map { Float($0) }])[0]
            #expect(found == expected || abs(found - expected) < 1e-3, "\(trial) \(x) \(found) \(expected)")
        }
    }

    /// Two devices of an account: their streams are independent given the intensities, the matches are anywhere.
    @Test func devicesEqualEnumeration() {
        let u = [0.3, 0.9, 0.5, 0.7]
        let x = [[1, 0, 2], [0, 1, 1]]
        let enumeration = Enumeration(c: 4, devices: 2, last: 3, u: u)
        var matched = 0.0, count = 0.0
        for a in 0..<6 {
            for b in (a + 1)..<6 {
                var y = x
                y[a / 3][a % 3] -= 1
                y[b / 3][b % 3] -= 1
                matched += enumeration.likelihood(y[0]) * enumeration.likelihood(y[1])
                count += 1
            }
        }
        let expected = log(matched / count) - log(enumeration.likelihood(x[0]) * enumeration.likelihood(x[1]))
        let attack = ExactAttack(
            DecoyProcess(coverSlots: 4, devices: 2, activeDevices: 2), volume: 6, .scattered, matches: 2)
        let epoch = ExactAttack.Epoch(
            streams: x.map { $0.map { UInt8($0) } }, allowed: [nil, nil], told: u.map { Float($0) })
        let found = attack.logRatios([epoch], intensities: [u.map { Float($0) }])[0]
        #expect(abs(found - expected) < 1e-3)
    }

    /// One opening more than there are cover slots proves a match; what no placement explains proves that there is
    /// none.
    @Test func proofsAreInfinite() {
        let attack = ExactAttack(DecoyProcess(coverSlots: 4), volume: 4, .row, matches: 2)
        let u: [Float] = [0.5, 0.5, 0.5, 0.5]
        func ratio(_ x: [UInt8]) -> Double {
            attack.logRatios([ExactAttack.Epoch(streams: [x], allowed: [nil], told: u)], intensities: [u])[0]
        }
        #expect(ratio([0, 5, 1, 0]) == .infinity)
        #expect(ratio([0, 2, 0, 2]) == -.infinity)
    }

    /// Under "no match" a likelihood ratio has mean 1: here over every sequence of three vouchers.
    @Test func ratiosHaveMeanOne() {
        let u = [0.4, 0.8, 0.6, 0.3]
        let enumeration = Enumeration(c: 4, devices: 1, last: 0, u: u)
        let attack = ExactAttack(DecoyProcess(coverSlots: 4, lastVolume: 0), volume: 3, .scattered, matches: 2)
        var none = 0.0, mean = 0.0
        for code in 0..<125 {
            let x = [code % 5, code / 5 % 5, code / 25]
            let p = enumeration.likelihood(x)
            none += p
            let epoch = ExactAttack.Epoch(
                streams: [x.map { UInt8($0) }], allowed: [nil], told: u.map { Float($0) })
            mean += p * exp(attack.logRatios([epoch], intensities: [u.map { Float($0) }])[0])
        }
        #expect(abs(none - 1) < 1e-9)
        // The rest are sequences that only matches make: c + 1 openings in a voucher.
        #expect(mean > 0.9 && mean <= 1.0001)
    }

    @Test func attacksAreDeterministic() {
        let attack = ExactAttack(DecoyProcess(), volume: 30, .late)
        let a = attack.run(pairs: 6, draws: 8, seed: 3), b = attack.run(pairs: 6, draws: 8, seed: 3)
        #expect(a.none == b.none && a.matched == b.matched)
    }

    /// It has teeth: matches in vouchers that the attacker suspects are found, and nothing is found where there is
    /// nothing to find.
    @Test func findsWhatIsPlain() {
        #if DEBUG
            let pairs = 30
        #else
            let pairs = 300
        #endif
        let plain = ExactAttack(DecoyProcess(), volume: 100, .known(among: 10)).run(pairs: pairs, draws: 16, seed: 1)
        #expect(plain.advantage > 0.75)
        let nothing = ExactAttack(DecoyProcess(), volume: 30, .scattered, matches: 0)
            .run(pairs: pairs, draws: 8, seed: 1)
        #expect(nothing.advantage == 0)
    }
}
