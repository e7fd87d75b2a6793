/// The kinds of reports and calls that can follow from a confirmed case. A policy names those that a deployment makes.
public enum CaseReport: String, CaseIterable, Sendable {
    /// To NCMEC's CyberTipline.
    case cybertipline
    /// By the draft EU Regulation, Article 13.
    case article13
    /// To the United Kingdom's National Crime Agency.
    case nca
    /// The messenger is asked to remove what was confirmed.
    case removal
    /// The messenger is asked to block the account.
    case blocking

    /// Whether the messenger is asked to do something to an account: two people must have confirmed the case.
    public var acts: Bool { self == .removal || self == .blocking }
}
