/// What a person is in the review of cases. Each person holds one role. (Docs/Reviewing.md)
public enum CaseRole: String, CaseIterable, Sendable {
    /// Looks, and gives a first opinion.
    case reviewer
    /// Looks, and gives a first or a second opinion.
    case second
    /// Gives work out, settles what opinions differ on, closes, reopens, reports, erases.
    case lead
    /// Reads all, and changes nothing.
    case auditor

    /// Whether this role may do it: the one table of what each may do.
    public func may(_ action: CaseAction) -> Bool {
        switch action {
        case .takeIn, .takeOn, .view, .judge, .decide: self != .auditor
        case .decideSecond: self == .second || self == .lead
        case .appoint, .govern, .assign, .settle, .report, .close, .reopen, .notify, .feedBack, .erase: self == .lead
        }
    }
}
