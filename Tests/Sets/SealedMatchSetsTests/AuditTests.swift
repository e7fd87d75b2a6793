import SealedMatchFingerprint
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchFiles
import SealedMatchTestSupport
import Testing
import SealedMatchWorkers

/// An honest set of 41 entries with everything that made it: what the cheating tests bend.
final class Sound {
    let directory = TemporaryDirectory()
    let lists: [[ListedHash]]
    let entries: EntrySelection
    let secrets: SetSecrets
    let built: BuiltSet
    let package: AuditPackage
    let forge: SetForge
    let workers = Workers(threads: 2)
    var path: String { directory.file("set") }

    init(seed: UInt64 = 1) throws {
        var random = SeededRandom(seed)
        let known =
            try (0..<40).map { _ in ListedHash.sha256(try random.bytes32()) } + [listed(shortKey: 0x0F0F_0F0F_0F0F)]
        lists = [known, known]
        let seeds = try SetForge.sources(2, seed: seed)
        entries = try EntrySelection(
            lists: lists, profile: .standard, minimumSources: 2, separation: 6, workers: workers)
        secrets = try SetSecrets(
            key: MatchingKey.random(from: &random), tableID: TableID.random(from: &random),
            positionSeed: random.bytes32(), fillerSeed: random.bytes32())
        built = try BuiltSet.build(
            entries,
            .init(
                version: 1, issuedAt: 1_800_000_000, expiresAt: 1_830_000_000, parameters: Parameters(),
                sources: seeds.keys.sorted { $0 < $1 }),
            secrets: secrets, workers: workers)
        package = try AuditPackage.make(built, entries: entries, secrets: secrets, workers: workers)
        forge = SetForge(built, seeds: seeds)
        try forge.write(to: path)
    }

    func audit(_ package: AuditPackage? = nil, lists: [Audit.SourceList] = []) throws -> Audit {
        try Audit.run(SetFile(path: path), package: package ?? self.package, lists: lists, workers: workers)
    }

    /// A source's own list.
    func sourceList(_ place: Int) -> Audit.SourceList {
        Audit.SourceList(source: built.header.sources[place], hashes: lists[place])
    }

    /// Audits a bent set, whose builder committed to the bent package. It has a file of its own: `path` keeps what it
    /// holds.
    func audit(_ forge: SetForge, _ change: (inout AuditPackage) throws -> Void = { _ in }) throws -> Set<String> {
        var forge = forge
        var package = package
        try change(&package)
        forge.header.supportDigest = try AuditPackage.supportDigest(
            of: package.keys, package.supporters, fillerSeed: package.fillerSeed)
        let bent = directory.file("bent")
        try forge.write(to: bent)
        package.root = try forge.header.root()
        let audit = try Audit.run(SetFile(path: bent), package: package, lists: [], workers: workers)
        return Set(audit.findings.map { "\($0.kind)" })
    }

    /// A set built from other keys, supporters and values, by the same secrets: what a dishonest authority can make.
    func rebuilt(_ keys: [EntryKey], supporters: [UInt16]? = nil, values: [Point]? = nil, fillerSeed: Bytes32? = nil)
        throws -> (SetForge, AuditPackage)
    {
        let elements = TableElement(tableID: secrets.tableID)
        let v = try values ?? keys.map { try secrets.key.evaluate(elements.point(of: $0)) }
        let table = try Table.rebuild(
            keys: keys, values: v, positionSeed: secrets.positionSeed, fillerSeed: fillerSeed ?? secrets.fillerSeed,
            workers: workers)
        var forge = forge
        forge.table = unsafe Array(table.bytes)
        forge.header.entries = keys.count
        forge.header.cells = table.count
        try forge.fixDigest()
        let masks = supporters ?? [UInt16](repeating: 3, count: keys.count)
        forge.header.supportDigest = try AuditPackage.supportDigest(
            of: keys, masks, fillerSeed: secrets.fillerSeed)
        let proof = try DLEQProof.prove(secrets.key, elements: keys.map { try elements.point(of: $0) }, evaluated: v)
        var bytes =
            Array("SMA-PKG1".utf8) + (try forge.header.root().encoded.bytes) + secrets.fillerSeed.bytes
            + littleEndian(UInt64(keys.count))
        for (index, key) in keys.enumerated() { bytes += key.encoded + littleEndian(masks[index]) }
        return (forge, try AuditPackage(canonical: bytes + proof.encoded))
    }
}

