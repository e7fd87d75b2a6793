public import SealedMatchCrypto

/// What a client registers with the collector over its authenticated channel, once for each epoch, before its first
/// voucher of the epoch.
///
/// Without it, whoever can upload under another's name frames him with polynomials of his own: a reveal counts only if
/// K_e matches the registered commitment.
public struct Registration: Equatable, Sendable {
    /// Whose registration it is.
    public let account: AccountID
    /// The epoch that it holds for.
    public let epoch: UInt32
    /// The commitment to the epoch's key.
    public let commitment: Commitment

    /// A registration from its parts.
    public init(account: AccountID, epoch: UInt32, commitment: Commitment) {
        self.account = account
        self.epoch = epoch
        self.commitment = commitment
    }

    /// Bytes of the encoding.
    public static let encodedCount = 72

    /// `"SMR1" ‖ epoch (4) ‖ account (32) ‖ commitment (32)`
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount)
        out.magic("SMR1")
        out.put(epoch)
        out.put(account.encoded)
        out.put(commitment.encoded)
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "a registration has 72 bytes")
        }
        var reader = ByteReader(bytes)
        try reader.magic("SMR1")
        epoch = try reader.number(UInt32.self)
        account = try AccountID(canonical: reader.bytes32())
        commitment = try Commitment(canonical: reader.bytes32())
    }
}
