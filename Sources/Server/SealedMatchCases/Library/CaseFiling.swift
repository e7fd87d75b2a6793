public import SealedMatchCrypto

/// How far the journal of a filing was, at least, when something was about to leave that nobody can take back: so an
/// older copy of it, another one, and one that is missing are noticed. (Docs/Reporting.md, "A filing on the disk")
public struct CaseFiling: Equatable, Sendable {
    /// What is filed.
    public enum Kind: String, CaseIterable, Sendable {
        /// A report to the CyberTipline.
        case cybertipline
        /// A document.
        case article13, nca
        /// A request to the messenger.
        case removal, blocking
        /// The question who the account is.
        case account
    }

    /// Of which kind.
    public let kind: Kind
    /// In which round of the case, from 1.
    public let round: Int
    /// How many entries the journal has, at least; 0: it is lost, and nothing more is filed in this round.
    public let entries: Int
    /// SHA-256 of the last of them; zeros if it is lost.
    public let digest: Bytes32

    /// A filing's mark. What may be written is `CaseLibrary`'s business.
    public init(kind: Kind, round: Int, entries: Int, digest: Bytes32) {
        self.kind = kind
        self.round = round
        self.entries = entries
        self.digest = digest
    }

    /// Whether both are of one journal.
    func isOfSame(_ other: CaseFiling) -> Bool { kind == other.kind && round == other.round }
}