@Suite struct AuditTests {
    @Test func aSoundSetPasses() throws {
        let sound = try Sound()
        let sources = sound.built.header.sources
        let audit = try sound.audit(lists: [0, 1].map(sound.sourceList))
        #expect(audit.isSound && audit.findings.isEmpty)
        #expect(audit.root == (try sound.built.header.root()))
        #expect(audit.lists.map(\.source) == sources && audit.lists.map(\.confirmed) == [41, 41])
        // From its file form too, and twice the same.
        #expect(try sound.audit(AuditPackage(canonical: sound.package.encoded)).isSound)
    }

    @Test func packageAndSetMustBelongTogether() throws {
        let sound = try Sound()
        let other = try Sound(seed: 2)
        #expect(try sound.audit(other.package).findings.contains { $0.kind == .otherSet })
        // The other table's proof, relabelled for this set.
        #expect(try sound.audit(sound.forge) { $0.proofs = other.package.proofs } == ["notEvaluated"])
        #expect(
            try sound.audit(sound.forge) {
                $0.keys = other.package.keys; $0.proofs = other.package.proofs
            }.contains("notEvaluated"))
    }

    @Test func countsMustAgree() throws {
        let sound = try Sound()
        #expect(
            try sound.audit(sound.forge) {
                $0.keys.removeLast(); $0.supporters.removeLast()
            } == ["wrongCount"])
        var forge = sound.forge
        forge.header.entries = 42
        #expect(try sound.audit(forge) == ["wrongCount"])
        // Lists of another length than the keys', and missing or surplus proofs, do not pass and do not crash.
        #expect(try sound.audit(sound.forge) { $0.supporters.append(3) } == ["wrongCount"])
        #expect(try sound.audit(sound.forge) { $0.proofs = [] } == ["wrongCount"])
        #expect(try sound.audit(sound.forge) { $0.proofs.append($0.proofs[0]) } == ["wrongCount"])
    }

    @Test func aHiddenEntryInFillerCellsIsFound() throws {
        let sound = try Sound()
        // One more key is solved into a cell that no listed entry owns; the header still says 41.
        let hidden = EntryKey(sha256: try Bytes32(exactly: [UInt8](repeating: 7, count: 32)))
        let positions = try TablePositions(
            of: hidden, seed: sound.built.header.positionSeed, cells: sound.built.header.cells)
        var forge = sound.forge
        let v = try sound.secrets.key.evaluate(TableElement(tableID: sound.secrets.tableID).point(of: hidden))
        let rest = try Point(canonical: forge.cell(positions.second)).adding(
            Point(canonical: forge.cell(positions.third)))
        forge.setCell(positions.first, try v.subtracting(rest).encoded)
        try forge.fixDigest()
        // For a client it is an entry like any other …
        let table = forge.table
        let decoded = try table.withUnsafeBytes { raw in
            try unsafe TableView(raw).decode(at: positions, substitute: .identity)
        }
        #expect(decoded == v)
        // … for the auditor it is not.
        #expect(try sound.audit(forge) == ["otherTable"])
    }

    @Test func aMissingEntryIsFound() throws {
        let sound = try Sound()
        // The package claims an entry that the table was not built from.
        let (forge, _) = try sound.rebuilt(Array(sound.entries.keys.dropLast()))
        var claiming = forge
        claiming.header.entries = 41
        #expect(try sound.audit(claiming).contains("notEvaluated"))
    }

    @Test func aWrongValueIsFound() throws {
        let sound = try Sound()
        var random = SeededRandom(9)
        let elements = TableElement(tableID: sound.secrets.tableID)
        var values = try sound.entries.keys.map { try sound.secrets.key.evaluate(elements.point(of: $0)) }
        // Another α for one entry: it would never match, or match for another holder of a key.
        let otherKey = try MatchingKey.random(from: &random)
        values[5] = try otherKey.evaluate(elements.point(of: sound.entries.keys[5]))
        let (forge, package) = try sound.rebuilt(sound.entries.keys, values: values)
        try forge.write(to: sound.path)
        #expect(try sound.audit(package).findings.map(\.kind) == [.notEvaluated])
        // A value that is no multiple of anything known.
        values[5] = try HashToGroup.elements.point([1, 2, 3])
        let (second, secondPackage) = try sound.rebuilt(sound.entries.keys, values: values)
        try second.write(to: sound.path)
        #expect(try sound.audit(secondPackage).findings.map(\.kind) == [.notEvaluated])
        // An identity.
        values[5] = .identity
        let (third, thirdPackage) = try sound.rebuilt(sound.entries.keys, values: values)
        try third.write(to: sound.path)
        #expect(try sound.audit(thirdPackage).findings.map(\.kind) == [.notEvaluated])
    }

    @Test func otherFillersAreFound() throws {
        let sound = try Sound()
        let other = try Bytes32(exactly: [UInt8](repeating: 1, count: 32))
        #expect(try sound.audit(sound.forge) { $0.fillerSeed = other } == ["otherTable"])
        let (forge, package) = try sound.rebuilt(sound.entries.keys, fillerSeed: other)
        try forge.write(to: sound.path)
        #expect(try sound.audit(package).findings.map(\.kind) == [.otherTable])
        // One filler cell changed, signed and all.
        var cell = sound.forge
        for index in 0..<cell.header.cells {
            let filler = try TableElement.fillerHash.point(sound.secrets.fillerSeed.bytes + littleEndian(UInt64(index)))
            guard try cell.cell(index) == filler.encoded else { continue }
            cell.setCell(index, try HashToGroup.elements.point([5]).encoded)
            break
        }
        try cell.fixDigest()
        #expect(try sound.audit(cell) == ["otherTable"])
        // An invalid cell nobody owns.
        var invalid = sound.forge
        invalid.setCell(0, try Bytes32(exactly: [UInt8](repeating: 0xFF, count: 32)))
        try invalid.fixDigest()
        #expect(try !sound.audit(invalid).isEmpty)
    }

    @Test func aTableOfAnotherDigestIsFound() throws {
        let sound = try Sound()
        var forge = sound.forge
        forge.table[forge.table.count - 1] ^= 1
        #expect(try sound.audit(forge) == ["wrongDigest"])
    }

    @Test func nearKeysAreFound() throws {
        let sound = try Sound()
        let keys = (sound.entries.keys + [EntryKey(perceptual: 0x0F0F_0F0F_0F0F ^ 0b11_1111)]).sorted()
        let (forge, package) = try sound.rebuilt(keys)
        try forge.write(to: sound.path)
        let findings = try sound.audit(package).findings
        #expect(findings.map(\.kind) == [.tooNear])
        #expect(
            findings[0].entry == keys.firstIndex { $0 == EntryKey(perceptual: 0x0F0F_0F0F_0F0F) }
                || findings[0].entry == 1)
        // Seven bits apart is apart.
        let apart = (sound.entries.keys + [EntryKey(perceptual: 0x0F0F_0F0F_0F0F ^ 0b111_1111)]).sorted()
        let (good, goodPackage) = try sound.rebuilt(apart)
        try good.write(to: sound.path)
        #expect(try sound.audit(goodPackage).isSound)
    }

    @Test func supportIsChecked() throws {
        let sound = try Sound()
        #expect(try sound.audit(sound.forge) { $0.supporters[3] = 1 } == ["underSupported"])
        #expect(try sound.audit(sound.forge) { $0.supporters[3] = 0b111 } == ["unknownSource"])
        #expect(try sound.audit(sound.forge) { $0.supporters[3] = 0b1000_0000_0000_0001 } == ["unknownSource"])
        let sources = sound.built.header.sources
        // Its own list lacks an entry that names the source.
        let audit = try sound.audit(lists: [
            Audit.SourceList(source: sources[1], hashes: Array(sound.lists[1].dropFirst()))
        ])
        #expect(audit.findings.map(\.kind) == [.notListed])
        let missing = try #require(sound.lists[1].first).key(.standard)
        #expect(audit.findings[0].entry == sound.entries.keys.firstIndex(of: missing))
        #expect(audit.lists.map(\.source) == [sources[1]] && audit.lists.map(\.confirmed) == [40])
        expectCode(.parameterOutOfRange) {
            _ = try sound.audit(lists: [Audit.SourceList(source: Bytes32(), hashes: [])])
        }
        // Findings are limited, and the audit does not drown.
        #expect(try sound.audit(lists: [Audit.SourceList(source: sources[1], hashes: [])]).findings.count == 20)
    }

    // Two auditors of one set cannot be shown different supporters: each would find its own name missing.
    @Test func allAuditorsSeeTheSameSupport() throws {
        let sound = try Sound()
        for change: (inout AuditPackage) -> Void in [
            { $0.supporters[3] = 2 }, { $0.supporters[0] = 1 }, { $0.fillerSeed = Bytes32() },
            { $0.keys[5] = EntryKey(sha256: $0.keys[5].bits.flipped) },
        ] {
            var package = sound.package
            change(&package)
            #expect(try sound.audit(package).findings.contains { $0.kind == .otherSupport })
        }
    }

    // Counts stand beside the lists that they are of, whatever the order of keys is.
    @Test func countsBelongToTheirLists() throws {
        let sound = try Sound()
        let sources = sound.built.header.sources
        let masks = sound.entries.keys.indices.map { $0 < 5 ? 1 : 3 as UInt16 }
        var forge = sound.forge
        forge.header.parameters.minimumSources = 1
        var package = sound.package
        package.supporters = masks
        forge.header.supportDigest = try AuditPackage.supportDigest(
            of: package.keys, masks, fillerSeed: package.fillerSeed)
        package.root = try forge.header.root()
        try forge.write(to: sound.path)
        for order in [[0, 1], [1, 0]] {
            let audit = try sound.audit(package, lists: order.map(sound.sourceList))
            #expect(audit.isSound)
            #expect(audit.lists.map(\.source) == order.map { sources[$0] })
            #expect(audit.lists.map(\.confirmed) == order.map { $0 == 0 ? 41 : 36 })
        }
    }

    @Test func orderIsChecked() throws {
        let sound = try Sound()
        #expect(try sound.audit(sound.forge) { $0.keys.swapAt(3, 4) } == ["unsorted"])
        #expect(try sound.audit(sound.forge) { $0.keys[4] = $0.keys[3] } == ["unsorted"])
    }

    @Test func interruption() throws {
        let sound = try Sound()
        let workers = Workers(threads: 1)
        workers.interrupt()
        expectCode(.interrupted) {
            _ = try Audit.run(
                SetFile(path: sound.path), package: sound.package, lists: [], workers: workers)
        }
    }

    @Test func packageMutations() throws {
        let sound = try Sound()
        let bytes = sound.package.encoded
        let counts = try expectCanonical(bytes, mutations: 4000, seed: 3) { try AuditPackage(canonical: $0).encoded }
        #expect(counts.accepted > 100 && counts.refused > 1000)
        expectExactLength(bytes) { _ = try AuditPackage(canonical: $0) }
        expectCode(.invalidMagic) { _ = try AuditPackage(canonical: bytes.replacing([0x32], at: 7)) }
        // Lying counts allocate nothing.
        for n: UInt64 in [0, .max, 1 << 63, 1 << 27 + 1] {
            expectCode(.parameterOutOfRange) {
                _ = try AuditPackage(canonical: bytes.replacing(littleEndian(n), at: 72))
            }
        }
        for n: UInt64 in [1 << 27, 100_000] {
            expectCode(.wrongLength) { _ = try AuditPackage(canonical: bytes.replacing(littleEndian(n), at: 72)) }
        }
        for kind: UInt8 in [0, 4, 255] {
            expectCode(.nonCanonical) { _ = try AuditPackage(canonical: bytes.replacing([kind], at: 80)) }
        }
        // Audited, a changed package is never sound: the few that keep their meaning are those that parse to the same.
        var passed = 0
        var audited = 0
        for mutation in mutations(of: bytes, count: 300, seed: 4) {
            guard let package = try? AuditPackage(canonical: mutation), package != sound.package else { continue }
            audited += 1
            if try sound.audit(package).isSound { passed += 1 }
        }
        #expect(audited > 10 && passed == 0)
    }
}

