internal import SealedMatchProtocol
public import SealedMatchCrypto
public import SealedMatchFiles
public import SealedMatchWorkers

/// An audit of a set without α: rebuilds the table from its own decoded values and compares, checks that those values
/// are α's, that the entries are apart, and that they are the sources'.
///
/// Only `run` makes one, and only with one can a source sign (`sign(_:with:)`).
public struct Audit: Sendable {
    /// The root of the set that was audited.
    public let root: SetRoot
    /// What is wrong, for a person; empty for a sound set.
    public private(set) var findings: [Finding] = []
    /// The sources' own lists that the entries were compared with, in the order given.
    public private(set) var lists: [List] = []

    /// A source's own list, to compare the entries with.
    public struct SourceList: Sendable {
        /// The source's public key.
        public let source: Bytes32
        /// The hashes of its list, in any order.
        public let hashes: [ListedHash]

        /// The fields.
        public init(source: Bytes32, hashes: [ListedHash]) {
            self.source = source
            self.hashes = hashes
        }
    }

    /// A source's list that was compared, and what the set says of it.
    public struct List: Equatable, Sendable {
        /// The source's public key.
        public let source: Bytes32
        /// Entries that name the source and are on its list.
        public let confirmed: Int
    }

    /// Something that a sound set does not have.
    public struct Finding: Equatable, Sendable {
        /// Its kind, with a text for people.
        public enum Kind: String, Sendable {
            case forTests = "the set is marked as one for tests"
            case otherSet = "the package belongs to another set"
            case wrongCount = "the package and the set disagree about the number of entries"
            case unsorted = "entries are not in ascending order, or an entry is there twice"
            case underSupported = "fewer sources list an entry than the set promises"
            case unknownSource = "an entry names a source that the set does not"
            case strayBits = "a perceptual key has bits that the set's profile does not name"
            case otherSupport = "entries, supporters or filler seed are not those that the set's header fixes"
            case tooNear = "two perceptual keys are nearer than the set promises"
            case tooDense = "the perceptual keys lie so densely that it cannot be checked whether they are apart"
            case notEvaluated = "the proof fails: cells do not decode to α·H(y) for all entries"
            case otherTable = "the table is not the one that entries and seeds give: cells hold something else"
            case notListed = "an entry names a source whose list does not hold it"
            case wrongDigest = "the table's digest is not the header's"
        }
        /// What was found.
        public let kind: Kind
        /// The entry concerned, from 0, if one is.
        public let entry: Int?
    }

    /// Whether nothing was found.
    public var isSound: Bool { findings.isEmpty }

    /// Most findings of one kind that are reported.
    private static let limit = 20

    private init(root: SetRoot) { self.root = root }

    /// Docs/Protocol.md, "Audit".
    /// - Parameters:
    ///   - set: the open set file; it is not opened again.
    ///   - lists: lists of sources: an auditing source gives its own. Every entry that names the
    ///     source must be in its list.
    /// - Throws: `parameterOutOfRange` for a list of a source that the set does not name, `interrupted`. What is wrong
    ///   with the set is no error but a finding.
    public static func run(
        _ set: SetFile, package: AuditPackage, lists: [SourceList], workers: Workers
    ) throws(SealedMatchError) -> Audit {
        try Sodium.start()
        let header = set.header
        var audit = Audit(root: try header.root())
        // Audit, step 1
        if header.isTest { audit.add(.forTests) }
        if package.root != audit.root { audit.add(.otherSet) }
        // Nothing below looks at a package of other counts: too few proofs would prove less than all entries, and an
        // index would run out of its list.
        guard package.keys.count == header.entries, package.supporters.count == header.entries,
            package.proofs.count == (header.entries + DLEQProof.maximumPairs - 1) / DLEQProof.maximumPairs
        else {
            audit.add(.wrongCount)
            return audit
        }
        let table = try unsafe set.table()
        if try set.tableDigest() != header.tableDigest { audit.add(.wrongDigest) }
        let support = try AuditPackage.supportDigest(
            of: package.keys, package.supporters, fillerSeed: package.fillerSeed)
        if support != header.supportDigest { audit.add(.otherSupport) }
        // Audit, steps 2 and 3
        audit.checkEntries(package, header)
        try audit.checkLists(package, header, lists)
        // The costly part last, and only on entries that make sense: steps 4 to 6.
        guard audit.isSound else { return audit }
        try audit.checkSeparation(package, header, workers)
        guard audit.isSound else { return audit }
        let pairs = try EvaluatedEntries(keys: package.keys, header: header, table: table, workers: workers)
        try audit.checkProofs(package, header, pairs, workers)
        try audit.checkTable(package, header, pairs, workers)
        return audit
    }

