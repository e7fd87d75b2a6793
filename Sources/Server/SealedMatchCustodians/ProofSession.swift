public import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a joint proof is about, and who makes it. `SMPS` of Docs/Protocol.md, 4.15.
public struct ProofSession: Equatable, Sendable {
    /// The name of the record whose key it is.
    public let record: Bytes32
    /// Drawn for each session, 16 bytes.
    public let attempt: [UInt8]
    /// The τ parties, ascending.
    public let parties: [PartyIndex]
    /// M, RFC 9497's composite of the elements.
    public let composite: Point

    init(record: Bytes32, attempt: [UInt8], parties: [PartyIndex], composite: Point) throws(SealedMatchError) {
        guard !composite.isIdentity else {
            throw SealedMatchError(.identityPoint, "a proof over the identity says nothing")
        }
        self.record = record
        self.attempt = attempt
        self.parties = parties.sorted()
        self.composite = composite
    }

    /// Bytes of a session.
    public static let encodedCount = 88

    /// The bytes of 4.15.
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount)
        out.magic("SMPS")
        out.put(record)
        out.put(attempt)
        out.put(PartyIndex.mask(of: parties))
        out.put(UInt16(0))
        out.put(composite.encoded)
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `invalidPoint`, `identityPoint`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        try reader.magic("SMPS")
        record = try reader.bytes32()
        attempt = try reader.take(16)
        parties = PartyIndex.all(in: try reader.number(UInt16.self))
        try reader.zeros(2)
        composite = try reader.point()
        try reader.end()
    }

    /// That it is of this key, by τ of its parties.
    /// - Throws: `unknownSet`, `parameterOutOfRange`.
    func check(_ record: CustodianRecord) throws(SealedMatchError) {
        guard self.record == record.name else {
            throw SealedMatchError(.unknownSet, "no share of this record is here")
        }
        guard parties.count == record.threshold, parties.allSatisfy({ $0.number <= record.plan.count }) else {
            throw SealedMatchError(.parameterOutOfRange, "it takes exactly the threshold's number of parties")
        }
    }

    /// Its name, which all its messages carry.
    package func name() throws(SealedMatchError) -> Bytes32 {
        var input = KDF(.custodianProof)
        input.append(encoded)
        return try input.hash()
    }
}
