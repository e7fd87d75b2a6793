public import SealedMatchCrypto

/// The commitment to the token of an account's epoch key, registered with the collector before the first voucher of the
/// epoch (Docs/Protocol.md, "Sharing"). Public: it says nothing about the key.
@frozen
public struct Commitment: Hashable, Sendable {
    /// The 32 bytes.
    public let encoded: Bytes32

    /// Every 32 bytes can be registered; only K_e's own verify at a reveal.
    public init(canonical encoded: Bytes32) { self.encoded = encoded }
}
