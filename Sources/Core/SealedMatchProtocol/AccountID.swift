public import SealedMatchCrypto

/// An account's name towards collector and authority: 32 bytes that the messenger chooses, for example a hash of its
/// account number under a label of its own. Everybody who sees a voucher sees it.
@frozen
public struct AccountID: Hashable, Sendable {
    /// The 32 bytes.
    public let encoded: Bytes32

    /// Every 32 bytes name an account.
    public init(canonical encoded: Bytes32) { self.encoded = encoded }
}
