public import SealedMatchCrypto

/// A case in a list.
public struct CaseRow: Equatable, Sendable {
    /// From 1.
    public let number: UInt64
    /// Whose case it is; nil once it is erased.
    public let pseudonym: Bytes32?
    /// The epoch; nil once it is erased.
    public let epoch: UInt32?
    /// How far it is.
    public let state: CaseState
    /// What was found.
    public let outcome: CaseOutcome?
    /// How many matches.
    public let matches: Int
    /// How many of them are on a list.
    public let listed: Int
    /// How many of them somebody has seen.
    public let viewed: Int
    /// Whose it is.
    public let assignee: String?
    /// When it was taken in, in seconds since 1970; 0 once it is erased.
    public let opened: UInt64
    /// When its state last changed, in seconds since 1970.
    public let changed: UInt64

    /// The fields as a store has them.
    package init(
        number: UInt64, pseudonym: Bytes32?, epoch: UInt32?, state: CaseState, outcome: CaseOutcome?, matches: Int,
        listed: Int, viewed: Int, assignee: String?, opened: UInt64, changed: UInt64
    ) {
        self.number = number
        self.pseudonym = pseudonym
        self.epoch = epoch
        self.state = state
        self.outcome = outcome
        self.matches = matches
        self.listed = listed
        self.viewed = viewed
        self.assignee = assignee
        self.opened = opened
        self.changed = changed
    }

    /// What a list says of a case.
    public init(_ found: ReviewedCase) {
        self.init(
            number: found.number, pseudonym: found.pseudonym, epoch: found.epoch, state: found.state,
            outcome: found.outcome, matches: found.matches.count, listed: found.listed, viewed: found.viewed,
            assignee: found.assignee, opened: found.opened, changed: found.changed)
    }
}
