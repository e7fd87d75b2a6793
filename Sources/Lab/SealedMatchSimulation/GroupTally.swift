/// Counts of one group. Sums of whole numbers alone: their order changes nothing.
package struct GroupTally: Equatable, Sendable {
    /// Account-epochs by the vouchers that were sealed in them.
    package var volumes: [Int: Int] = [:]
    /// Account-epochs without a known item.
    package var innocentEpochs = 0
    /// Matches of all account-epochs, arrived or not.
    package var matches = 0
    package var settings: [SettingTally]

    package struct SettingTally: Equatable, Sendable {
        /// Account-epochs by the number of matches at their reveal.
        package var reveals: [Int: Int] = [:]
        /// The same by the number of known items sent.
        package var known: [Int: Int] = [:]
        package var revealedEpochs = 0
        /// Σ (revealed epochs of an account)²: for the standard error, whose samples are accounts.
        package var squares = 0
        package var revealedAtEnd = 0
        /// Accounts with at least one revealed epoch.
        package var accounts = 0
        package var innocentReveals = 0
    }

    init(settings count: Int) { settings = Array(repeating: SettingTally(), count: count) }

    mutating func add(_ other: GroupTally) {
        volumes.merge(other.volumes, uniquingKeysWith: +)
        innocentEpochs += other.innocentEpochs
        matches += other.matches
        for (index, other) in other.settings.enumerated() {
            settings[index].reveals.merge(other.reveals, uniquingKeysWith: +)
            settings[index].known.merge(other.known, uniquingKeysWith: +)
            settings[index].revealedEpochs += other.revealedEpochs
            settings[index].squares += other.squares
            settings[index].revealedAtEnd += other.revealedAtEnd
            settings[index].accounts += other.accounts
            settings[index].innocentReveals += other.innocentReveals
        }
    }
}