    private mutating func add(_ kind: Finding.Kind, _ entry: Int? = nil) {
        if findings.count(where: { $0.kind == kind }) < Self.limit {
            findings.append(Finding(kind: kind, entry: entry))
        }
    }

    private mutating func checkEntries(_ package: AuditPackage, _ header: SetHeader) {
        for (index, mask) in package.supporters.enumerated() {
            if mask >> UInt16(header.sources.count) != 0 && header.sources.count < 16 { add(.unknownSource, index) }
            if mask.nonzeroBitCount < header.parameters.minimumSources { add(.underSupported, index) }
            if !package.keys[index].fits(header.parameters.profile) { add(.strayBits, index) }
            if index > 0 && !(package.keys[index - 1] < package.keys[index]) { add(.unsorted, index) }
        }
    }

    private mutating func checkSeparation(
        _ package: AuditPackage, _ header: SetHeader, _ workers: Workers
    ) throws(SealedMatchError) {
        let near = try NearPairs(
            package.keys.compactMap(\.shortKey), bits: header.parameters.profile.positions.count,
            separation: header.parameters.separation, limit: Self.limit, workers: workers)
        for pair in near.pairs { add(.tooNear, Int(pair.second)) }
        if near.isCutShort { add(.tooDense) }
    }

    private mutating func checkLists(
        _ package: AuditPackage, _ header: SetHeader, _ lists: [SourceList]
    ) throws(SealedMatchError) {
        for list in lists {
            guard let place = header.sources.firstIndex(of: list.source) else {
                throw SealedMatchError(.parameterOutOfRange, "a list was given for a source that the set does not name")
            }
            let held = Set(list.hashes.map { $0.key(header.parameters.profile) })
            var count = 0
            for (index, mask) in package.supporters.enumerated() where mask >> UInt16(place) & 1 == 1 {
                if held.contains(package.keys[index]) { count += 1 } else { add(.notListed, index) }
            }
            self.lists.append(List(source: list.source, confirmed: count))
        }
    }

    private mutating func checkProofs(
        _ package: AuditPackage, _ header: SetHeader, _ pairs: EvaluatedEntries, _ workers: Workers
    ) throws(SealedMatchError) {
        let isValid = SharedBuffer(repeating: false, count: package.proofs.count)
        try workers.forEachChunk("verify proofs", count: package.proofs.count, chunk: 1) {
            (range) throws(SealedMatchError) in
            for index in range {
                let part = pairs.part(index)
                do throws(SealedMatchError) {
                    try package.proofs[index].verifyVarTime(
                        publicKey: header.publicKey, elements: part.elements, evaluated: part.decoded)
                    isValid[index] = true
                } catch {
                    // A proof that does not verify is what this looks for; any other failure ends the audit.
                    guard error.code == .proofRejected || error.code == .identityPoint else { throw error }
                }
            }
        }
        for index in 0..<package.proofs.count where !isValid[index] {
            add(.notEvaluated, index * DLEQProof.maximumPairs)
        }
    }

    private mutating func checkTable(
        _ package: AuditPackage, _ header: SetHeader, _ pairs: EvaluatedEntries, _ workers: Workers
    ) throws(SealedMatchError) {
        do throws(SealedMatchError) {
            let table = try Table.rebuild(
                keys: package.keys, values: (0..<package.keys.count).map { pairs.decoded[$0] },
                positionSeed: header.positionSeed,
                fillerSeed: package.fillerSeed, workers: workers)
            let digest = try table.digest()
            if table.count != header.cells || digest != header.tableDigest { add(.otherTable) }
        } catch {
            guard error.code == .peelingFailed else { throw error }
            add(.otherTable)
        }
    }
}
