/// What one person says that a match is. Whether that person has seen it is another fact: `ReviewedMatch.viewedBy`.
public struct CaseJudgement: Equatable, Sendable {
    /// The industry's classification: A, a prepubescent minor, B, a pubescent one; 1, a sex act, 2, lascivious
    /// exhibition.
    public enum Class: String, CaseIterable, Sendable {
        case a1 = "A1"
        case a2 = "A2"
        case b1 = "B1"
        case b2 = "B2"
        /// None of these, or not classified.
        case unclassified = "none"
    }

    /// What the law says of it.
    public enum Standing: String, CaseIterable, Sendable {
        /// Illegal nearly everywhere, by the international baseline.
        case baseline
        /// Illegal where the deployment is.
        case nationallyIllegal
        /// Not illegal.
        case notIllegal
        /// Not said.
        case unsaid = "none"

        /// Whether it is illegal.
        public var isIllegal: Bool { self == .baseline || self == .nationallyIllegal }
    }

    /// Who says it.
    public let by: String
    /// Seconds since 1970.
    public let time: UInt64
    /// A1, A2, B1, B2, or none.
    public let category: Class
    /// What the law says of it.
    public let standing: Standing
    /// Why, in the person's words. Escape it where it is shown.
    public let why: String
}
