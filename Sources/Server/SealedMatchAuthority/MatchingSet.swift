public import SealedMatchProtocol
public import SealedMatchCrypto

/// A set with its matching key α: what the authority opens vouchers with.
///
/// Holds α for as long as it lives. Delete key file and object when no retried voucher of the set can arrive any more.
public final class MatchingSet: Sendable {
    public let header: SetHeader
    /// The set's name, which its vouchers carry.
    public let root: Bytes32
    let key: MatchingKey

    /// - Throws: `setMismatch` when the key is not the one that the set was built with (αB ≠ L).
    public init(key: consuming MatchingKey, header: SetHeader) throws(SealedMatchError) {
        guard key.publicKey == header.publicKey else {
            throw SealedMatchError(.setMismatch, "the matching key is not this set's")
        }
        root = try header.root()
        self.header = header
        self.key = key
    }
}
