public import SealedMatchCrypto

/// What a collector releases the name behind a pseudonym against: 32 bytes that follow from K_e, so that nobody but the
/// account has them before t of its matches opened (Docs/Protocol.md, "Sharing" and "Resolve").
///
/// Whoever has one can have the name released. Keep it where K_e may be, and never in a log.
public struct ResolutionToken: Sendable {
    /// The 32 bytes.
    public private(set) var encoded: Bytes32

    /// Every 32 bytes can be a token; only K_e's own opens its commitment.
    public init(canonical encoded: Bytes32) { self.encoded = encoded }

    /// commitment = KDF(token, "commitment", pseudonym ‖ epoch)
    public func commitment(pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> Commitment {
        Commitment(canonical: try KDF(.commitment, pseudonym, epoch).derive(key: encoded))
    }

    /// Whether it is the token of this commitment; compared in constant time.
    public func opens(
        _ commitment: Commitment, pseudonym: Pseudonym, epoch: UInt32
    ) throws(SealedMatchError) -> Bool {
        let own = try self.commitment(pseudonym: pseudonym, epoch: epoch)
        return (own.encoded ^ commitment.encoded).isZero
    }

    mutating func wipe() { encoded.wipe() }
}

extension ResolutionToken: Equatable {
    /// In constant time.
    public static func == (a: ResolutionToken, b: ResolutionToken) -> Bool { (a.encoded ^ b.encoded).isZero }
}
