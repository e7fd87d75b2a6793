public import SealedMatchProtocol
public import SealedMatchCrypto
internal import SealedMatchFiles
package import SealedMatchWorkers

/// Everything random that goes into a set, drawn after its entries are fixed: a source that knew a seed could grind
/// entries against it.
///
/// The whole is the authority's secret: α opens vouchers. One for each built table, never two tables from one.
public struct SetSecrets: ~Copyable, Sendable {
    /// α, with L.
    public let key: MatchingKey
    /// The table's random name.
    public let tableID: TableID
    /// From which positions follow; public once the set is.
    public let positionSeed: Bytes32
    /// For auditors only: it tells fillers from entries' cells.
    public let fillerSeed: Bytes32

    /// New secrets, all random.
    /// - Throws: `randomSourceFailed`, `outOfMemory`.
    public static func random() throws(SealedMatchError) -> SetSecrets {
        try Sodium.start()
        var random = SystemRandom()
        return try SetSecrets(
            key: MatchingKey.random(from: &random), tableID: TableID.random(from: &random),
            positionSeed: random.bytes32(), fillerSeed: random.bytes32())
    }

    package init(key: consuming MatchingKey, tableID: TableID, positionSeed: Bytes32, fillerSeed: Bytes32) {
        self.key = key
        self.tableID = tableID
        self.positionSeed = positionSeed
        self.fillerSeed = fillerSeed
    }

    /// `"SMK1" ‖ tableID (16) ‖ positionSeed (32) ‖ fillerSeed (32) ‖ α (32) ‖ entries digest (32)`: the secret file of
    /// one table.
    public static let encodedCount = 148

    /// - Parameter entriesDigest: of the entries the table was built from: the same secrets never serve another list.
    public borrowing func encoded(entriesDigest: Bytes32) throws(SealedMatchError) -> SecretBytes {
        var head = ByteWriter()
        head.magic("SMK1")
        head.put(tableID.encoded)
        head.put(positionSeed)
        head.put(fillerSeed)
        var out = try SecretBytes.zeros(count: Self.encodedCount)
        let public_ = head.bytes
        unsafe out.withMutableBytes { out in
            for (index, byte) in public_.enumerated() { unsafe out[index] = byte }
            unsafe key.withEncoded { alpha in
                for index in 0..<32 { unsafe out[public_.count + index] = unsafe alpha[index] }
            }
            for index in 0..<32 { unsafe out[public_.count + 32 + index] = entriesDigest[index] }
        }
        return out
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `invalidScalar`.
    public init(canonical bytes: UnsafeRawBufferPointer) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "a set's secrets have 148 bytes")
        }
        var reader = ByteReader(unsafe Array(bytes[0..<84]))
        try reader.magic("SMK1")
        let tableID = try TableID(canonical: reader.take(16))
        let positionSeed = try reader.bytes32()
        let fillerSeed = try reader.bytes32()
        let key = try unsafe MatchingKey(canonical: UnsafeRawBufferPointer(rebasing: bytes[84..<116]))
        self.init(key: key, tableID: tableID, positionSeed: positionSeed, fillerSeed: fillerSeed)
    }

    /// The digest of the entries that encoded secrets belong to.
    public static func entriesDigest(inEncoded bytes: UnsafeRawBufferPointer) throws(SealedMatchError) -> Bytes32 {
        guard bytes.count == encodedCount else {
            throw SealedMatchError(.wrongLength, "a set's secrets have 148 bytes")
        }
        return unsafe Bytes32(loading: bytes.baseAddress! + 116)
    }
}

/// A set as built: header and table, not yet signed. Deterministic given entries and secrets.
public struct BuiltSet: Sendable {
    /// What sources sign.
    public let header: SetHeader
    package let table: Table

    /// What the header says about a set besides its entries.
    public struct Description: Sendable {
        /// Grows with each published set.
        public var version: UInt64
        /// Seconds since 1970.
        public var issuedAt: UInt64
        /// Seconds since 1970.
        public var expiresAt: UInt64
        /// What the set fixes for its clients.
        public var parameters: Parameters
        /// Ed25519 keys, strictly ascending, in the order of the lists.
        public var sources: [Bytes32]
        /// Marks the set as one for tests, which no production policy takes and no source signs.
        public var isTest = false

        /// A description from its parts, of a set that is not for tests.
        public init(version: UInt64, issuedAt: UInt64, expiresAt: UInt64, parameters: Parameters, sources: [Bytes32]) {
            self.version = version
            self.issuedAt = issuedAt
            self.expiresAt = expiresAt
            self.parameters = parameters
            self.sources = sources
        }
    }

    /// Builds the blinded set.
    /// - Throws: `peelingFailed` with probability below 10⁻³, then draw secrets anew; `parameterOutOfRange`,
    ///   `tooManyEntries`, `interrupted`.
    ///
    /// Not public: secrets that can be lent twice could make two tables with one α. `NewSet.build` draws its own.
    /// - Parameter fillers: as `Table.build` takes it; only a set for tests can repeat some.
    package static func build(
        _ entries: EntrySelection, _ description: Description, secrets: borrowing SetSecrets, fillers: Int? = nil,
        workers: Workers
    ) throws(SealedMatchError) -> BuiltSet {
        try build(
            keys: entries.keys, supporters: entries.supporters, description, secrets: secrets, fillers: fillers,
            workers: workers)
    }

