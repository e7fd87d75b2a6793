public import SealedMatchCrypto

/// A case as its events say it is. Nothing of it is stored: it is computed from them.
public struct ReviewedCase: Equatable, Sendable {
    /// An opinion on the case.
    public struct Opinion: Equatable, Sendable {
        /// Whose.
        public let by: String
        /// Seconds since 1970.
        public let time: UInt64
        /// What was found.
        public let outcome: CaseOutcome
        /// Why, in the person's words. Escape it where it is shown.
        public let why: String
    }

    /// A report that was made.
    public struct Report: Equatable, Sendable {
        /// Of which kind.
        public let kind: CaseReport
        /// The receiver's reference. Escape it where it is shown.
        public let reference: String
        /// Seconds since 1970.
        public let time: UInt64
        /// In which round.
        public let round: Int
    }

    /// From 1, in the order in which cases were taken in.
    public let number: UInt64
    /// Whose case it is; nil once it is erased.
    public package(set) var pseudonym: Bytes32?
    /// The epoch; nil once it is erased.
    public package(set) var epoch: UInt32?
    /// Numbers of the case file's parts that were taken in, ascending.
    public package(set) var parts: [Int] = []
    /// Roots of the sets that matches were sealed under, ascending.
    public package(set) var roots: [Bytes32] = []
    /// All matches.
    public package(set) var matches: [ReviewedMatch] = []
    /// How many of them are on a list.
    public package(set) var listed = 0
    /// How far it is.
    public package(set) var state = CaseState.new
    /// What was found; nil before there is a decision.
    public package(set) var outcome: CaseOutcome?
    /// Whose it is.
    public package(set) var assignee: String?
    /// 1, and one more each time that people have to look again.
    public package(set) var round = 1
    /// Opinions of the current round, in order.
    public package(set) var opinions: [Opinion] = []
    /// Reports, in order.
    public package(set) var reports: [Report] = []
    /// How far the journal of each filing is, at least.
    public package(set) var filings: [CaseFiling] = []
    /// Notices for which an order was made.
    public package(set) var notices: Set<CaseNotice> = []
    /// When it was taken in, in seconds since 1970; 0 once it is erased.
    public package(set) var opened: UInt64 = 0
    /// When its state last changed, in seconds since 1970.
    public package(set) var changed: UInt64 = 0

    /// How many events say this; 0 once it is erased. Whoever has another number has seen another case.
    public package(set) var events = 0

    init(number: UInt64) { self.number = number }

    /// Matches that somebody has seen.
    public var viewed: Int { matches.count(where: \.isViewed) }
}
