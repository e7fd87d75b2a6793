public import SealedMatchCrypto
public import SealedMatchProtocol

/// What is drawn for a set whose α is divided among custodians: all of `SetSecrets` but α. Auditors' secret, since
/// fillerSeed tells fillers from entries' cells. (Docs/Protocol.md, 4.2)
public struct SetSeeds: Equatable, Sendable {
    /// The table's name, by which custodians made the key.
    public let tableID: TableID
    /// From which positions follow; public once the set is.
    public let positionSeed: Bytes32
    /// For auditors only: it tells fillers from entries' cells.
    public let fillerSeed: Bytes32
    /// Of the entries that they are for: one key never serves two lists.
    public let entriesDigest: Bytes32

    /// New seeds for a key that custodians have made.
    /// - Throws: `randomSourceFailed`.
    public static func random(
        tableID: TableID, entriesDigest: Bytes32
    ) throws(SealedMatchError) -> SetSeeds {
        var random = SystemRandom()
        return SetSeeds(
            tableID: tableID, positionSeed: try random.bytes32(), fillerSeed: try random.bytes32(),
            entriesDigest: entriesDigest)
    }

    private init(tableID: TableID, positionSeed: Bytes32, fillerSeed: Bytes32, entriesDigest: Bytes32) {
        self.tableID = tableID
        self.positionSeed = positionSeed
        self.fillerSeed = fillerSeed
        self.entriesDigest = entriesDigest
    }

    /// Bytes of the encoding.
    public static let encodedCount = 116

    /// `"SMK2" ‖ tableID (16) ‖ positionSeed (32) ‖ fillerSeed (32) ‖ entries digest (32)`.
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount)
        out.magic("SMK2")
        out.put(tableID.encoded)
        out.put(positionSeed)
        out.put(fillerSeed)
        out.put(entriesDigest)
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        try reader.magic("SMK2")
        tableID = try TableID(canonical: reader.take(16))
        positionSeed = try reader.bytes32()
        fillerSeed = try reader.bytes32()
        entriesDigest = try reader.bytes32()
        try reader.end()
    }
}
