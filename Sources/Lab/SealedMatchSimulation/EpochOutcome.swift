/// What became of an account-epoch under one setting.
package struct EpochOutcome: Equatable, Sendable {
    /// At the first moment at which a try succeeds; nil: never.
    package var reveal: Moment?
    /// Whether a single try at the end of the epoch succeeds.
    package var revealedAtEnd = false

    package struct Moment: Equatable, Sendable {
        /// R.
        package var matches: Int
        /// e.
        package var byChance: Int
        /// Known items that the account had sent by then, whether they matched and arrived or not.
        package var knownSent: Int
    }
}

/// One setting, on its way through an account-epoch.
struct EpochJudge {
    private let rule: RevealRule
    private var openings: ChanceOpenings
    private(set) var outcome = EpochOutcome()
    /// Openings beyond the cap are quarantined: from then on no try sees anything new.
    private var isFull = false

    init(_ setting: SimulationSetting, chances: [Double], random: SimulationRandom) {
        rule = RevealRule(threshold: setting.threshold, polynomials: setting.polynomials)
        openings = ChanceOpenings(slots: setting.slots, chances: chances, random: random)
    }

    /// Right after a match arrived. Between matches R stays and e grows: no try can begin to succeed there.
    mutating func matchArrived(_ arrivals: Arrivals, knownSent: Int) {
        guard arrivals.matchCount >= rule.threshold, outcome.reveal == nil, !isFull else { return }
        openings.extend(to: arrivals)
        isFull = openings.count + arrivals.matchCount > RevealRule.cap
        guard !isFull, rule.reveals(matches: arrivals.matchCount, byChance: openings.count) else { return }
        outcome.reveal = EpochOutcome.Moment(
            matches: arrivals.matchCount, byChance: openings.count, knownSent: knownSent)
    }

    mutating func end(_ arrivals: Arrivals) {
        guard arrivals.matchCount >= rule.threshold, !isFull else { return }
        openings.extend(to: arrivals)
        outcome.revealedAtEnd =
            openings.count + arrivals.matchCount <= RevealRule.cap
            && rule.reveals(matches: arrivals.matchCount, byChance: openings.count)
    }
}
