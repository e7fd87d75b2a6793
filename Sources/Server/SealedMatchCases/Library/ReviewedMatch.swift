public import SealedMatchCrypto

/// A match of a case, and what people did with it.
public struct ReviewedMatch: Equatable, Sendable {
    /// Its number in the case, from 1, over all parts.
    public let number: Int
    /// What the case file says.
    public let match: CaseMatch
    /// Who has seen what it is about, and when, in seconds since 1970. Nobody is taken to have seen anything.
    public package(set) var viewedBy: [String: UInt64]
    /// SHA-256 of each file that people were shown of it, as far as the program knows: they may have seen it elsewhere.
    public package(set) var shown: Set<Bytes32>
    /// What people say that it is; those of the current round.
    public package(set) var judgements: [CaseJudgement]

    /// Whether anybody has seen it.
    public var isViewed: Bool { !viewedBy.isEmpty }
}
