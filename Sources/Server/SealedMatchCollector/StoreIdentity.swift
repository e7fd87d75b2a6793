public import SealedMatchCrypto

/// 32 random bytes, drawn when a store of vouchers is made and kept in it. A store that is made anew has another
/// identity, so that nobody takes it for the old one. Not secret.
public typealias StoreIdentity = Bytes32

/// How far a reader has come in a source of vouchers. The reader keeps it with what it made of them, in one
/// transaction. (Docs/Protocol.md, 4.11)
public struct SourceCursor: Equatable, Sendable {
    /// The source that the position is of.
    public let source: StoreIdentity
    /// Everything up to this position has been dealt with; 0 before the first.
    public let position: Int64
    /// The source's mark at `position`, if it had one: by it a source that was restored from an older backup and used
    /// again is told from the one that was read.
    public let mark: Bytes32?

    /// The fields. Without the others: before a source's first voucher.
    public init(source: StoreIdentity, position: Int64 = 0, mark: Bytes32? = nil) {
        self.source = source
        self.position = position
        self.mark = mark
    }
}
