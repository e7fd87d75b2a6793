import Foundation

/// The judge of the decoys: the likelihood ratio of "these matches, placed as the scenario says" against "none",
/// averaged over draws of the secret intensities. Nothing is trained; whoever knows the process can compute it.
///
/// With all intensities integrated out no attack is better (Neyman and Pearson). The average over finitely many draws
/// is near that, and is an attack that can be carried out: its advantage is a lower bound for the best one.
package struct ExactAttack: Sendable, Hashable {
    package var process: DecoyProcess
    /// Vouchers of the account in the epoch.
    package var volume: Int
    package var scenario: Scenario
    package var matches = 10

    package init(_ process: DecoyProcess, volume: Int, _ scenario: Scenario, matches: Int = 10) {
        self.process = process
        self.volume = volume
        self.scenario = scenario
        self.matches = matches
    }

    /// The log-likelihood ratios of epochs without and with matches. A pair shares its decoys, so that the difference
    /// of the rates has a smaller error.
    package struct Ratios: Sendable {
        package var none: [Double] = []
        package var matched: [Double] = []

        /// True-positive rate minus false-positive rate at the threshold LR = 1: of each pair its part of it.
        package var gains: [Double] {
            zip(none, matched).map { none, matched in (matched > 0 ? 1 : 0) - (none > 0 ? 1 : 0) }
        }
        package var advantage: Double { SampleMean(gains).value }
    }

    /// - Parameters:
    ///   - pairs: epochs without matches, and as many with.
    ///   - draws: of the intensities, rounded up to a multiple of eight; 0: the attacker is *told* the epoch's
    ///     intensities. No attacker who is not told them does better than that one.
    package func run(pairs: Int, draws: Int, seed: UInt64) -> Ratios {
        var random = SeededGenerator(seed: seed)
        var epochs: [Epoch] = []
        for _ in 0..<pairs {
            let (streams, intensities) = process.sample(volume: volume, &random)
            let allowed = streams.map { scenario.allowed($0.count, &random) }
            let placed = scenario.place(matches, in: streams, allowed: allowed, &random)
            let told = intensities.map { Float(Double($0) / 0x1p32) }
            epochs.append(Epoch(streams: streams, allowed: allowed, told: told))
            epochs.append(Epoch(streams: placed, allowed: allowed, told: told))
        }
        let ratios = draws == 0 ? epochs.map { logRatios([$0], intensities: [$0.told])[0] } : averaged(epochs, draws)
        var out = Ratios()
        for pair in 0..<pairs {
            out.none.append(ratios[2 * pair])
            out.matched.append(ratios[2 * pair + 1])
        }
        return out
    }

    /// What the attacker is given of one epoch.
    package struct Epoch: Sendable {
        /// Openings of each voucher of each device.
        let streams: [[UInt8]]
        /// Of each device the vouchers that may match; nil: all.
        let allowed: [[Bool]?]
        /// The intensities that made it, U_i / 2^32.
        let told: [Float]

        package init(streams: [[UInt8]], allowed: [[Bool]?], told: [Float]) {
            (self.streams, self.allowed, self.told) = (streams, allowed, told)
        }
    }

    private func averaged(_ epochs: [Epoch], _ draws: Int) -> [Double] {
        // The attacker's own draws, the same for all epochs: evenly spread points (the additive recurrence of the
        // generalised golden ratio), which integrate better than random ones.
        let count = (draws + ForwardPass.width - 1) / ForwardPass.width * ForwardPass.width
        let dimensions = process.coverSlots
        var ratio = 2.0
        for _ in 0..<60 { ratio = pow(1 + ratio, 1 / Double(dimensions + 1)) }
        let points = (0..<count).map { point in
            (0..<dimensions).map { slot in
                let place = 0.5 + Double(point + 1) * pow(1 / ratio, Double(slot + 1))
                return Float(0.25 + 0.75 * (place - place.rounded(.down)))
            }
        }
        return logRatios(epochs, intensities: points)
    }

    /// log P(epoch | matches) − log P(epoch | none), each averaged over the draws of intensities.
    package func logRatios(_ epochs: [Epoch], intensities: [[Float]]) -> [Double] {
        var none = [LogSum](repeating: LogSum(), count: epochs.count), matched = none
        let open = epochs[0].allowed.reduce(0) { $0 + ($1?.count { $0 } ?? volume / process.activeDevices) }
        let components = scenario.phases(matches, allowed: open)
        for first in stride(from: 0, to: intensities.count, by: ForwardPass.width) {
            // A lone draw fills all lanes.
            let draws = (0..<ForwardPass.width).map { intensities[min(first + $0, intensities.count - 1)] }
            let pass = ForwardPass(
                process, volume: volume, intensities: draws, phases: components.map(\.count).max() ?? 0)
            for (index, epoch) in epochs.enumerated() {
                for phases in components {
                    var result = pass.run(epoch.streams[0], phases, allowed: epoch.allowed[0])
                    var totals = phases.totals(epoch.streams[0].count, allowed: epoch.allowed[0])
                    for device in epoch.streams.indices.dropFirst() {
                        let next = pass.run(epoch.streams[device], phases, allowed: epoch.allowed[device])
                        result.exponent += next.exponent
                        result.mass = Self.convolve(result.mass, next.mass, SIMD8())
                        totals = Self.convolve(
                            totals, phases.totals(epoch.streams[device].count, allowed: epoch.allowed[device]), 0)
                    }
                    let weight = totals[phases.accepted].reduce(0, +) * Double(components.count)
                    for lane in 0..<ForwardPass.width {
                        let mass = phases.accepted.reduce(0) { $0 + result.mass[$1][lane] }
                        matched[index].add(mass / weight, exponent: result.exponent[lane])
                        none[index].add(
                            result.mass[0][lane] / Double(components.count), exponent: result.exponent[lane])
                    }
                }
            }
        }
        return zip(none, matched).map { none, matched in
            if none.log == -.infinity { return .infinity }
            return matched.log - none.log
        }
    }

    /// Of several devices: phase p has placed p matches on all of them together.
    private static func convolve<T: Numbers>(_ a: [T], _ b: [T], _ zero: T) -> [T] {
        a.indices.map { p in (0...p).reduce(zero) { $0 + a[$1] * b[p - $1] } }
    }
}

/// What `convolve` needs of a number, or of eight.
private protocol Numbers {
    static func + (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
}
extension Double: Numbers {}
extension SIMD8<Double>: Numbers {}

/// A sum of numbers mass · 2^exponent that neither overflows nor vanishes.
private struct LogSum {
    private var mass = 0.0
    private var exponent = 0.0

    /// The natural logarithm; −∞ for 0.
    var log: Double { mass > 0 ? Foundation.log(mass) + exponent * Foundation.log(2) : -.infinity }

    mutating func add(_ mass: Double, exponent: Double) {
        guard mass > 0 else { return }
        if self.mass == 0 {
            (self.mass, self.exponent) = (mass, exponent)
        } else if exponent <= self.exponent {
            self.mass += mass * exp2(exponent - self.exponent)
        } else {
            self.mass = self.mass * exp2(self.exponent - exponent) + mass
            self.exponent = exponent
        }
    }
}
