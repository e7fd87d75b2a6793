import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// Secrets leave no copy in writable memory (heap and mappings; stacks are not claimed). Serial, because each test
/// reads the whole process.
@Suite(.serialized) struct SecretMemoryTests {
    // What the other tests rely on: a copy that nobody wipes is found.
    @Test func theScanFindsAnUnwipedCopy() throws {
        var kept: [UInt8] = []
        let found = try residue(seed: 61) { secret in kept = [1, 2, 3] + Array(secret) + [4, 5, 6] }
        #expect(found >= 1)
        #expect(kept.count == 38)
    }

    @Test func secretBytesAreWiped() throws {
        let found = try residue(seed: 62) { secret in
            let first = try SecretBytes.copying(secret)
            let second = try first.clone()
            #expect(second.withBytes { $0.elementsEqual(secret) })
        }
        #expect(found == 0)
    }

    @Test func secretBytesAreHeldOnceWhileTheyLive() throws {
        var random = SeededRandom(63)
        let masked = (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let secret: SecretBytes
        do {
            var zeros = try SecretBytes.zeros(count: 32)
            zeros.withMutableBytes { out in for index in 0..<32 { out[index] = masked[index] ^ 0x5A } }
            secret = zeros
        }
        let found = occurrences(ofMasked: masked)
        #expect(found == 1)
        // A use after the look, so that the secret lives that long.
        #expect(secret.withBytes { $0[31] } == masked[31] ^ 0x5A)
    }

    @Test func derivationsWipeTheirInput() throws {
        let found = try residue(seed: 64) { secret in
            let zero = try SecretBytes.zeros(count: 32)
            var derivation = KDF(Label("test"))
            derivation.append(secret)
            _ = try derivation.derive(key: zero)
        }
        #expect(found == 0)
    }

    @Test func scalarsAndStreamsAreWiped() throws {
        let found = try residue(seed: 65) { secret in
            var stream = try KeyStream(key: SecretBytes.copying(secret))
            _ = try stream.word()
        }
        #expect(found == 0)
        let scalarFound = try residue(of: 24, seed: 66) { secret in
            // A scalar whose low bytes are the needle.
            var bytes = try SecretBytes.zeros(count: 32)
            bytes.withMutableBytes { out in for index in 0..<24 { out[index] = secret[index] } }
            let scalar = try bytes.withBytes { (raw) throws(SealedMatchError) in try CheckedScalar(raw) }
            _ = try scalar.product()
        }
        #expect(scalarFound == 0)
    }

    private final class CheckedScalar {
        let scalar: Scalar
        init(_ raw: UnsafeRawBufferPointer) throws(SealedMatchError) { scalar = try Scalar(canonical: raw) }
        func product() throws -> Point { try Point.base(times: scalar) }
    }

    @Test func emptySecretsAreRefused() throws {
        expectCode(.outOfMemory) { _ = try SecretBytes.zeros(count: 0) }
        expectCode(.outOfMemory) { _ = try SecretBytes.copying([]) }
        expectCode(.outOfMemory) { _ = try SecretBytes.zeros(count: .max) }
    }
}

@Suite struct RandomSourceTests {
    @Test func aFailingSourceEndsEveryDraw() throws {
        func expectFailure(_ body: () throws -> Void) { expectCode(.randomSourceFailed, nil, body) }
        for limit in [0, 1, 7] {
            expectFailure {
                var source = FailingRandom(after: limit); _ = try source.word()
            }
            expectFailure {
                var source = FailingRandom(after: limit); _ = try source.integerVarTime(below: 10)
            }
        }
        for limit in [0, 31] {
            expectFailure {
                var source = FailingRandom(after: limit); _ = try source.bytes32()
            }
            expectFailure {
                var source = FailingRandom(after: limit); _ = try SecretBytes.random(count: 32, from: &source)
            }
            expectFailure {
                var source = FailingRandom(after: limit); _ = try SigningKey.random(from: &source)
            }
        }
        for limit in [0, 63] {
            expectFailure {
                var source = FailingRandom(after: limit); _ = try Scalar.random(from: &source)
            }
        }
    }

    @Test func integersAreUniformWithoutBias() throws {
        var random = SeededRandom(71)
        // A bound at which a modulo would favour the lower half two to one.
        let bound: UInt64 = 3 << 62
        var lower = 0
        for _ in 0..<3000 where try random.integerVarTime(below: bound) < bound / 3 { lower += 1 }
        // Expected 1,000, standard deviation 26.
        #expect((870...1130).contains(lower))
        for bound: UInt64 in [1, 2, .max] { #expect(try random.integerVarTime(below: bound) < bound) }
        var counts = [Int](repeating: 0, count: 22)
        for _ in 0..<22_000 { counts[Int(try random.integerVarTime(below: 22))] += 1 }
        let chi = counts.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
        // 21 degrees of freedom: 60 has probability 1e-5.
        #expect(chi < 60)
    }

    @Test func systemRandomFillsEverything() throws {
        var random = SystemRandom()
        var buffer = [UInt8](repeating: 0, count: 100_000)
        try buffer.withUnsafeMutableBytes { try random.fill($0) }
        var counts = [Int](repeating: 0, count: 256)
        for byte in buffer { counts[Int(byte)] += 1 }
        // Each value about 391 times; 0 would be far more frequent if part was left out.
        #expect(counts.allSatisfy { (200...600).contains($0) })
        var empty: [UInt8] = []
        try empty.withUnsafeMutableBytes { try random.fill($0) }
        #expect(empty.isEmpty)
    }
}
