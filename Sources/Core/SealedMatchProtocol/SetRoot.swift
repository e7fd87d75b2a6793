public import SealedMatchCrypto

/// A set's name everywhere: what sources sign, vouchers carry, and proofs are about. The hash of the set's signed part,
/// KDF("set root", signed part), so that whoever knows the root knows the whole set (Docs/Protocol.md, "Set file").
/// Public.
@frozen
public struct SetRoot: Hashable, Sendable {
    /// The 32 bytes.
    public let encoded: Bytes32

    /// Every 32 bytes may be a set's root; `SetHeader.root` computes a header's own.
    public init(canonical encoded: Bytes32) { self.encoded = encoded }
}
