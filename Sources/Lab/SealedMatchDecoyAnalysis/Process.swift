import Foundation
import SealedMatchProtocol
import SealedMatchCrypto

/// A decoy process under attack: what the library runs, and others that the same attacks must tell apart from it.
package enum Process: Sendable {
    /// The library's schedule with c cover slots; `lastVolume` nil: the same volume as this epoch.
    case schedule(coverSlots: Int, lastVolume: Int?)
    /// Known bad: fixed-rate Poisson noise of this mean an epoch.
    case poisson(mean: Double)
    /// Known bad: D log-uniform in [16, 256], rate D/(i + D).
    case decaying
    /// The earlier candidate: A log-uniform in [16, 256] clusters an epoch, cut at 6, started 60 vouchers early to be
    /// stationary.
    case cluster
    /// The other candidate: four independent-draw chains and four chains of runs of mean length 12, c = 8.
    case chains

    /// Decoys in each of n vouchers of one epoch, with fresh intensities.
    func sample(into out: UnsafeMutableBufferPointer<UInt8>, _ random: inout SeededGenerator) {
        let n = out.count
        switch self {
        case .schedule(let coverSlots, let lastVolume):
            guard
                var schedule = try? DecoySchedule(
                    epochWords: &random, devices: 1, coverSlots: coverSlots, lastEpochVolume: lastVolume ?? n)
            else { preconditionFailure("a seeded generator cannot fail and the parameters are fixed") }
            for index in 0..<n {
                var words = InlineArray<32, UInt64>(repeating: 0)
                for word in 0..<(2 * coverSlots) { words[word] = random.draw() }
                out[index] = UInt8(schedule.step(words))
            }
        case .poisson(let mean):
            let zero = exp(-mean / Double(n))
            for index in 0..<n {
                var product = random.unit()
                var value: UInt8 = 0
                while product > zero && value < 6 { product *= random.unit(); value += 1 }
                out[index] = value
            }
        case .decaying:
            let d = logUniform(16, 256, &random)
            for index in 0..<n { out[index] = random.unit() < d / (Double(index) + d) ? 1 : 0 }
        case .cluster:
            let rate = min(1, logUniform(16, 256, &random) / Double(n))
            out.update(repeating: 0)
            for start in -60..<n where random.unit() < rate {
                let size = random.unit() < 0.6 ? 1 : Int(logUniform(2, 25, &random))
                var width = max(size, Int((Double(size) * (1 + 1.5 * random.unit())).rounded()))
                var left = size
                var place = start
                while left > 0 {
                    if random.below(width) < left {
                        if place >= 0 && place < n { out[place] = min(6, out[place] + 1) }
                        left -= 1
                    }
                    width -= 1
                    place += 1
                }
            }
        case .chains:
            var levels: [Double] = []
            var on: [Bool] = []
            for slot in 0..<8 {
                let d = slot < 4 ? logUniform(16, 256, &random) : logUniform(32, 512, &random)
                levels.append(min(slot < 4 ? 0.9 : 0.8, d / Double(n)))
                on.append(random.unit() < levels[slot])
            }
            for index in 0..<n {
                var sum: UInt8 = 0
                for slot in 0..<8 {
                    let draw = random.unit()
                    if slot < 4 {
                        on[slot] = draw < levels[slot]
                    } else if index > 0 {
                        on[slot] = on[slot] ? draw >= 1.0 / 12 : draw < levels[slot] / (1 - levels[slot]) / 12
                    }
                    sum += on[slot] ? 1 : 0
                }
                out[index] = sum
            }
        }
    }
}

func logUniform(_ low: Double, _ high: Double, _ random: inout SeededGenerator) -> Double {
    low * exp(random.unit() * log(high / low))
}

/// Where the ten real matches are. The attacker knows the scenario, not the place.
package enum Scenario: String, CaseIterable, Sendable {
    /// Ten vouchers in a row, anywhere.
    case row
    /// Ten vouchers in a window of w, w log-uniform in 10...100, anywhere.
    case burst
    /// Ten vouchers anywhere.
    case scattered
    /// Ten vouchers in the last quarter, or the last 15.
    case late

    package static let matches = 10

    static func lateWindow(_ n: Int) -> Int { max(15, n / 4) }

    func add(to out: UnsafeMutableBufferPointer<UInt8>, _ random: inout SeededGenerator) {
        let n = out.count
        let window: Int
        switch self {
        case .row: window = Self.matches
        case .burst: window = min(n, Int(logUniform(10, 101, &random)))
        case .scattered: window = n
        case .late: window = Self.lateWindow(n)
        }
        let start = self == .late ? n - window : random.below(n - window + 1)
        var left = Self.matches
        for offset in 0..<window where random.below(window - offset) < left {
            out[start + offset] += 1
            left -= 1
        }
    }
}
