import Foundation

/// Where an account's matches are among its vouchers. The attacker knows the scenario, and not the place.
package enum Scenario: Sendable, Hashable {
    /// In a row, anywhere.
    case row
    /// Two rows of half as many each, anywhere.
    case twoRows
    /// Every other voucher of a stretch, anywhere.
    case everyOther
    /// In a window of w vouchers anywhere, w log-uniform in 10...100. `ExactAttack` models this
    /// roughly, `CheckAttack` as it is.
    case burst
    /// Anywhere.
    case scattered
    /// In the last quarter, at least 15 vouchers; of several devices: in each one's last quarter.
    case late
    /// The attacker knows a set of so many vouchers, drawn at random, that holds them all. "Ten of ten" is a set of
    /// suspected vouchers that either match all or not at all.
    case known(among: Int)

    package var name: String {
        switch self {
        case .row: "row"
        case .twoRows: "tworows"
        case .everyOther: "other"
        case .burst: "burst"
        case .scattered: "scattered"
        case .late: "late"
        case .known(let among): "known\(among)"
        }
    }

    /// The vouchers of `late`.
    static func lateWindow(_ n: Int) -> Int { max(min(15, n), n / 4) }

    private static func burstWidth(_ drawn: Int, _ matches: Int, _ n: Int) -> Int { min(n, max(matches, drawn)) }

    /// The widths of a burst's window, with their probabilities.
    static func burstWidths(_ matches: Int, _ n: Int) -> [(width: Int, weight: Double)] {
        var weights: [Int: Double] = [:]
        for drawn in 10...100 {
            let width = burstWidth(drawn, matches, n)
            weights[width, default: 0] += log(Double(drawn + 1) / Double(drawn)) / log(10.1)
        }
        return weights.sorted { $0.key < $1.key }.map { (width: $0.key, weight: $0.value) }
    }

    /// Of n vouchers those that may match, for `late` and `known`; nil: all may.
    func allowed(_ n: Int, _ random: inout SeededGenerator) -> [Bool]? {
        switch self {
        case .late:
            return (0..<n).map { $0 >= n - Self.lateWindow(n) }
        case .known(let among):
            var left = among
            return (0..<n).map { index in
                let taken = random.below(n - index) < left
                left -= taken ? 1 : 0
                return taken
            }
        default: return nil
        }
    }

    /// Draws the places of the matches among the vouchers of all streams.
    func place(
        _ matches: Int, in streams: [[UInt8]], allowed: [[Bool]?], _ random: inout SeededGenerator
    ) -> [[UInt8]] {
        var out = streams
        let n = streams[0].count
        switch self {
        case .row, .twoRows, .everyOther:
            precondition(streams.count == 1, "patterns are placed in one stream")
            for place in pattern(matches, n, &random) { out[0][place] += 1 }
        case .burst:
            precondition(streams.count == 1, "bursts are placed in one stream")
            let window = Self.burstWidth(Int(10 * exp(random.unit() * log(10.1))), matches, n)
            let start = random.below(n - window + 1)
            var left = matches
            for offset in 0..<window where random.below(window - offset) < left {
                out[0][start + offset] += 1
                left -= 1
            }
        case .scattered, .late, .known:
            let places = streams.indices.flatMap { device in
                streams[device].indices.filter { allowed[device]?[$0] ?? true }.map { (device, $0) }
            }
            var left = matches
            for (index, place) in places.enumerated() where random.below(places.count - index) < left {
                out[place.0][place.1] += 1
                left -= 1
            }
        }
        return out
    }

    private func pattern(_ matches: Int, _ n: Int, _ random: inout SeededGenerator) -> [Int] {
        switch self {
        case .everyOther:
            let start = random.below(n - 2 * matches + 2)
            return (0..<matches).map { start + 2 * $0 }
        case .twoRows:
            // Two of n − m + 1 places for blocks, the first before the second with a voucher between them.
            let places = n - matches + 1
            var (a, b) = (random.below(places), random.below(places - 1))
            if b >= a { b += 1 }
            (a, b) = (min(a, b), max(a, b))
            let half = matches / 2
            return (0..<half).map { a + $0 } + (half..<matches).map { b + $0 }
        default:
            let start = random.below(n - matches + 1)
            return (0..<matches).map { start + $0 }
        }
    }

    /// The scenario as chains of phases, each with the same prior weight.
    func phases(_ matches: Int, allowed: Int) -> [Phases] {
        switch self {
        case .row: [Phases(pattern: [Bool](repeating: true, count: matches))]
        case .everyOther: [Phases(pattern: (0..<(2 * matches - 1)).map { $0 % 2 == 0 })]
        case .twoRows: [Phases(rows: matches / 2, matches - matches / 2)]
        case .burst: [1, 0.6, 0.35, 0.2, 0.11].map { Phases(burst: matches, rate: $0) }
        case .scattered, .late, .known:
            // The weight keeps the phases' masses near each other; it cancels out.
            [Phases(anywhere: matches, weight: Float(matches) / Float(allowed))]
        }
    }
}
