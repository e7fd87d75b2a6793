import SealedMatchCrypto
import SealedMatchTestSupport
import SealedMatchWorkers
import Testing

/// Batches do what libsodium does one element at a time, by whichever backend this processor has. (The C tests of
/// CSealedMatchGroup compare every field; here it is the way from Swift and back.)
@Suite struct GroupBatchTests {
    static let sizes = [0, 1, 2, 3, 7, 8, 9, 33, 64, 65, 130]

    /// Messages of the three lengths of keys, and others.
    private func messages(_ count: Int, _ random: inout SeededRandom) throws -> (GroupMessages, [[UInt8]]) {
        var batch = GroupMessages(capacity: count)
        var all: [[UInt8]] = []
        for index in 0..<count {
            let message = random.bytes([25, 49, 33, 0, 64, 1][index % 6])
            try batch.append(Array(message.prefix(16)), Array(message.dropFirst(16)))
            all.append(message)
        }
        return (batch, all)
    }

    private func points(_ count: Int, _ random: inout SeededRandom) throws -> [Point] {
        try (0..<count).map { _ in try HashToGroup.elements.point(random.bytes(25)) }
    }

    private func filled(
        _ count: Int, _ body: (UnsafeMutableBufferPointer<Point>) throws -> Void
    ) rethrows -> [Point] {
        var points = [Point](repeating: .identity, count: count)
        try points.withUnsafeMutableBufferPointer { try body($0) }
        return points
    }

