import SealedMatchFingerprint
import Foundation
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchFiles
import SealedMatchTestSupport
import Testing
import SealedMatchWorkers

private func keys(_ count: Int, seed: UInt64) throws -> [EntryKey] {
    var random = SeededRandom(seed)
    return try (0..<count).map { index in
        switch index % 3 {
        case 0: EntryKey(sha256: try random.bytes32())
        case 1: try EntryKey(kind: .md5, bytes: random.bytes(16))
        default: EntryKey(perceptual: random.next() & (1 << 48 - 1))
        }
    }.sorted()
}

private func secrets(_ seed: UInt64) throws -> SetSecrets {
    var random = SeededRandom(seed)
    return try SetSecrets(
        key: MatchingKey.random(from: &random), tableID: TableID.random(from: &random), positionSeed: random.bytes32(),
        fillerSeed: random.bytes32())
}

/// Each listed by the first two sources.
private func built(
    _ keys: [EntryKey], _ description: BuiltSet.Description, secrets: borrowing SetSecrets, workers: Workers
) throws -> BuiltSet {
    try BuiltSet.build(
        keys: keys, supporters: [UInt16](repeating: 3, count: keys.count), description, secrets: secrets,
        workers: workers)
}

private func description(_ sources: Int = 2) throws -> BuiltSet.Description {
    var random = SeededRandom(77)
    return BuiltSet.Description(
        version: 1, issuedAt: 1_800_000_000, expiresAt: 1_830_000_000, parameters: Parameters(),
        sources: try (0..<sources).map { _ in try random.bytes32() }.sorted { $0 < $1 })
}

private func decode(_ key: EntryKey, _ set: BuiltSet) throws -> Point {
    let positions = try TablePositions(of: key, seed: set.header.positionSeed, cells: set.header.cells)
    return try unsafe TableView(set.table.bytes).decode(at: positions, substitute: .identity)
}

@Suite struct TableBuildTests {
    @Test(arguments: [1, 2, 3, 10, 1000, 20_000]) func noEntryIsLost(n: Int) throws {
        let keys = try keys(n, seed: UInt64(n))
        let secrets = try secrets(UInt64(n) + 500)
        let set = try built(keys, description(), secrets: secrets, workers: Workers())
        #expect(set.header.entries == n && set.header.cells == TablePositions.cells(forEntries: n))
        let elements = TableElement(tableID: secrets.tableID)
        var lost = 0
        for key in keys where try decode(key, set) != secrets.key.evaluate(elements.point(of: key)) { lost += 1 }
        #expect(lost == 0)
        // Keys that are no entries do not decode to theirs.
        for key in try self.keysBeside(200) {
            #expect(try decode(key, set) != secrets.key.evaluate(elements.point(of: key)))
        }
    }

    private func keysBeside(_ count: Int) throws -> [EntryKey] { try keys(count, seed: 999_999) }

    @Test func everyCellIsAnElementAndNoTwoAreEqual() throws {
        let secrets = try secrets(1)
        let set = try built(keys(1500, seed: 1), description(), secrets: secrets, workers: Workers())
        let bytes = unsafe Array(set.table.bytes)
        var seen: Set<[UInt8]> = []
        for start in stride(from: 0, to: bytes.count, by: 32) {
            let cell = Array(bytes[start..<(start + 32)])
            #expect(try !Point(canonical: Bytes32(exactly: cell)).isIdentity)
            seen.insert(cell)
        }
        #expect(seen.count == set.header.cells)
    }

