internal import Foundation

/// Where an account's matches are among its vouchers. The attacker knows the scenario, and not the place.
package enum Scenario: Sendable, Hashable {
    /// In a row, anywhere.
    case row
    /// In a row, anywhere, but the vouchers of a day have changed their order: an epoch is 30 days of as many vouchers
    /// (some have one more), and of a day the attacker knows which vouchers are its, with their N, and no order.
    case shuffledRow
    /// Two rows of half as many each, anywhere.
    case twoRows
    /// Every other voucher of a stretch, anywhere.
    case everyOther
    /// In a window of w vouchers anywhere, w log-uniform in 10...100.
    case burst
    /// Anywhere.
    case scattered
    /// In the last quarter, at least 15 vouchers.
    case late
    /// The attacker knows a set of so many vouchers, drawn at random, that holds them all. "Ten of ten" is a set of
    /// suspected vouchers that either match all or not at all.
    case known(among: Int)

    package var name: String {
        switch self {
        case .row: "row"
        case .shuffledRow: "shuffled"
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

    /// The day of each voucher of `shuffledRow`.
    static func day(_ voucher: Int, _ n: Int) -> Int { voucher * 30 / n }

    /// The widths of a burst's window, with their probabilities.
    static func burstWidths(_ matches: Int, _ n: Int) -> [(width: Int, weight: Double)] {
        var weights: [Int: Double] = [:]
        for drawn in 10...100 {
            let width = min(n, max(matches, drawn))
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
}
