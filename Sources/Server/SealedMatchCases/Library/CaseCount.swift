/// How many cases are of a state and have an outcome.
public struct CaseCount: Equatable, Sendable {
    /// The state.
    public let state: CaseState
    /// The outcome.
    public let outcome: CaseOutcome?
    /// How many.
    public let count: Int

    package init(state: CaseState, outcome: CaseOutcome?, count: Int) {
        self.state = state
        self.outcome = outcome
        self.count = count
    }
}
