/// What somebody does to cases, as far as roles tell it apart. Reading changes nothing, and is for every role.
public enum CaseAction: String, CaseIterable, Sendable {
    /// Gives somebody a role, or takes it away.
    case appoint
    /// Puts a policy in force.
    case govern
    /// Takes a case file in.
    case takeIn
    /// Takes a case on, as one's own.
    case takeOn
    /// Gives a case to somebody else.
    case assign
    /// Says that one has seen what a match is about.
    case view
    /// Says what a match is.
    case judge
    /// Gives the first opinion on a case.
    case decide
    /// Gives a second opinion.
    case decideSecond
    /// Gives an opinion where others differ.
    case settle
    /// Says that a report was made.
    case report
    /// Closes a case.
    case close
    /// Opens it again.
    case reopen
    /// Makes the order for a notice to the account.
    case notify
    /// Makes the file for a source.
    case feedBack
    /// Erases a case to a tombstone.
    case erase
}
