/// What became of a case file that was taken in.
public struct CaseAddition: Equatable, Sendable {
    /// What became of it.
    public enum Outcome: String, Sendable {
        /// It is a new case.
        case new
        /// It added matches to an open case.
        case added
        /// It added matches to a case on which there was a decision: people look again.
        case reopened
        /// It was taken in before. Nothing changed.
        case alreadyThere
    }

    /// The case's number.
    public let number: UInt64
    /// What became of it.
    public let outcome: Outcome
    /// How many matches it added.
    public let matches: Int

    package init(number: UInt64, outcome: Outcome, matches: Int) {
        self.number = number
        self.outcome = outcome
        self.matches = matches
    }
}
