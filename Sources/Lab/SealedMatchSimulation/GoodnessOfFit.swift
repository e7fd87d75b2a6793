internal import Foundation

/// Pearson's chi-squared test of counts against a law.
package struct GoodnessOfFit: Equatable, Sendable {
    /// Σ (seen − expected)² / expected.
    package let value: Double
    package let freedom: Int
    /// What the value stays below but about once in 10,000 times, where the counts have the law.
    package let limit: Double

    package var fits: Bool { value <= limit }

    /// - Parameters:
    ///   - seen: how often each outcome came.
    ///   - law: the outcomes' probabilities. Neighbours are joined until at least five are expected of each class.
    package init(_ seen: [Int], _ law: [Double]) {
        let total = Double(seen.reduce(0, +))
        var classes: [(seen: Double, expected: Double)] = [(0, 0)]
        for (count, probability) in zip(seen, law) {
            if classes[classes.count - 1].expected >= 5 { classes.append((0, 0)) }
            classes[classes.count - 1].seen += Double(count)
            classes[classes.count - 1].expected += total * probability
        }
        if classes.count > 1, let last = classes.last, last.expected < 5 {
            classes.removeLast()
            classes[classes.count - 1].seen += last.seen
            classes[classes.count - 1].expected += last.expected
        }
        // An outcome that cannot be, and was.
        let isImpossible = zip(seen, law).contains { $0 > 0 && $1 <= 0 }
        value = classes.reduce(isImpossible ? .infinity : 0) { sum, one in
            one.expected > 0 ? sum + (one.seen - one.expected) * (one.seen - one.expected) / one.expected : sum
        }
        freedom = classes.count - 1
        // Wilson and Hilferty; 3.72 standard deviations.
        let part = 2 / (9 * Double(max(1, freedom)))
        let cube = 1 - part + 3.72 * part.squareRoot()
        limit = freedom == 0 ? 1e-9 : Double(freedom) * cube * cube * cube
    }
}