@Suite struct KeyProofTests {
    @Test func membersAndNonMembers() throws {
        let sound = try Sound()
        let set = try SetFile(path: sound.path)
        let outside = EntryKey(perceptual: 0x0F0F_0F0F_0F0F ^ 1)
        for key in sound.entries.keys[..<3] {
            #expect(try KeyProof.make(key, in: set.header, secrets: sound.secrets).verify(in: set) == .member)
        }
        for key in [outside, EntryKey(sha256: Bytes32())] {
            #expect(try KeyProof.make(key, in: set.header, secrets: sound.secrets).verify(in: set) == .nonMember)
        }
        // An invalid cell under a key: no member, no crash.
        var forge = sound.forge
        let positions = try TablePositions(of: outside, seed: forge.header.positionSeed, cells: forge.header.cells)
        forge.setCell(positions.second, try Bytes32(exactly: [UInt8](repeating: 0xFF, count: 32)))
        try forge.fixDigest()
        try forge.write(to: sound.path)
        let broken = try SetFile(path: sound.path)
        #expect(try KeyProof.make(outside, in: broken.header, secrets: sound.secrets).verify(in: broken) == .nonMember)
    }

    @Test func proofsBelongToOneSetAndKey() throws {
        let sound = try Sound()
        let other = try Sound(seed: 2)
        let set = try SetFile(path: sound.path)
        let otherSet = try SetFile(path: other.path)
        let key = sound.entries.keys[0]
        let proof = try KeyProof.make(key, in: set.header, secrets: sound.secrets)
        expectCode(.unknownSet) { _ = try proof.verify(in: otherSet) }
        do { _ = try KeyProof.make(key, in: otherSet.header, secrets: sound.secrets); Issue.record("made") } catch {
            #expect(error.code == .unknownSet)
        }
        let bytes = proof.encoded
        // Relabelled for the other set, or for another key.
        expectCode(.proofRejected) {
            _ = try KeyProof(canonical: bytes.replacing(otherSet.header.root().encoded.bytes, at: 8)).verify(
                in: otherSet)
        }
        let second = sound.entries.keys[1]
        #expect(second.kind == .sha256)
        let relabelled = bytes.replacing([second.kind.rawValue] + second.bits.bytes, at: 40)
        expectCode(.proofRejected) { _ = try KeyProof(canonical: relabelled).verify(in: set) }
        // A value of one's own, to deny a membership.
        let denied = bytes.replacing(try HashToGroup.elements.point([1]).encoded.bytes, at: 73)
        expectCode(.proofRejected) { _ = try KeyProof(canonical: denied).verify(in: set) }
        // A table that is not the header's.
        var forge = sound.forge
        forge.table[0] ^= 1
        try forge.write(to: sound.path)
        let damaged = try SetFile(path: sound.path)
        expectCode(.rootMismatch) { _ = try proof.verify(in: damaged) }
    }

