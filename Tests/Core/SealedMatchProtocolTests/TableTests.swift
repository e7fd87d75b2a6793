import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

@Suite struct TablePositionsTests {
    /// Expected values from Python's hashlib.
    @Test func knownAnswer() throws {
        let positions = try TablePositions(
            of: EntryKey(perceptual: 0x0123_4567_89AB_CDEF), seed: Bytes32(exactly: Array(0..<32)), cells: 4098)
        #expect([positions.first, positions.second, positions.third] == [730, 1593, 3326])
    }

    /// Expected values computed in Python's integers.
    @Test func numbersOfCells() {
        for (n, m) in [
            (1, 4098), (1596, 4098), (1597, 4101), (1605, 4113), (2000, 4764), (5000, 8775), (20_000, 25_026),
            (100_000, 123_951), (1_000_000, 1_233_000),
            (10_000_000, 12_309_489),
        ] {
            #expect(TablePositions.cells(forEntries: n) == m)
        }
        // Sets of any size are ones that clients accept, and 10^6 entries take at most 1.25 cells each.
        for n in [1, 2, 3, 1365, 4098, 9999, 123_456, 7_777_777, SetHeader.maximumEntries] {
            let m = TablePositions.cells(forEntries: n)
            #expect(SetHeader.areValid(entries: UInt64(n), cells: UInt64(m)))
        }
    }

    @Test(arguments: [4098, 4101, 1_233_000]) func oneInEachThirdAndUniform(cells: Int) throws {
        var random = SeededRandom(UInt64(cells))
        let seed = try random.bytes32()
        let third = cells / 3
        var bins = [[Int]](repeating: [Int](repeating: 0, count: 32), count: 3)
        for _ in 0..<8000 {
            let positions = try TablePositions(of: EntryKey(perceptual: random.next()), seed: seed, cells: cells)
            for (index, place) in [positions.first, positions.second, positions.third].enumerated() {
                #expect((index * third..<(index + 1) * third).contains(place))
                bins[index][(place - index * third) * 32 / third] += 1
            }
        }
        for third in bins {
            let chi = third.reduce(0.0) { $0 + (Double($1) - 250) * (Double($1) - 250) / 250 }
            // 31 degrees of freedom: 75 has probability 2e-5. Far too even would be wrong as well.
            #expect(chi < 75 && chi > 8)
        }
    }

    @Test func positionsDependOnKeyKindAndSeed() throws {
        var random = SeededRandom(402)
        let seed = try random.bytes32()
        let a = try TablePositions(of: EntryKey(perceptual: 1), seed: seed, cells: 30_000)
        #expect(try TablePositions(of: EntryKey(perceptual: 1), seed: seed, cells: 30_000) == a)
        #expect(try TablePositions(of: EntryKey(perceptual: 2), seed: seed, cells: 30_000) != a)
        #expect(try TablePositions(of: EntryKey(perceptual: 1), seed: random.bytes32(), cells: 30_000) != a)
        #expect(
            try TablePositions(
                of: EntryKey(kind: .md5, bytes: [1] + [UInt8](repeating: 0, count: 15)), seed: seed, cells: 30_000) != a
        )
    }
}

@Suite struct TableViewTests {
    private func decode(_ cells: [Bytes32], substitute: Point) throws -> Point {
        let key = EntryKey(perceptual: 7)
        let seed = Bytes32()
        let positions = try TablePositions(of: key, seed: seed, cells: 3)
        #expect([positions.first, positions.second, positions.third] == [0, 1, 2])
        return try cells.withUnsafeBytes { raw in
            try unsafe TableView(raw).decode(at: positions, substitute: substitute)
        }
    }

    @Test func sumsValidCellsAndSubstitutesForAllElse() throws {
        let substitute = try HashToGroup.elements.point([9])
        let points = try (0..<3).map { try HashToGroup.elements.point([UInt8($0)]) }
        let sum = try points[0].adding(points[1]).adding(points[2])
        let cells = points.map(\.encoded)
        #expect(try decode(cells, substitute: substitute) == sum)
        // An identity in a cell is a valid cell.
        #expect(try decode([cells[0], Bytes32(), cells[2]], substitute: substitute) == points[0].adding(points[2]))
        // No point, in each place, of each kind.
        for bad in [
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
        ] {
            for place in 0..<3 {
                var changed = cells
                changed[place] = try Bytes32(exactly: hex(bad))
                #expect(try decode(changed, substitute: substitute) == substitute)
            }
            #expect(
                try decode([Bytes32](repeating: Bytes32(exactly: hex(bad)), count: 3), substitute: substitute)
                    == substitute)
        }
        // Cells that sum to the identity.
        let minus = try Point.identity.subtracting(points[0].adding(points[1]))
        #expect(try decode([cells[0], cells[1], minus.encoded], substitute: substitute) == substitute)
        #expect(try decode([Bytes32(), Bytes32(), Bytes32()], substitute: substitute) == substitute)
    }

    @Test func tablesAreWholeCells() throws {
        for count in [0, 1, 31, 33] {
            let bytes = [UInt8](repeating: 0, count: count)
            expectCode(.wrongLength) {
                _ = try bytes.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe TableView(raw) }
            }
        }
    }
}