    /// - Parameter supporters: a mask for each key.
    package static func build(
        keys: [EntryKey], supporters: [UInt16], _ description: Description, secrets: borrowing SetSecrets,
        fillers: Int? = nil, workers: Workers
    ) throws(SealedMatchError) -> BuiltSet {
        guard fillers == nil || description.isTest else {
            throw SealedMatchError(.parameterOutOfRange, "only a set for tests repeats its fillers")
        }
        try check(keys, supporters, description)
        let table = try Table.build(
            keys: keys, key: secrets.key, tableID: secrets.tableID, positionSeed: secrets.positionSeed,
            fillerSeed: secrets.fillerSeed, fillers: fillers, workers: workers)
        return try BuiltSet(
            table, keys, supporters, description, publicKey: secrets.key.publicKey, tableID: secrets.tableID,
            positionSeed: secrets.positionSeed, fillerSeed: secrets.fillerSeed)
    }

    /// The same by whoever holds α: custodians, for one. Deterministic, given entries, key and seeds.
    /// - Throws: as above; what `key` does. Of `peelingFailed`: draw other seeds; nobody was asked
    ///   for anything yet.
    public static func build(
        _ entries: EntrySelection, _ description: Description, by key: some BlindingKey, seeds: SetSeeds,
        workers: Workers
    ) throws(SealedMatchError) -> BuiltSet {
        guard try seeds.entriesDigest == AuditPackage.entriesDigest(entries) else {
            throw SealedMatchError(.setMismatch, "these seeds were drawn for another list of entries")
        }
        try check(entries.keys, entries.supporters, description)
        let table = try Table.build(
            keys: entries.keys, by: key, tableID: seeds.tableID, positionSeed: seeds.positionSeed,
            fillerSeed: seeds.fillerSeed, workers: workers)
        return try BuiltSet(
            table, entries.keys, entries.supporters, description, publicKey: key.publicKey, tableID: seeds.tableID,
            positionSeed: seeds.positionSeed, fillerSeed: seeds.fillerSeed)
    }

    /// What can be refused before any work.
    private static func check(
        _ keys: [EntryKey], _ supporters: [UInt16], _ description: Description
    ) throws(SealedMatchError) {
        guard !keys.isEmpty, keys.count == supporters.count else {
            throw SealedMatchError(.parameterOutOfRange, "no entry is left to build a set from")
        }
        guard
            SetHeader.areValid(
                version: description.version, issuedAt: description.issuedAt, expiresAt: description.expiresAt)
        else {
            throw SealedMatchError(
                .parameterOutOfRange, "a set's version is at most its date, and it lives for 400 days at most")
        }
        try description.parameters.validate(sources: description.sources.count)
    }

    private init(
        _ table: Table, _ keys: [EntryKey], _ supporters: [UInt16], _ description: Description, publicKey: Point,
        tableID: TableID, positionSeed: Bytes32, fillerSeed: Bytes32
    ) throws(SealedMatchError) {
        let header = SetHeader(
            version: description.version, issuedAt: description.issuedAt, expiresAt: description.expiresAt,
            tableID: tableID, positionSeed: positionSeed, publicKey: publicKey, entries: keys.count,
            cells: table.count, tableDigest: try table.digest(),
            supportDigest: try AuditPackage.supportDigest(of: keys, supporters, fillerSeed: fillerSeed),
            parameters: description.parameters, sources: description.sources, isTest: description.isTest)
        // Only headers that every client can decode leave this house.
        guard try SetHeader(canonical: header.encoded) == header else {
            throw SealedMatchError(.nonCanonical, "the set's header has no canonical encoding")
        }
        self.header = header
        self.table = table
    }

    /// The set file, not yet signed, in parts that follow one another; valid inside `body` only.
    @unsafe public func withParts(
        _ body: ([UnsafeRawBufferPointer]) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        let head = header.encoded + SetSignatures().encoded
        try unsafe head.span.withUnsafeBytes { (head) throws(SealedMatchError) in
            try unsafe body([head, table.bytes])
        }
    }

    /// Writes the set file, whole or not at all.
    public func write(to path: String, signatures: SetSignatures = SetSignatures()) throws(SealedMatchError) {
        let head = header.encoded + signatures.encoded
        try unsafe head.span.withUnsafeBytes { (head) throws(SealedMatchError) in
            try unsafe DurableFile.write([head, table.bytes], to: path, secret: false)
        }
    }
}

extension SetSecrets {
    /// A second copy of α, for the authority's opener.
    public borrowing func matchingKey() throws(SealedMatchError) -> MatchingKey {
        var copy = try SecretBytes.zeros(count: 32)
        unsafe copy.withMutableBytes { out in unsafe key.withEncoded { unsafe out.copyMemory(from: $0) } }
        return try unsafe copy.withBytes { (raw) throws(SealedMatchError) in try unsafe MatchingKey(canonical: raw)
        }
    }
}
