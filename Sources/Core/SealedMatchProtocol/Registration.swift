public import SealedMatchCrypto

/// What a client registers with the collector over its authenticated channel, once for each epoch, before its first
/// voucher of the epoch: which pseudonym is the account's, and the commitment to the epoch's key.
///
/// Without it, whoever can upload under another's pseudonym frames him with polynomials of his own: a reveal counts
/// only if the commitment of what it found is the registered one. Nobody but the collector sees a registration, until
/// it releases the name.
public struct Registration: Equatable, Sendable {
    /// Whose registration it is.
    public let account: AccountID
    /// The epoch that it holds for.
    public let epoch: UInt32
    /// The account's name in that epoch towards the authority.
    public let pseudonym: Pseudonym
    /// The commitment to the epoch's token, and by it to its key.
    public let commitment: Commitment
    /// By the account's identity key in the messenger, of `signedMessage`; empty if there is none. At most
    /// `maximumSignatureCount` bytes, in whatever form that messenger's signatures have.
    public var signature: [UInt8] = []

    /// A registration from its parts.
    public init(account: AccountID, epoch: UInt32, pseudonym: Pseudonym, commitment: Commitment) {
        self.account = account
        self.epoch = epoch
        self.pseudonym = pseudonym
        self.commitment = commitment
    }

    /// Bytes of the encoding without a signature, and those before the signature of every one.
    public static var unsignedCount: Int { 106 }
    /// The longest signature, in bytes.
    public static var maximumSignatureCount: Int { 8_192 }
    /// Bytes of the longest encoding.
    public static var maximumEncodedCount: Int { unsignedCount + maximumSignatureCount }

    /// `"SMR2" ‖ epoch (4) ‖ account (32) ‖ pseudonym (32) ‖ commitment (32)`: what is signed.
    private var signedPart: ByteWriter {
        var out = ByteWriter(capacity: Self.unsignedCount + signature.count)
        out.magic("SMR2")
        out.put(epoch)
        out.put(account.encoded)
        out.put(pseudonym.encoded)
        out.put(commitment.encoded)
        return out
    }

    /// The signed part, the signature's length (2), and the signature.
    /// - Precondition: the signature has at most 8,192 bytes.
    public var encoded: [UInt8] {
        precondition(signature.count <= Self.maximumSignatureCount)
        var out = signedPart
        out.put(UInt16(truncatingIfNeeded: signature.count))
        out.put(signature)
        return out.bytes
    }

    /// What the account's identity key signs: `"SealedMatch/1 registration" ‖ 0x00 ‖` the first 104 bytes.
    public var signedMessage: [UInt8] { HashToGroup.ascii(Separator.registration) + [0] + signedPart.bytes }

    /// - Throws: `wrongLength`, `invalidMagic`; `parameterOutOfRange` for a signature of more than 8,192 bytes.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        try self.init(reading: &reader)
        try reader.end()
    }

    /// The next of several back to back.
    package init(reading reader: inout ByteReader) throws(SealedMatchError) {
        guard reader.remaining >= Self.unsignedCount else {
            throw SealedMatchError(.wrongLength, "a registration has at least 106 bytes")
        }
        try reader.magic("SMR2")
        epoch = try reader.number(UInt32.self)
        account = try AccountID(canonical: reader.bytes32())
        pseudonym = try Pseudonym(canonical: reader.bytes32())
        commitment = try Commitment(canonical: reader.bytes32())
        let count = Int(try reader.number(UInt16.self))
        guard count <= Self.maximumSignatureCount else {
            throw SealedMatchError(.parameterOutOfRange, "a registration's signature is too long")
        }
        signature = try reader.take(count)
    }
}
