/// How far a case is.
public enum CaseState: String, CaseIterable, Sendable {
    /// Nobody has looked.
    case new
    /// Somebody has it, and there is no decision yet.
    case inReview
    /// There is a decision: `CaseOutcome`.
    case decided
    /// A report was made.
    case reported
    /// Nothing more follows.
    case closed
    /// Its content is gone. What stays are numbers and hashes.
    case erased

    /// Whether people still look at it.
    public var isOpen: Bool { self == .new || self == .inReview }
}

/// What people found.
public enum CaseOutcome: String, CaseIterable, Sendable {
    /// What matched is what the set is for.
    case confirmed
    /// It is not.
    case notConfirmed
    /// It cannot be told.
    case cannotBeJudged
}
