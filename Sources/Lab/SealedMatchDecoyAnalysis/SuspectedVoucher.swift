/// One voucher that the attacker suspects: finite sums, exact.
package struct SuspectedVoucher {
    /// P(o openings) without and with a match, o in 0...M.
    private let none: [Double]
    private let matched: [Double]
    private let mean: Double

    package init(slots: Int = 32, level: Int) {
        let law = ShortCheck.Law(slots: slots, level: level)
        none = law.none.masses
        matched = [0] + law.besides.masses
        mean = Double(slots) / Double(level)
    }

    /// Of the best attack.
    package var advantage: Double { excess(none, over: matched, factor: 1) }
    /// The chance that a voucher without a match opens nothing, which clears it.
    package var cleared: Double { none[0] }
    /// δ of "match" over "none": what is left of a match's probability beyond `factor` times that without a match.
    package func accusing(factor: Double) -> Double { excess(matched, over: none, factor: factor) }
    /// δ of "none" over "match".
    package func clearing(factor: Double) -> Double { excess(none, over: matched, factor: factor) }

    /// By what a match multiplies the odds, at the p-quantile of its openings.
    package func factor(quantile: Double) -> Double {
        var below = 0.0
        let openings =
            matched.firstIndex {
                below += $0; return below >= quantile
            } ?? matched.count - 1
        return Double(openings) / mean
    }

    private func excess(_ a: [Double], over b: [Double], factor: Double) -> Double {
        zip(a, b).reduce(0) { $0 + max(0, $1.0 - factor * $1.1) }
    }
}
