public import SealedMatchCrypto
internal import SealedMatchProtocol

/// What one custodian holds of a key: α_i, in guarded memory, and the public record. `SMCS` of Docs/Protocol.md, 4.15.
public struct CustodianShare: ~Copyable, Sendable {
    /// Whose share it is.
    public let party: PartyIndex
    /// The key that it is of.
    public let record: CustodianRecord
    let secret: Scalar

    /// - Throws: `setMismatch` unless α_i·B = L_i.
    init(
        _ secret: consuming Scalar, of party: PartyIndex, in record: CustodianRecord
    ) throws(SealedMatchError) {
        guard party.number <= record.plan.count else {
            throw SealedMatchError(.parameterOutOfRange, "a share is of no party of its record")
        }
        guard try Point.base(times: secret) == record.publicKey(of: party) else {
            throw SealedMatchError(.setMismatch, "a share is not its record's")
        }
        self.party = party
        self.record = record
        self.secret = secret
    }

    /// Bytes before the record.
    private static let headCount = 40
    /// No longer file is a share.
    public static let maximumCount = headCount + CustodianRecord.maximumCount

    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `invalidScalar`, `setMismatch`, and what decoding the
    ///   record throws.
    public init(canonical bytes: borrowing SecretBytes) throws(SealedMatchError) {
        self = try unsafe bytes.withBytes { (raw) throws(SealedMatchError) in try unsafe CustodianShare(canonical: raw)
        }
    }

    init(canonical raw: UnsafeRawBufferPointer) throws(SealedMatchError) {
        guard raw.count > Self.headCount else { throw SealedMatchError(.wrongLength, "a share is too short") }
        var head = unsafe ByteReader(Array(raw[0..<8]))
        try head.magic("SMCS")
        let party = try head.index()
        try head.zeros(3)
        let record = try CustodianRecord(canonical: unsafe Array(raw[Self.headCount...]))
        let secret = try unsafe Scalar(canonical: UnsafeRawBufferPointer(rebasing: raw[8..<Self.headCount]))
        try self.init(secret, of: party, in: record)
    }

    /// The bytes of 4.15, in guarded memory.
    public borrowing func encoded() throws(SealedMatchError) -> SecretBytes {
        let public_ = record.encoded
        var out = try SecretBytes.zeros(count: Self.headCount + public_.count)
        let magic = HashToGroup.ascii("SMCS") + [party.number, 0, 0, 0]
        unsafe out.withMutableBytes { out in
            for index in magic.indices { unsafe out[index] = magic[index] }
            unsafe secret.withEncoded {
                unsafe UnsafeMutableRawBufferPointer(rebasing: out[8..<Self.headCount]).copyMemory(from: $0)
            }
            for index in public_.indices { unsafe out[Self.headCount + index] = public_[index] }
        }
        return out
    }
}
