import Foundation
import SealedMatchProtocol
import SealedMatchCrypto

/// Sequences of one process, one epoch each, as features.
package struct Trial: Sendable {
    /// The attack's advantage (true-positive rate − false-positive rate) on sequences it was not trained on.
    package var count = 0.0
    /// The best of single statistics and the trained attack; each threshold, and which statistic, is chosen on the
    /// training half.
    package var order = 0.0
    /// Of the trained attack's summed log-odds over twelve epochs of the account, matches in each.
    package var everyEpoch = 0.0
    /// The same, matches in one of the twelve, the attacker not knowing in which.
    package var oneEpoch = 0.0
    /// An upper bound of the one-epoch advantage, with its standard error; NaN where it was not computed.
    package var bound = Double.nan
    package var boundError = Double.nan
    package var everyEpochBound = Double.nan
}

package enum Attack {
    /// One process, volume and scenario.
    /// - Parameters:
    ///   - sequences: of each hypothesis; half of them train, half test. A tested advantage has a standard error of at
    ///     most √(1/sequences).
    ///   - bounded: sequences for the upper bound, 0 for none.
    package static func run(
        _ process: Process, volume n: Int, _ scenario: Scenario, sequences: Int, bounded: Int, seed: UInt64
    ) -> Trial {
        var random = SeededGenerator(
            seed: seed &* 1_000_003 &+ UInt64(n) &* 101 &+ UInt64(Scenario.allCases.firstIndex(of: scenario)!))
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: n)
        defer { buffer.deallocate() }
        var none: [[Double]] = [], matched: [[Double]] = []
        for _ in 0..<sequences {
            process.sample(into: buffer, &random)
            none.append(Features.of(UnsafeBufferPointer(buffer)))
            process.sample(into: buffer, &random)
            scenario.add(to: buffer, &random)
            matched.append(Features.of(UnsafeBufferPointer(buffer)))
        }
        let half = sequences / 2
        var trial = Trial()
        // Single statistics.
        var bestTrained = -1.0
        for feature in none[0].indices {
            let a = none.map { $0[feature] }, b = matched.map { $0[feature] }
            let (trained, tested) = threshold(a, b, half)
            if feature == 0 { trial.count = tested }
            if trained > bestTrained { (bestTrained, trial.order) = (trained, tested) }
        }
        // The trained attack.
        let trained = TrainedAttack(none: Array(none[..<half]), matched: Array(matched[..<half]))
        let a = none[half...].map(trained.score), b = matched[half...].map(trained.score)
        trial.order = max(trial.order, share(b) { $0 > 0 } - share(a) { $0 > 0 })
        // Twelve epochs: independent given the scenario, so log-odds add.
        let accounts = 4_000
        var every: (none: [Double], matched: [Double]) = ([], []), one = every
        for _ in 0..<accounts {
            let x = (0..<12).map { _ in a[random.below(a.count)] }
            let y = (0..<12).map { _ in b[random.below(b.count)] }
            every.none.append(x.reduce(0, +))
            every.matched.append(y.reduce(0, +))
            let z = (0..<12).map { _ in a[random.below(a.count)] }
            func mean(_ s: [Double]) -> Double { s.reduce(0) { $0 + exp(max(-20, min(20, $1))) } }
            one.none.append(mean(x))
            one.matched.append(mean(Array(z.dropFirst()) + [y[0]]))
        }
        trial.everyEpoch = threshold(every.none, every.matched, accounts / 2).tested
        trial.oneEpoch = threshold(one.none, one.matched, accounts / 2).tested
        if bounded > 0, scenario != .burst, case .schedule(let coverSlots, nil) = process {
            var logs: [Double] = []
            for _ in 0..<bounded {
                guard
                    var schedule = try? DecoySchedule(
                        epochWords: &random, devices: 1, coverSlots: coverSlots, lastEpochVolume: n)
                else { preconditionFailure("a seeded generator cannot fail") }
                for index in 0..<n { buffer[index] = UInt8((try? schedule.next(&random)) ?? 0) }
                let ratio = LikelihoodRatio(n: n, intensities: intensities(of: schedule))
                logs.append(ratio.logRatio(UnsafeBufferPointer(buffer), scenario))
            }
            let gaps = logs.map { max(0, 1 - exp($0)) }
            trial.bound = gaps.reduce(0, +) / Double(bounded)
            let variance = gaps.reduce(0) { $0 + ($1 - trial.bound) * ($1 - trial.bound) } / Double(bounded - 1)
            trial.boundError = (variance / Double(bounded)).squareRoot()
            var sum = 0.0
            for _ in 0..<accounts {
                sum += max(0, 1 - exp((0..<12).reduce(0.0) { total, _ in total + logs[random.below(bounded)] }))
            }
            trial.everyEpochBound = sum / Double(accounts)
        }
        return trial
    }

    /// U_i / 2^32, read from the encoded state.
    private static func intensities(of schedule: DecoySchedule) -> [Double] {
        let bytes = schedule.encoded
        return (0..<schedule.coverSlots).map { (slot: Int) -> Double in
            var value: UInt32 = 0
            for byte in (0..<4).reversed() { value = value << 8 | UInt32(bytes[20 + 4 * slot + byte]) }
            return Double(value) / 4_294_967_296
        }
    }

    private static func share(_ values: [Double], _ holds: (Double) -> Bool) -> Double {
        Double(values.count(where: holds)) / Double(values.count)
    }

    /// The best threshold and direction on the first `half` of both, and its advantage there and on the rest.
    private static func threshold(_ a: [Double], _ b: [Double], _ half: Int) -> (trained: Double, tested: Double) {
        var all = a[..<half].map { ($0, -1.0) } + b[..<half].map { ($0, 1.0) }
        all.sort { $0.0 < $1.0 }
        var best = 0.0, cut = Double.infinity, sign = 1.0, running = 0.0
        var index = 0
        while index < all.count {
            let value = all[index].0
            while index < all.count && all[index].0 == value { running += all[index].1; index += 1 }
            if abs(running) > best { (best, sign, cut) = (abs(running), running > 0 ? -1 : 1, value) }
        }
        let above = share(Array(b[half...])) { $0 > cut } - share(Array(a[half...])) { $0 > cut }
        return (best / Double(half), sign * above)
    }

    /// Decoys of an epoch: mean and 99th percentile.
    package static func price(_ process: Process, volume n: Int, epochs: Int, seed: UInt64) -> (
        mean: Double, percentile99: Int, most: Int
    ) {
        var random = SeededGenerator(seed: seed)
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: n)
        defer { buffer.deallocate() }
        var totals: [Int] = []
        for _ in 0..<epochs {
            process.sample(into: buffer, &random)
            totals.append(buffer.reduce(0) { $0 + Int($1) })
        }
        totals.sort()
        return (Double(totals.reduce(0, +)) / Double(epochs), totals[epochs * 99 / 100], totals[epochs - 1])
    }
}
