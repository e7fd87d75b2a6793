public import SealedMatchProtocol
public import SealedMatchCrypto
public import SealedMatchWorkers

/// What the authority hands to auditors beside the set file: the entries in the clear, who lists them, the filler seed,
/// and proofs that decode(y) = α·H(y) for every entry. Without α: an audit that handed it out would make every auditor
/// an authority.
///
/// `"SMA-PKG1" ‖ root (32) ‖ fillerSeed (32) ‖ n (8) ‖ n × (kind ‖ bits ‖ supporters (2)) ‖ ⌈n / 65,535⌉ × proof (64)`
public struct AuditPackage: Equatable, Sendable {
    /// The set that the package belongs to.
    public var root: SetRoot
    /// From which the fillers follow.
    public var fillerSeed: Bytes32
    /// The entries, strictly ascending.
    public var keys: [EntryKey]
    /// Of each entry, the sources that list it: bit i is the header's source i.
    public var supporters: [UInt16]
    /// One for each 65,535 entries, in order: RFC 9497's batch index has two bytes.
    public var proofs: [DLEQProof]

    /// Bytes of a package of `entries` entries, at most: what a larger file holds is no package.
    public static func maximumCount(entries: Int) -> Int {
        let proofs = (entries + DLEQProof.maximumPairs - 1) / DLEQProof.maximumPairs
        return 80 + 35 * entries + DLEQProof.encodedCount * proofs
    }

    /// The package of a set just built.
    /// - Throws: `interrupted`.
    public static func make(
        _ set: BuiltSet, entries: EntrySelection, secrets: borrowing SetSecrets, workers: Workers
    ) throws(SealedMatchError) -> AuditPackage {
        let pairs = try EvaluatedEntries(
            keys: entries.keys, header: set.header, table: unsafe TableView(set.table.bytes), workers: workers)
        let count = (entries.keys.count + DLEQProof.maximumPairs - 1) / DLEQProof.maximumPairs
        let proofs = SharedBuffer<DLEQProof?>(repeating: nil, count: count)
        try workers.forEachChunk("prove", count: count, chunk: 1) { (range) throws(SealedMatchError) in
            for index in range {
                let part = pairs.part(index)
                proofs[index] = try DLEQProof.prove(secrets.key, elements: part.elements, evaluated: part.decoded)
            }
        }
        return AuditPackage(
            root: try set.header.root(), fillerSeed: secrets.fillerSeed, keys: entries.keys,
            supporters: entries.supporters,
            proofs: (0..<count).compactMap { proofs[$0] })
    }

    /// The same by whoever holds α. Each proof is one, whoever made it: auditors see no difference.
    /// - Throws: `interrupted`, what `key` does.
    public static func make(
        _ set: BuiltSet, entries: EntrySelection, by key: some BlindingKey, seeds: SetSeeds, workers: Workers
    ) throws(SealedMatchError) -> AuditPackage {
        let pairs = try EvaluatedEntries(
            keys: entries.keys, header: set.header, table: unsafe TableView(set.table.bytes), workers: workers)
        let count = (entries.keys.count + DLEQProof.maximumPairs - 1) / DLEQProof.maximumPairs
        var proofs: [DLEQProof] = []
        // One session at a time (Docs/Protocol.md, "Joint proofs", step 1).
        for index in 0..<count {
            try workers.checkInterruption()
            let part = pairs.part(index)
            proofs.append(try key.prove(elements: part.elements, evaluated: part.decoded))
        }
        return AuditPackage(
            root: try set.header.root(), fillerSeed: seeds.fillerSeed, keys: entries.keys,
            supporters: entries.supporters, proofs: proofs)
    }

    init(root: SetRoot, fillerSeed: Bytes32, keys: [EntryKey], supporters: [UInt16], proofs: [DLEQProof]) {
        self.root = root
        self.fillerSeed = fillerSeed
        self.keys = keys
        self.supporters = supporters
        self.proofs = proofs
    }

    /// How a package begins.
    package static var magic: StaticString { "SMA-PKG1" }

