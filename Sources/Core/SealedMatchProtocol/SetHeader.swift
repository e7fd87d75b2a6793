internal import SealedMatchFingerprint
public import SealedMatchCrypto

/// Everything in a set file before the table, decoded but not trusted: signatures and floors are checked by the client.
public struct SetHeader: Equatable, Sendable {
    /// Grows with each published set; a client never goes back. At most `issuedAt`: so no version is far ahead of the
    /// clock, and none shuts out its successors for longer than a day.
    public var version: UInt64
    /// Seconds since 1970.
    public var issuedAt: UInt64
    /// Seconds since 1970; from then on clients ask for a newer set. After `issuedAt`, by at most `maximumLifetime`.
    public var expiresAt: UInt64
    /// The table's random name, hashed into every element.
    public var tableID: TableID
    /// From which every key's three positions follow.
    public var positionSeed: Bytes32
    /// L = αB, never the identity.
    public var publicKey: Point
    /// n
    public var entries: Int
    /// m, a multiple of 3.
    public var cells: Int
    /// BLAKE2b-256 of the 32·m table bytes.
    public var tableDigest: Bytes32
    /// Fixes entries and supporters for all auditors, and tells nothing to others: KDF(fillerSeed, "entry support", …).
    public var supportDigest: Bytes32
    /// What the set fixes for its clients.
    public var parameters: Parameters
    /// Ed25519 keys of the sources whose lists went in, at most 16, strictly ascending.
    public var sources: [Bytes32]
    /// Whether the set is for tests. No production policy takes one, and no source signs one (Docs/Protocol.md, 4.1).
    public var isTest: Bool

    /// A header from its parts; nothing is checked.
    public init(
        version: UInt64, issuedAt: UInt64, expiresAt: UInt64, tableID: TableID, positionSeed: Bytes32, publicKey: Point,
        entries: Int, cells: Int, tableDigest: Bytes32, supportDigest: Bytes32, parameters: Parameters,
        sources: [Bytes32], isTest: Bool = false
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
        self.supportDigest = supportDigest
        self.parameters = parameters
        self.sources = sources
        self.isTest = isTest
    }

    /// Largest n: bounds the table at about 5 GB.
    public static let maximumEntries = 1 << 27
    /// Bytes of the encoding, which is the signed part.
    package static let encodedCount = 3072
    /// Most seconds from `issuedAt` to `expiresAt`: 400 days.
    public static let maximumLifetime: UInt64 = 400 * 86_400
    /// Bytes before the table: the signed part and 16 signatures.
    public static let tableOffset = 4096

    /// Whether the set is dated more than a day after `now`: the clock is wrong, or the date is.
    /// - Parameter now: seconds since 1970.
    public func isAhead(of now: UInt64) -> Bool { Self.isAhead(issuedAt, of: now) }

    /// The same for a date alone.
    static func isAhead(_ issuedAt: UInt64, of now: UInt64) -> Bool { issuedAt > now && issuedAt - now > 86_400 }

    /// The set's name: KDF("set root", signed part).
    /// - Throws: `primitiveFailed`.
    public func root() throws(SealedMatchError) -> SetRoot {
        var hash = KDF(.setRoot, capacity: Self.encodedCount)
        hash.append(encoded)
        return SetRoot(canonical: try hash.hash())
    }

    /// Names parameters and profile, what a set fixes for its clients besides entries, sources, keys and dates:
    /// KDF("set parameters", bytes 160…255 ‖ 768…831 ‖ 864… of the signed part): up to 875, or to the last
    /// hypothesis where there are more than eight.
    /// - Throws: `primitiveFailed`.
    public func parametersDigest() throws(SealedMatchError) -> Bytes32 {
        let signed = encoded
        var hash = KDF(.setParameters)
        hash.append(copied(signed, 160..<256))
        hash.append(copied(signed, 768..<832))
        let more = max(0, parameters.profile.hypotheses.count - Self.firstHypotheses)
        hash.append(copied(signed, 864..<(876 + Hypothesis.encodedCount * more)))
        return try hash.hash()
    }

    /// Whether a version and dates are a set's: the version is at most `issuedAt`, and the set lives for more than no
    /// time, and for 400 days at most.
    package static func areValid(version: UInt64, issuedAt: UInt64, expiresAt: UInt64) -> Bool {
        version <= issuedAt && issuedAt < expiresAt && expiresAt - issuedAt <= maximumLifetime
    }

    /// Whether `cells` is exactly what n entries take: more cells would be room for hidden entries.
    package static func areValid(entries: UInt64, cells: UInt64) -> Bool {
        entries >= 1 && entries <= UInt64(maximumEntries)
            && cells == UInt64(TablePositions.cells(forEntries: Int(entries)))
    }
}
