public import SealedMatchCrypto

/// What an account is to be told about its reveal, and of which set. (Docs/Protocol.md, "Notify")
public struct CaseNotice: Hashable, Sendable {
    /// Why the account is told.
    public enum Kind: String, CaseIterable, Sendable {
        /// The policy's time has passed.
        case revealed
        /// People found that what matched is not what the set is for.
        case notConfirmed
    }

    /// Why the account is told.
    public let kind: Kind
    /// The root of the set whose entries were met.
    public let root: Bytes32

    /// A notice from its parts.
    public init(kind: Kind, root: Bytes32) {
        self.kind = kind
        self.root = root
    }
}
