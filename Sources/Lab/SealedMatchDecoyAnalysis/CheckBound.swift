/// The closed bound of the theorem (Docs/Decoys.md): with T and T' two independent draws of the matching vouchers,
///
///     advantage ≤ ½·√( (E ∏ over v in T and T' of (1 + (N_v − 1)/M))^epochs − 1 ).
package struct CheckBound {
    package let check: ShortCheck
    package let volume: Int

    package init(_ check: ShortCheck, volume: Int) {
        self.check = check
        self.volume = volume
    }

    /// At most 1; nil for the scenarios for which no closed form is written here (two rows, bursts, shuffled rows).
    package func advantage(_ scenario: Scenario, matches: Int = 10, epochs: Int = 1) -> Double? {
        let second: Double
        switch scenario {
        case .row: second = pattern((0..<matches).map { $0 })
        case .everyOther: second = pattern((0..<matches).map { 2 * $0 })
        case .scattered: second = anywhere(spreads, among: volume, matches)
        case .late:
            let window = Scenario.lateWindow(volume)
            second = anywhere(Array(spreads.suffix(window)), among: window, matches)
        // The root of a mean is at least the mean of the roots, so the mean over the known sets may stand inside.
        case .known(let among): second = anywhere(spreads, among: among, matches)
        case .twoRows, .burst, .shuffledRow: return nil
        }
        var power = 1.0
        for _ in 0..<epochs { power *= second }
        return min(1, (power - 1).squareRoot() / 2)
    }

    /// (N − 1)/M of each voucher: E[(o/μ)²] − 1 without a match.
    private var spreads: [Double] {
        (0..<volume).map { Double(check.level($0) - 1) / Double(check.slots) }
    }

    /// T and T' are sets of m among k vouchers, which are the ones given, or a random choice of them: the sum over the
    /// sets S of j that both hold, of the mean of ∏ over S, times C(m, j) · (m)_j / (k)_j.
    private func anywhere(_ spreads: [Double], among k: Int, _ m: Int) -> Double {
        let means = PlacementMean.anywhere(spreads.map { PlacementMean.Lanes(repeating: $0) }, m).map { $0[0] }
        var weight = 1.0, sum = 0.0
        for j in 0...m {
            sum += means[j] * weight
            if j < m { weight *= Double(m - j) * Double(m - j) / Double(j + 1) / Double(max(1, k - j)) }
        }
        return sum
    }

    /// T and T' are the same pattern from two starts.
    private func pattern(_ offsets: [Int]) -> Double {
        let span = offsets.last ?? 0
        let starts = volume - span
        let factors = spreads.map { 1 + $0 }
        var sum = 0.0
        for shift in -span...span {
            let common = offsets.filter { offsets.contains($0 - shift) }
            // T starts at `start`, T' at start + shift.
            for start in max(0, -shift)..<max(max(0, -shift), min(starts, starts - shift)) {
                sum += common.reduce(1) { $0 * factors[start + $1] } - 1
            }
        }
        return 1 + sum / Double(starts) / Double(starts)
    }
}
