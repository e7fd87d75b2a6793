public import SealedMatchCrypto

/// Everything in a set file before the table, decoded but not trusted: signatures and floors are checked by the client.
public struct SetHeader: Equatable, Sendable {
    /// Grows with each published set; a client never goes back.
    public var version: UInt64
    /// Seconds since 1970.
    public var issuedAt: UInt64
    /// Seconds since 1970; from then on clients ask for a newer set.
    public var expiresAt: UInt64
    public var tableID: TableID
    public var positionSeed: Bytes32
    /// L = αB, never the identity.
    public var publicKey: Point
    /// n
    public var entries: Int
    /// m, a multiple of 3.
    public var cells: Int
    /// BLAKE2b-256 of the 32·m table bytes.
    public var tableDigest: Bytes32
    public var parameters: Parameters
    /// Ed25519 keys of the sources whose lists went in, at most 16, strictly ascending.
    public var sources: [Bytes32]

    public init(
        version: UInt64, issuedAt: UInt64, expiresAt: UInt64, tableID: TableID, positionSeed: Bytes32, publicKey: Point,
        entries: Int, cells: Int, tableDigest: Bytes32, parameters: Parameters, sources: [Bytes32]
    ) {
        self.version = version
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.tableID = tableID
        self.positionSeed = positionSeed
        self.publicKey = publicKey
        self.entries = entries
        self.cells = cells
        self.tableDigest = tableDigest
        self.parameters = parameters
        self.sources = sources
    }

    /// Largest n: bounds the table at about 5 GB.
    public static let maximumEntries = 1 << 27
    /// Bytes of the encoding, which is the signed part.
    package static let encodedCount = 3072
    /// Bytes before the table: the signed part and 16 signatures.
    public static let tableOffset = 4096

    /// The set's name everywhere: what sources sign and vouchers carry. KDF("set root", signed part).
    public func root() throws(SealedMatchError) -> Bytes32 {
        var hash = KDF(.setRoot, capacity: Self.encodedCount)
        hash.append(encoded)
        return try hash.hash()
    }

    /// Whether `cells` is just what n entries take: more cells would be room for hidden entries.
    package static func areValid(entries: UInt64, cells: UInt64) -> Bool {
        entries >= 1 && entries <= UInt64(maximumEntries)
            && cells == UInt64(TablePositions.cells(forEntries: Int(entries)))
    }
}
