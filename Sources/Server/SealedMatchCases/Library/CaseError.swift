public import SealedMatchCrypto

extension SealedMatchError.Code {
    /// The person holds no role that may do this.
    public static let roleRefused = SealedMatchError.Code(rawValue: 621)
    /// The case is not in a state in which this can be done, or has no such match.
    public static let stepRefused = SealedMatchError.Code(rawValue: 622)
    /// The deployment's policy forbids this.
    public static let policyRefused = SealedMatchError.Code(rawValue: 623)
    /// The person has given an opinion on this case, or on this match, already.
    public static let alreadyReviewed = SealedMatchError.Code(rawValue: 624)
    /// No case has this number.
    public static let unknownCase = SealedMatchError.Code(rawValue: 625)
    /// Events of cases do not follow from one another: one was changed, left out, put in, or signed by another key.
    public static let brokenChain = SealedMatchError.Code(rawValue: 626)
}