@Suite struct DLEQProofTests {
    @Test func onlyTheRightStatementVerifies() throws {
        var random = SeededRandom(411)
        let key = try MatchingKey.random(from: &random)
        let other = try MatchingKey.random(from: &random)
        let c = try (0..<5).map { try HashToGroup.elements.point([UInt8($0)]) }
        let d = try c.map { try key.evaluate($0) }
        let proof = try DLEQProof.prove(key, elements: c, evaluated: d)
        try proof.verifyVarTime(publicKey: key.publicKey, elements: c, evaluated: d)
        func rejected(
            _ proof: DLEQProof, _ l: Point, _ c: [Point], _ d: [Point], _ code: SealedMatchError.Code = .proofRejected
        ) {
            expectCode(code) { try proof.verifyVarTime(publicKey: l, elements: c, evaluated: d) }
        }
        rejected(proof, other.publicKey, c, d)
        rejected(proof, key.publicKey, c.reversed(), d.reversed())
        rejected(proof, key.publicKey, Array(c.dropLast()), Array(d.dropLast()))
        rejected(proof, key.publicKey, Array(c.dropLast()), d, .parameterOutOfRange)
        rejected(proof, key.publicKey, [], [], .parameterOutOfRange)
        for index in 0..<5 {
            var changed = d
            changed[index] = try other.evaluate(c[index])
            rejected(proof, key.publicKey, c, changed)
            changed[index] = .identity
            rejected(proof, key.publicKey, c, changed, .identityPoint)
        }
        // Two wrong values whose errors cancel in a plain sum: the weights see them.
        var cancelling = d
        cancelling[0] = try d[0].adding(c[4])
        cancelling[1] = try d[1].subtracting(c[4])
        rejected(proof, key.publicKey, c, cancelling)
        rejected(proof, .identity, c, d, .identityPoint)
        // A prover who knows another key proves nothing about this one.
        rejected(try DLEQProof.prove(other, elements: c, evaluated: d), key.publicKey, c, d)
        for bit in stride(from: 0, to: 500, by: 3) {
            var bytes = proof.encoded
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let changed = try? DLEQProof(canonical: bytes) else { continue }
            rejected(changed, key.publicKey, c, d)
        }
    }

    @Test func nonceIsFreshForEachProof() throws {
        var random = SeededRandom(412)
        let key = try MatchingKey.random(from: &random)
        let c = [try HashToGroup.elements.point([1])]
        let d = [try key.evaluate(c[0])]
        var seen: Set<[UInt8]> = []
        for _ in 0..<20 { seen.insert(try DLEQProof.prove(key, elements: c, evaluated: d).encoded) }
        #expect(seen.count == 20)
    }

    /// A generator that repeats itself must not repeat a nonce for another statement: two such proofs would give α.
    @Test func nonceIsHedged() throws {
        var random = SeededRandom(77)
        let key = try MatchingKey.random(from: &random)
        let fresh = try random.bytes32()
        var nonces: [[UInt8]] = []
        for message: [UInt8] in [[1], [2], [1]] {
            let m = try HashToGroup.elements.point(message)
            let v = try key.evaluate(m)
            let nonce = try key.proofNonce(m: m, z: v, fresh: fresh)
            nonces.append(nonce.withEncoded { [UInt8]($0) })
            try DLEQProof.prove(key, elements: [m], evaluated: [v], fresh: fresh).verifyVarTime(
                publicKey: key.publicKey, elements: [m], evaluated: [v])
        }
        #expect(nonces[0] != nonces[1] && nonces[0] == nonces[2])
        let m = try HashToGroup.elements.point([1])
        let other = try key.proofNonce(m: m, z: key.evaluate(m), fresh: random.bytes32())
        #expect(other.withEncoded { [UInt8]($0) } != nonces[0])
    }

    @Test func moreThan65535PairsAreRefused() throws {
        var random = SeededRandom(413)
        let key = try MatchingKey.random(from: &random)
        let point = try HashToGroup.elements.point([1])
        let many = [Point](repeating: point, count: DLEQProof.maximumPairs + 1)
        expectCode(.parameterOutOfRange) { _ = try DLEQProof.prove(key, elements: many, evaluated: many) }
        let proof = try DLEQProof.prove(key, elements: [point], evaluated: [key.evaluate(point)])
        expectCode(.parameterOutOfRange) {
            try proof.verifyVarTime(publicKey: key.publicKey, elements: many, evaluated: many)
        }
        #expect(DLEQProof.maximumPairs == 65_535)
    }
}
