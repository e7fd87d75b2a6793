public import SealedMatchCrypto
public import SealedMatchProtocol

/// A custodian's word that its share of a key is gone. `SMPE` of Docs/Protocol.md, 4.15.
public struct ErasureStatement: Equatable, Sendable {
    /// Who says it.
    public let party: PartyIndex
    /// The table whose key it was.
    public let tableID: TableID
    /// The name of the record whose share it was.
    public let record: Bytes32
    /// When, in seconds since 1970.
    public let time: UInt64
    /// By the party's Ed25519 key.
    public let signature: Signature

    static func make(
        _ share: borrowing CustodianShare, time: UInt64, key: borrowing SigningKey
    ) throws(SealedMatchError) -> ErasureStatement {
        let unsigned = unsigned(share.party, share.record.plan.tableID, share.record.name, time)
        return ErasureStatement(
            party: share.party, tableID: share.record.plan.tableID, record: share.record.name, time: time,
            signature: try key.sign(SignedMessage.signed(unsigned)))
    }

    private init(party: PartyIndex, tableID: TableID, record: Bytes32, time: UInt64, signature: Signature) {
        self.party = party
        self.tableID = tableID
        self.record = record
        self.time = time
        self.signature = signature
    }

    private static func unsigned(_ party: PartyIndex, _ table: TableID, _ record: Bytes32, _ time: UInt64) -> [UInt8] {
        var out = ByteWriter(capacity: 128)
        out.magic("SMPE")
        out.put([party.number, 0, 0, 0])
        out.put(table.encoded)
        out.put(record)
        out.put(time)
        return out.bytes
    }

    /// The 128 bytes of 4.15.
    public var encoded: [UInt8] { Self.unsigned(party, tableID, record, time) + signature.encoded }

    /// Decodes a statement. Nothing is verified: `verify` does that.
    /// - Throws: `wrongLength`, `invalidMagic`, `parameterOutOfRange`, `nonCanonical`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == 128 else { throw SealedMatchError(.wrongLength, "an erasure statement has 128 bytes") }
        var reader = ByteReader(bytes)
        try reader.magic("SMPE")
        party = try reader.index()
        try reader.zeros(3)
        tableID = try TableID(canonical: reader.take(16))
        record = try reader.bytes32()
        time = try reader.number(UInt64.self)
        signature = try Signature(canonical: reader.take(Signature.encodedCount))
    }

    /// That a party of this record said it. (Docs/Protocol.md, "Erasure")
    /// - Throws: `unknownSet` for another record, `parameterOutOfRange` for none of its parties, `invalidSignature`.
    public func verify(_ record: CustodianRecord) throws(SealedMatchError) {
        guard self.record == record.name, tableID == record.plan.tableID else {
            throw SealedMatchError(.unknownSet, "an erasure statement is of another record")
        }
        guard party.number <= record.plan.count else {
            throw SealedMatchError(.parameterOutOfRange, "an erasure statement is of no party of its record")
        }
        let unsigned = Self.unsigned(party, tableID, self.record, time)
        guard signature.verifies(SignedMessage.signed(unsigned), publicKey: record.plan.key(of: party)) else {
            throw SealedMatchError(.invalidSignature, "an erasure statement's signature does not verify")
        }
    }
}

extension CustodianParty {
    /// Erases this party's share of a key, and whatever else is kept of its table. (Docs/Protocol.md, "Erasure",
    /// step 1)
    /// - Parameter now: seconds since 1970.
    /// - Returns: the signed statement, on disk when this returns. The same one when asked again.
    /// - Throws: `unknownSet` if there is no share; what the store throws, and then the share may still be there.
    public func erase(_ table: TableID, now: UInt64) throws(CustodianError) -> ErasureStatement {
        try step(table) { (state) throws(CustodianError) in
            try blaming(nil) { () throws(SealedMatchError) in
                if let said = try state.decodedErasure() { return said }
                let statement = try ErasureStatement.make(state.decodedShare(), time: now, key: identity)
                // Erasure, step 1: one write; what stood there is gone.
                state.share = nil
                state.run = nil
                state.session = nil
                try state.keep([])
                state.erasure = Held(try SecretBytes.copying(statement.encoded))
                try state.save(to: store)
                return statement
            }
        }
    }
}
