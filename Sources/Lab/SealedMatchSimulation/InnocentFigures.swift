internal import Foundation

/// What false positives alone can do to an account of a group.
package struct InnocentFigures: Equatable, Sendable {
    /// log10 of the probability that an account without a known item has t matches in an epoch; nil: 0, it cannot be.
    package let log10: Double?
    /// log10 of the number of such account-epochs that are expected in the whole population in twelve epochs; nil: 0.
    package let log10Expected: Double?
    /// The least t at which that probability is at most 10^-12; nil: above 1,024.
    package let neededThreshold: Int?

    package static let limit = 1e-12
    package static let year = 12.0

    init(_ tail: InnocentTail, _ group: PopulationGroup, threshold: Int) {
        func decimal(_ logarithm: Double) -> Double? { logarithm == LogSum.zero ? nil : logarithm / M_LN10 }
        let logTail = tail.logTails[threshold]
        log10 = decimal(logTail)
        log10Expected = decimal(
            logTail + InnocentTail.logInnocent(group.known) + log(Double(group.accounts) * Self.year))
        neededThreshold = tail.threshold(below: Self.limit)
    }
}