    @Test(arguments: sizes) func hashesAndEvaluations(_ count: Int) throws {
        var random = SeededRandom(UInt64(230 + count))
        let (batch, all) = try messages(count, &random)
        let alpha = try Scalar.random(from: &random)
        for hash in [HashToGroup.elements, HashToGroup(dst: Array("a tag of another length".utf8))] {
            let single = try all.map { try hash.point($0) }
            #expect(try filled(count) { try GroupBatch.hash(batch, hash, into: $0) } == single)
            #expect(
                try filled(count) { try GroupBatch.evaluate(batch, hash, by: alpha, into: $0) }
                    == single.map { try $0.multiplied(by: alpha) })
        }
        // A tag that no batch takes: one at a time.
        let long = HashToGroup(dst: random.bytes(200))
        #expect(try filled(count) { try GroupBatch.hash(batch, long, into: $0) } == all.map { try long.point($0) })
        expectCode(.wrongLength) {
            _ = try filled(count + 1) { try GroupBatch.hash(batch, .elements, into: $0) }
        }
        var full = GroupMessages(capacity: 1)
        expectCode(.wrongLength) { try full.append(random.bytes(60), random.bytes(5)) }
    }

    @Test(arguments: sizes) func products(_ count: Int) throws {
        var random = SeededRandom(UInt64(400 + count))
        let alpha = try Scalar.random(from: &random)
        let single = try points(count, &random)
        var batch = single
        try batch.withUnsafeMutableBufferPointer { try GroupBatch.multiply($0, by: alpha) }
        #expect(try batch == single.map { try $0.multiplied(by: alpha) })
        // Encodings that nobody has checked: bit 255, not canonical, odd, the identity, random bytes.
        var encodings = single.map(\.encoded)
        for index in encodings.indices where index % 2 == 0 {
            switch index % 12 {
            case 0: encodings[index][31] |= 0x80
            case 2: encodings[index] = Bytes32()
            case 4: encodings[index] = try Bytes32(exactly: [0xed] + [UInt8](repeating: 0xff, count: 30) + [0x7f])
            case 6: encodings[index][0] ^= 1
            case 8: encodings[index] = try random.bytes32()
            default: encodings[index] = try Bytes32(exactly: [UInt8](repeating: 0xff, count: 32))
            }
        }
        let given = encodings
        encodings.withUnsafeMutableBufferPointer { GroupBatch.multiplyUnchecked($0, by: alpha) }
        for (before, after) in zip(given, encodings) {
            let isElement = Point.isCanonical(before) && !before.isZero
            let expected = isElement ? try Point(canonical: before).multiplied(by: alpha).encoded : Bytes32()
            #expect(after == expected)
        }
        guard count > 0 else { return }
        var withIdentity = single
        withIdentity[count / 2] = .identity
        expectCode(.identityPoint) {
            try withIdentity.withUnsafeMutableBufferPointer { try GroupBatch.multiply($0, by: alpha) }
        }
    }

    @Test(arguments: sizes) func sumsAndDifferences(_ count: Int) throws {
        var random = SeededRandom(UInt64(600 + count))
        let cells = try points(3 * count + 2, &random)
        // No target is another's operand.
        let triples = (0..<count).map { index -> GroupBatch.Triple in
            (UInt32(index), UInt32(count + (index * 7) % (2 * count + 2)), UInt32(3 * count + 1 - index))
        }
        var table = cells
        try table.withUnsafeMutableBufferPointer { table in
            try triples.withUnsafeBufferPointer { try GroupBatch.subtractPairs($0, in: table) }
        }
        var expected = cells
        for (target, a, b) in triples {
            expected[Int(target)] = try cells[Int(target)].subtracting(cells[Int(a)]).subtracting(cells[Int(b)])
        }
        #expect(table == expected)
        // A cell that is no element, and one that is the identity.
        var raw = cells.map(\.encoded)
        raw[0][31] |= 0x80
        if raw.count > 3 { raw[1] = Bytes32() }
        let sums = try filled(count) { out in
            try raw.withUnsafeBytes { raw in
                try triples.withUnsafeBufferPointer { try GroupBatch.sumsVarTime($0, of: raw, into: out) }
            }
        }
        for (sum, (a, b, c)) in zip(sums, triples) {
            let three = [a, b, c].map { raw[Int($0)] }
            let expected =
                three.allSatisfy { Point.isCanonical($0) }
                ? try three.reduce(Point.identity) { try $0.adding(Point(canonical: $1)) } : .identity
            #expect(sum == expected)
        }
        // Sums of two.
        let pairs = triples.map { ($0.0, $0.1, GroupBatch.nothing) }
        let sumsOfTwo = try filled(count) { out in
            try cells.withUnsafeBytes { cells in
                try pairs.withUnsafeBufferPointer { try GroupBatch.sumsVarTime($0, of: cells, into: out) }
            }
        }
        for (sum, (a, b, _)) in zip(sumsOfTwo, pairs) { #expect(try sum == cells[Int(a)].adding(cells[Int(b)])) }
    }

    @Test(arguments: sizes) func combinations(_ count: Int) throws {
        var random = SeededRandom(UInt64(800 + count))
        var summands = try points(count, &random)
        if count > 3 { summands[2] = .identity }
        var weights = try (0..<count).map { _ in
            try PublicScalar(
                canonical: Scalar.random(from: &random).withEncoded { unsafe Bytes32(loading: $0.baseAddress!) })
        }
        if count > 1 { weights[1] = try PublicScalar(canonical: Bytes32()) }
        let expected = try zip(weights, summands).reduce(Point.identity) {
            try $0.adding($1.1.multipliedVarTime(byPublic: $1.0))
        }
        let combined = try weights.withUnsafeBufferPointer { weights in
            try summands.withUnsafeBufferPointer { try GroupBatch.linearCombinationVarTime(weights, $0) }
        }
        #expect(combined == expected)
        expectCode(.wrongLength) {
            _ = try weights.withUnsafeBufferPointer { weights in
                try (summands + [.identity]).withUnsafeBufferPointer {
                    try GroupBatch.linearCombinationVarTime(weights, $0)
                }
            }
        }
    }

    /// Q and S of slots whose keys have different lengths, with cells that are no elements, and sums that are the
    /// identity. Who has α gets S from Q exactly where the cells hold the key.
    @Test(arguments: [1, 2, 32, 64]) func probes(_ count: Int) throws {
        var random = SeededRandom(UInt64(900 + count))
        let alpha = try Scalar.random(from: &random)
        let substitute = try HashToGroup.elements.point([5])
        let bases = try GroupBases(publicKey: Point.base(times: alpha))
        var batch = try ProbeBatch(capacity: count, substitute: substitute, random: &random)
        for _ in 0..<2 {
            var holds: [Bool?] = []
            for index in 0..<count {
                let message = random.bytes([25, 49, 33][index % 3])
                let value = try HashToGroup.elements.point(message).multiplied(by: alpha)
                let (a, b) = try (points(1, &random)[0], points(1, &random)[0])
                var cells = [a, b, try value.subtracting(a).subtracting(b)].map(\.encoded)
                holds.append(index % 5 == 0)
                switch index % 5 {
                case 0: break
                case 1: cells[1][31] |= 0x80
                case 2: cells = [a, b, try Point.identity.subtracting(a.adding(b))].map(\.encoded)
                case 3: cells[0] = try random.bytes32()
                default: cells[2] = Bytes32()
                }
                try batch.append(message, [], cells: (cells[0], cells[1], cells[2]), random: &random)
            }
            #expect(batch.count == count)
            try batch.run(.elements, bases)
            for index in 0..<count {
                let opened = try Point(canonical: batch.element(index)).multiplied(by: alpha).encoded
                #expect((opened == batch.slotKey(index)) == (holds[index] ?? false), "slot \(index)")
                #expect(Point.isCanonical(batch.slotKey(index)))
            }
            if count == 64 {
                expectCode(.wrongLength) {
                    try batch.append([1], [], cells: (Bytes32(), Bytes32(), Bytes32()), random: &random)
                }
            }
            batch.clear()
            #expect(batch.count == 0 && batch.slotKey(0).isZero)
        }
    }

    /// Pieces on several threads give what one piece gives; a piece's error is the batch's.
    @Test(arguments: [1, 8, 32]) func divisionsChangeNothing(_ count: Int) throws {
        func run(_ divide: ProbeBatch.Division) throws -> [Bytes32] {
            var random = SeededRandom(UInt64(930 + count))
            let bases = try GroupBases(publicKey: points(1, &random)[0])
            var batch = try ProbeBatch(capacity: 32, substitute: points(1, &random)[0], random: &random)
            for _ in 0..<count {
                let cells = try points(3, &random).map(\.encoded)
                try batch.append(random.bytes(33), [], cells: (cells[0], cells[1], cells[2]), random: &random)
            }
            try batch.run(.elements, bases, divide)
            return (0..<count).flatMap { [batch.element($0), batch.slotKey($0)] }
        }
        let whole = try run(ProbeBatch.undivided)
        for chunk in [1, 5, 8] {
            let workers = Workers(threads: 3)
            let pieces = try run { (count, piece) throws(SealedMatchError) in
                try workers.forEachChunk("seal", count: count, chunk: chunk, piece)
            }
            #expect(pieces == whole, "pieces of \(chunk)")
        }
        expectCode(.interrupted) {
            _ = try run { (_, _) throws(SealedMatchError) in throw SealedMatchError(.interrupted, "interrupted") }
        }
    }

    /// The same draws give the same Q and S by the chosen backend and by libsodium.
    @Test(arguments: [1, 31, 32, 64]) func probesAreLibsodiums(_ count: Int) throws {
        var random = SeededRandom(UInt64(950 + count))
        let substitute = try HashToGroup.elements.point([5])
        let bases = try GroupBases(publicKey: points(1, &random)[0])
        let (messages, _) = try messages(count, &random)
        var cells = try points(3 * count, &random).map(\.encoded)
        for index in stride(from: 0, to: cells.count, by: 7) { cells[index] = try random.bytes32() }
        var scalars: [UInt8] = []
        for _ in 0..<2 * count { try Scalar.random(from: &random).withEncoded { scalars += $0 } }
        var results: [[[UInt8]]] = []
        for isReference in [false, true] {
            var q = [Bytes32](repeating: Bytes32(), count: count)
            var s = [UInt8](repeating: 0, count: 32 * count)
            try q.withUnsafeMutableBufferPointer { q in
                try s.withUnsafeMutableBytes { s in
                    try scalars.withUnsafeBytes { scalars in
                        let betas = UnsafeRawBufferPointer(rebasing: scalars[..<(32 * count)])
                        let gammas = UnsafeRawBufferPointer(rebasing: scalars[(32 * count)...])
                        let probes = isReference ? SodiumBatch.probes : GroupBatch.probes
                        try probes(0..<count, messages, .elements, cells, substitute, bases, betas, gammas, q, s)
                    }
                }
            }
            results.append(q.map(\.bytes) + [s])
        }
        #expect(results[0] == results[1])
    }
}