    /// The package's bytes (Docs/Protocol.md, 4.9).
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: 80 + 12 * keys.count + 64 * proofs.count)
        out.magic(Self.magic)
        out.put(root.encoded)
        out.put(fillerSeed)
        out.put(UInt64(keys.count))
        for (key, mask) in zip(keys, supporters) {
            out.put(key.encoded)
            out.put(mask)
        }
        for proof in proofs { out.put(proof.encoded) }
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `invalidScalar`, `parameterOutOfRange`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        try reader.magic(Self.magic)
        root = SetRoot(canonical: try reader.bytes32())
        fillerSeed = try reader.bytes32()
        let n = try reader.number(UInt64.self)
        guard (1...UInt64(SetHeader.maximumEntries)).contains(n) else {
            throw SealedMatchError(.parameterOutOfRange, "the audit package's number of entries is out of range")
        }
        // An entry takes at least 11 bytes, so a lying count cannot make us allocate more than the file holds.
        guard n <= UInt64(reader.remaining / 11) else {
            throw SealedMatchError(.wrongLength, "the audit package holds fewer entries than it says")
        }
        keys = []
        supporters = []
        for _ in 0..<n {
            guard let kind = EntryKey.Kind(rawValue: try reader.number(UInt8.self)) else {
                throw SealedMatchError(.nonCanonical, "an entry of the audit package has an unknown kind")
            }
            keys.append(try EntryKey(kind: kind, bytes: reader.take(kind.count)))
            supporters.append(try reader.number(UInt16.self))
        }
        let proofCount = (Int(n) + DLEQProof.maximumPairs - 1) / DLEQProof.maximumPairs
        guard reader.remaining == DLEQProof.encodedCount * proofCount else {
            throw SealedMatchError(.wrongLength, "the audit package's length does not follow from its entries")
        }
        proofs = []
        for _ in 0..<proofCount {
            proofs.append(try DLEQProof(canonical: reader.take(DLEQProof.encodedCount)))
        }
        try reader.end()
    }

    /// Identifies a list of entries, so that secrets are never used for another one.
    public static func entriesDigest(_ entries: EntrySelection) throws(SealedMatchError) -> Bytes32 {
        try entriesDigest(of: entries.keys)
    }

    /// KDF(fillerSeed, "entry support", y_1 ‖ supporters_1 (2) ‖ …): the header holds it, so that all auditors of a set
    /// are shown the same entries and supporters. Without fillerSeed nobody can test a guess of them.
    package static func supportDigest(
        of keys: [EntryKey], _ supporters: [UInt16], fillerSeed: Bytes32
    ) throws(SealedMatchError) -> Bytes32 {
        var hash = KDF(.entrySupport, capacity: 13 * keys.count)
        for (key, mask) in zip(keys, supporters) {
            hash.append(key.encoded)
            hash.append(mask)
        }
        return try hash.derive(key: fillerSeed)
    }

    package static func entriesDigest(of keys: [EntryKey]) throws(SealedMatchError) -> Bytes32 {
        var hash = KDF(.entriesDigest, capacity: 11 * keys.count)
        for key in keys { hash.append(key.encoded) }
        return try hash.hash()
    }
}

/// H(y) and decode(y) of all entries.
struct EvaluatedEntries: Sendable {
    let elements: SharedBuffer<Point>
    let decoded: SharedBuffer<Point>

    init(keys: [EntryKey], header: SetHeader, table: TableView, workers: Workers) throws(SealedMatchError) {
        let elements = SharedBuffer(repeating: Point.identity, count: keys.count)
        let decoded = SharedBuffer(repeating: Point.identity, count: keys.count)
        let hash = TableElement(tableID: header.tableID)
        try workers.forEachChunk("decode", count: keys.count, chunk: 512) { (range) throws(SealedMatchError) in
            try unsafe GroupBatch.hash(
                hash.messages(of: keys[range]), HashToGroup.elements,
                into: UnsafeMutableBufferPointer(rebasing: elements.elements[range]))
            var triples: [GroupBatch.Triple] = []
            triples.reserveCapacity(range.count)
            for index in range {
                let positions = try TablePositions(of: keys[index], seed: header.positionSeed, cells: header.cells)
                triples.append(try positions.triple())
            }
            // An invalid cell decodes to the identity here, which no proof covers.
            try unsafe triples.span.withUnsafeBufferPointer { (triples) throws(SealedMatchError) in
                try unsafe GroupBatch.sumsVarTime(
                    triples, of: table.bytes, into: UnsafeMutableBufferPointer(rebasing: decoded.elements[range]))
            }
        }
        self.elements = elements
        self.decoded = decoded
    }

    /// The pairs of proof `index`.
    func part(_ index: Int) -> (elements: [Point], decoded: [Point]) {
        let range = (index * DLEQProof.maximumPairs)..<min(elements.count, (index + 1) * DLEQProof.maximumPairs)
        return (range.map { elements[$0] }, range.map { decoded[$0] })
    }
}