    @Test func deterministicWhateverTheThreads() throws {
        let keys = try keys(2500, seed: 2)
        let first = try built(keys, description(), secrets: secrets(5), workers: Workers(threads: 1))
        let second = try built(keys, description(), secrets: secrets(5), workers: Workers(threads: 4))
        #expect(first.header == second.header)
        #expect(unsafe Array(first.table.bytes) == Array(second.table.bytes))
        // Each secret matters.
        for seed in 6...7 as ClosedRange<UInt64> {
            #expect(
                try built(keys, description(), secrets: secrets(seed), workers: Workers()).header
                    .tableDigest != first.header.tableDigest)
        }
    }

    /// Fillers: exactly those cells that no entry owns, n of m are owned, and they follow from the filler seed alone.
    @Test func fillersFillWhatEntriesLeave() throws {
        let secrets = try secrets(8)
        let set = try built(keys(900, seed: 3), description(), secrets: secrets, workers: Workers())
        let view = unsafe try TableView(set.table.bytes)
        var fillers = 0
        for index in 0..<set.header.cells {
            let filler = try TableElement.fillerHash.point(secrets.fillerSeed.bytes + littleEndian(UInt64(index)))
            if view.cell(index) == filler.encoded { fillers += 1 }
        }
        #expect(fillers == set.header.cells - 900)
    }

    /// Only a set that is marked as one for tests can repeat its fillers; its entries decode like any other's.
    @Test func onlyTestSetsRepeatFillers() throws {
        let keys = try keys(40, seed: 4)
        let secrets = try secrets(9)
        var description = try description()
        func build(_ description: BuiltSet.Description) throws -> BuiltSet {
            try BuiltSet.build(
                keys: keys, supporters: [UInt16](repeating: 3, count: keys.count), description, secrets: secrets,
                fillers: 16, workers: Workers())
        }
        #expect(throws: SealedMatchError(.parameterOutOfRange, "")) { try build(description) }
        description.isTest = true
        let set = try build(description)
        let view = unsafe try TableView(set.table.bytes)
        let cells = Set((0..<set.header.cells).map { view.cell($0) })
        #expect((17...(16 + keys.count)).contains(cells.count))
        let elements = TableElement(tableID: secrets.tableID)
        for key in keys { #expect(try decode(key, set) == secrets.key.evaluate(elements.point(of: key))) }
    }

    /// A client that keeps two sets from one list compares their decodings. With fresh secrets they differ for members
    /// and others alike; with a reused α and tableID they agree for members only: the oracle that fresh secrets close.
    @Test func twoSetsGiveNoMembershipOracle() throws {
        let members = try keys(200, seed: 4)
        let others = try keysBeside(200)
        func agreements(_ a: BuiltSet, _ b: BuiltSet, _ keys: [EntryKey]) throws -> Int {
            try keys.count { try decode($0, a) == decode($0, b) }
        }
        let first = try built(members, description(), secrets: secrets(20), workers: Workers())
        let fresh = try built(members, description(), secrets: secrets(21), workers: Workers())
        #expect(try agreements(first, fresh, members) == 0)
        #expect(try agreements(first, fresh, others) == 0)
        // Nor do differences of decodings agree, which a fixed shift between tables would leave.
        let shifts = Set(try members.map { try decode($0, first).subtracting(decode($0, fresh)) })
        #expect(shifts.count == members.count)
        // The trap: α and tableID again, under other seeds.
        var random = SeededRandom(22)
        let old = try secrets(20)
        let alpha = old.key.withEncoded { Array($0) }
        let reused = try SetSecrets(
            key: MatchingKey(canonical: alpha), tableID: old.tableID, positionSeed: random.bytes32(),
            fillerSeed: random.bytes32())
        let second = try built(members, description(), secrets: reused, workers: Workers())
        #expect(try agreements(first, second, members) == 200)
        #expect(try agreements(first, second, others) == 0)
        // Two draws of secrets share nothing.
        let a = try SetSecrets.random()
        let b = try SetSecrets.random()
        #expect(
            a.tableID != b.tableID && a.key.publicKey != b.key.publicKey && a.positionSeed != b.positionSeed
                && a.fillerSeed != b.fillerSeed)
    }

    /// How often a random seed does not peel, at the size where it is worst (n just above the least table), by a peeler
    /// of the test's own on random positions.
    @Test func peelingFailsRarely() throws {
        var random = SeededRandom(5)
        func fails(_ n: Int, cells: Int) -> Bool {
            let size = UInt64(cells / 3)
            var degree = [Int32](repeating: 0, count: cells)
            var sum = [Int32](repeating: 0, count: cells)
            var corners = [Int32](repeating: 0, count: 3 * n)
            for entry in 0..<n {
                for third in 0..<3 {
                    let cell = third * Int(size) + Int(random.next().multipliedFullWidth(by: size).high)
                    corners[3 * entry + third] = Int32(cell)
                    degree[cell] += 1
                    sum[cell] ^= Int32(entry)
                }
            }
            var stack = (0..<cells).filter { degree[$0] == 1 }
            var peeled = 0
            while let cell = stack.popLast() {
                guard degree[cell] == 1 else { continue }
                let entry = sum[cell]
                peeled += 1
                for third in 0..<3 {
                    let other = Int(corners[3 * Int(entry) + third])
                    degree[other] -= 1
                    sum[other] ^= entry
                    if degree[other] == 1 { stack.append(other) }
                }
            }
            return peeled < n
        }
        let cells = TablePositions.cells(forEntries: 1700)
        var failures = 0
        for _ in 0..<20_000 where fails(1700, cells: cells) { failures += 1 }
        // Stated: below 10^-3, measured 3–6·10^-4: 10 expected. 30 would be 1.5·10^-3.
        #expect(failures < 30)
        // The same peeler sees a table that is too small.
        var tooSmall = 0
        for _ in 0..<40 where fails(1700, cells: 1701) { tooSmall += 1 }
        #expect(tooSmall > 30)
    }

    /// The builder's own peeler, on real positions, over many seeds; a seed that fails is reported as such and nothing
    /// else.
    @Test func manySeedsBuild() throws {
        var random = SeededRandom(6)
        let point = try HashToGroup.elements.point([1])
        var failures = 0
        for round in 0..<60 {
            let keys = try keys(30, seed: UInt64(round))
            do {
                _ = try Table.rebuild(
                    keys: keys, values: [Point](repeating: point, count: 30), positionSeed: random.bytes32(),
                    fillerSeed: random.bytes32(), workers: Workers())
            } catch {
                #expect(error.code == .peelingFailed)
                failures += 1
            }
        }
        #expect(failures <= 2)
        // Equal keys own the same cells: they never peel.
        let twice = [EntryKey(perceptual: 1), EntryKey(perceptual: 1)]
        expectCode(.peelingFailed) {
            _ = try Table.rebuild(
                keys: twice, values: [point, point], positionSeed: Bytes32(), fillerSeed: Bytes32(), workers: Workers())
        }
    }

    @Test func impossibleDescriptionsAreRefused() throws {
        let keys = try keys(3, seed: 9)
        let secrets = try secrets(9)
        func refused(
            _ code: SealedMatchError.Code, _ keys: [EntryKey], _ change: (inout BuiltSet.Description) throws -> Void
        ) throws {
            var changed = try description()
            try change(&changed)
            do {
                _ = try built(keys, changed, secrets: secrets, workers: Workers())
                Issue.record("built")
            } catch { #expect((error as? SealedMatchError)?.code == code) }
        }
        try refused(.parameterOutOfRange, []) { _ in }
        try refused(.parameterOutOfRange, keys) { $0.parameters.threshold = 1 }
        try refused(.parameterOutOfRange, keys) { $0.parameters.threshold = 70_000 }
        try refused(.parameterOutOfRange, keys) { $0.parameters.polynomials = 15 }
        try refused(.parameterOutOfRange, keys) { $0.parameters.minimumSources = 3 }
        try refused(.parameterOutOfRange, keys) { $0.sources = [] }
        try refused(.parameterOutOfRange, keys) { $0.version = $0.issuedAt + 1 }
        try refused(.parameterOutOfRange, keys) { $0.expiresAt = $0.issuedAt }
        try refused(.parameterOutOfRange, keys) { $0.expiresAt = $0.issuedAt + 400 * 86_400 + 1 }
        try refused(.parameterOutOfRange, keys) {
            $0.issuedAt = 0; $0.version = 0
        }
        try refused(.nonCanonical, keys) { $0.sources.reverse() }
        try refused(.nonCanonical, keys) { $0.sources[1] = $0.sources[0] }
    }

    @Test func interruptionThrowsAndLeavesNoFile() throws {
        let directory = TemporaryDirectory()
        let keys = try keys(3000, seed: 10)
        let secrets = try secrets(10)
        var interrupted = 0
        for cut in [0, 1, 3, 6, 9] {
            // Interrupts itself after some reports of progress.
            let box = Interrupter(after: cut)
            let workers = Workers(threads: 2) { _, _, _ in box.step() }
            box.workers = workers
            if cut == 0 { workers.interrupt() }
            do {
                try built(keys, description(), secrets: secrets, workers: workers).write(
                    to: directory.file("set"))
            } catch let error as SealedMatchError {
                #expect(error.code == .interrupted)
                interrupted += 1
            }
        }
        #expect(interrupted == 5)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }

    private final class Interrupter: @unchecked Sendable {
        // `left` is touched under the lock only, and `workers` set before anybody counts.
        private let lock = NSLock()
        private var left: Int
        var workers: Workers?
        init(after count: Int) { left = count }
        func step() {
            lock.withLock {
                left -= 1
                if left <= 0 { workers?.interrupt() }
            }
        }
    }
}

@Suite struct SetSecretsTests {
    private func bytes(_ secret: borrowing SecretBytes) -> [UInt8] {
        secret.withBytes { (raw: UnsafeRawBufferPointer) in Array(raw) }
    }

    @Test func roundTripAndMutations() throws {
        let original = try SetSecrets.random()
        let digest = try Bytes32(exactly: [UInt8](repeating: 4, count: 32))
        let encoded = bytes(try original.encoded(entriesDigest: digest))
        #expect(encoded.count == SetSecrets.encodedCount)
        func decode(_ bytes: [UInt8]) throws -> [UInt8] {
            let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            defer { raw.deallocate() }
            raw.copyBytes(from: bytes)
            let secrets = try SetSecrets(canonical: UnsafeRawBufferPointer(raw))
            return self.bytes(
                try secrets.encoded(entriesDigest: SetSecrets.entriesDigest(inEncoded: UnsafeRawBufferPointer(raw))))
        }
        let counts = try expectCanonical(encoded, mutations: 3000, seed: 1, decode)
        #expect(counts.accepted > 100 && counts.refused > 500)
        expectExactLength(encoded) { _ = try decode($0) }
        expectCode(.invalidMagic) { _ = try decode(encoded.replacing([0x32], at: 3)) }
        expectCode(.invalidScalar, "α = 0") {
            _ = try decode(encoded.replacing([UInt8](repeating: 0, count: 32), at: 84))
        }
        expectCode(.invalidScalar, "α = ℓ") {
            _ = try decode(
                encoded.replacing(hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"), at: 84))
        }
    }

    @Test func sameSetFromDecodedSecrets() throws {
        let original = try SetSecrets.random()
        let encoded = try original.encoded(entriesDigest: Bytes32())
        let copy = try encoded.withBytes { (raw: UnsafeRawBufferPointer) throws(SealedMatchError) in try Holder(raw) }
        let keys = try keys(20, seed: 30)
        let a = try built(keys, description(), secrets: original, workers: Workers())
        let b = try built(keys, description(), secrets: copy.secrets, workers: Workers())
        #expect(a.header == b.header)
    }

    private final class Holder {
        let secrets: SetSecrets
        init(_ raw: UnsafeRawBufferPointer) throws(SealedMatchError) { secrets = try SetSecrets(canonical: raw) }
    }
}