    @Test func mutations() throws {
        let sound = try Sound()
        let set = try SetFile(path: sound.path)
        let bytes = try KeyProof.make(sound.entries.keys[0], in: set.header, secrets: sound.secrets).encoded
        #expect(bytes.count == KeyProof.encodedCount)
        let counts = try expectCanonical(bytes, mutations: 4000, seed: 5) { try KeyProof(canonical: $0).encoded }
        #expect(counts.accepted > 100 && counts.refused > 1000)
        expectExactLength(bytes) { _ = try KeyProof(canonical: $0) }
        expectCode(.identityPoint) {
            _ = try KeyProof(canonical: bytes.replacing([UInt8](repeating: 0, count: 32), at: 73))
        }
        expectCode(.invalidPoint) {
            _ = try KeyProof(canonical: bytes.replacing([1] + [UInt8](repeating: 0, count: 31), at: 73))
        }
        expectCode(.nonCanonical, "kind") { _ = try KeyProof(canonical: bytes.replacing([9], at: 40)) }
        expectCode(.nonCanonical, "bits after a short key") {
            _ = try KeyProof(canonical: bytes.replacing([1] + [UInt8](repeating: 1, count: 32), at: 40))
        }
        var verified = 0
        for mutation in SealedMatchTestSupport.mutations(of: bytes, count: 600, seed: 6) where mutation != bytes {
            if let proof = try? KeyProof(canonical: mutation), (try? proof.verify(in: set)) != nil { verified += 1 }
        }
        #expect(verified == 0)
    }
}

extension Bytes32 {
    fileprivate var flipped: Bytes32 {
        var other = self
        other[0] ^= 1
        return other
    }
}
