/// How often, and at how many matches, the simulated accounts of a group are revealed.
package struct RevealFigures: Equatable, Sendable {
    /// Account-epochs that are revealed: by a try after each voucher, with the standard error; by one try at the end.
    package let share: Double
    package let shareError: Double
    package let shareAtEnd: Double
    /// Accounts that are revealed in at least one of the plan's epochs.
    package let everShare: Double
    package let everError: Double
    /// Matches at the reveal, and known items sent by then: of half of what is revealed, of 90 and of 99 of 100; nil
    /// where nothing is.
    package let matches: Quantiles?
    package let known: Quantiles?
    /// Account-epochs without a known item that were revealed all the same.
    package let innocents: Int
    /// Of the reveals, by matches.
    package let histogram: [Int: Int]

    package struct Quantiles: Equatable, Sendable {
        package let middle: Int
        package let p90: Int
        package let p99: Int

        /// The least values that so many of the counts do not exceed.
        init?(_ counts: [Int: Int]) {
            let total = counts.values.reduce(0, +)
            guard total > 0 else { return nil }
            let sorted = counts.sorted { $0.key < $1.key }
            func at(_ percent: Int) -> Int {
                var below = 0
                for (value, count) in sorted {
                    below += count
                    if below * 100 >= percent * total { return value }
                }
                return sorted[sorted.count - 1].key
            }
            (middle, p90, p99) = (at(50), at(90), at(99))
        }
    }

    init(_ tally: GroupTally.SettingTally, accounts: Int, epochs: Int) {
        let (number, length) = (Double(accounts), Double(epochs))
        share = Double(tally.revealedEpochs) / number / length
        // Accounts are independent; the epochs of one are not.
        let variance = Double(tally.squares) / length / length / number - share * share
        shareError = (max(0, variance) / max(1, number - 1)).squareRoot()
        shareAtEnd = Double(tally.revealedAtEnd) / number / length
        everShare = Double(tally.accounts) / number
        everError = (everShare * (1 - everShare) / number).squareRoot()
        matches = Quantiles(tally.reveals)
        known = Quantiles(tally.known)
        innocents = tally.innocentReveals
        histogram = tally.reveals
    }
}
