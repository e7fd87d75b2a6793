import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

private let account = AccountID(canonical: try! Bytes32(exactly: [UInt8](repeating: 9, count: 32)))

private func parameters(_ t: Int, _ k: Int) -> Parameters {
    var parameters = Parameters()
    parameters.threshold = t
    parameters.polynomials = k
    return parameters
}

/// An account secret with known bytes.
private func secret(_ bytes: [UInt8] = Array(0..<32), epoch: UInt32 = 7) throws -> AccountSecret {
    let exported = Array("SMA1".utf8) + littleEndian(epoch) + bytes
    let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: exported.count, alignment: 1)
    defer { raw.deallocate() }
    raw.copyBytes(from: exported)
    return try AccountSecret(canonical: UnsafeRawBufferPointer(raw))
}

private func value(_ secret: borrowing AccountSecret, _ account: AccountID, _ t: Int, _ k: Int) throws -> (
    z: [FieldElement], commitment: Commitment
) {
    let sharing = try secret.sharing(account: account, parameters: parameters(t, k))
    let x = try #require(FieldElement(canonical: 0x12_3456_7890))
    let commitment = try sharing.epochKey(account: account, epoch: secret.epoch).commitment(
        account: account, epoch: secret.epoch)
    return (sharing.share(at: x), commitment)
}

@Suite struct SharingTests {
    /// Expected values from an independent computation in Python: ChaCha20 and BLAKE2b as the specification says,
    /// polynomials in big integers.
    @Test func knownAnswer() throws {
        let found = try value(secret(), account, 3, 4)
        #expect(
            found.z.map(\.word) == [
                0x8822_a1b1_ce81_19ee, 0xebdf_2902_eb9f_c702, 0x740a_3e88_0880_6a6d, 0x2964_1c35_7385_dedf,
            ])
        #expect(
            found.commitment.encoded.bytes == hex("c7be6ede03d61593b16de3dbcf6ff72d499653fdedab8af23fca342bd36d1212"))
    }

    @Test func devicesAgreeAndEverythingElseDiffers() throws {
        let first = try secret()
        let exported = try first.encoded()
        let second = try exported.withBytes { (raw) throws(SealedMatchError) in try Imported(raw) }
        let reference = try value(first, account, 3, 4)
        let other = try second.value(account, 3, 4)
        #expect(reference.z == other.z && reference.commitment == other.commitment)
        var seen: [Commitment] = [reference.commitment]
        var zs: [[UInt64]] = [reference.z.map(\.word)]
        let anotherAccount = AccountID(canonical: try Bytes32(exactly: [UInt8](repeating: 10, count: 32)))
        for found in [
            try value(first, anotherAccount, 3, 4), try value(first, account, 4, 4), try value(first, account, 3, 5),
            try value(secret(epoch: 8), account, 3, 4), try value(secret([1] + Array(1..<32)), account, 3, 4),
        ] {
            seen.append(found.commitment)
            zs.append(Array(found.z.map(\.word).prefix(4)))
        }
        #expect(Set(seen).count == 6)
        // Not only the commitments: the polynomials themselves.
        #expect(Set(zs.joined()).count == 24)
    }

    private final class Imported {
        let secret: AccountSecret
        init(_ raw: UnsafeRawBufferPointer) throws(SealedMatchError) { secret = try AccountSecret(canonical: raw) }
        func value(_ account: AccountID, _ t: Int, _ k: Int) throws -> (z: [FieldElement], commitment: Commitment) {
            try SealedMatchProtocolTests.value(secret, account, t, k)
        }
    }

    // Words at or above p are drawn again, zero as x too.
    @Test func wordsOutsideTheFieldAreRejected() throws {
        struct Scripted: RandomSource {
            var words: [UInt64]
            mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
                guard !words.isEmpty else { throw SealedMatchError(.randomSourceFailed, "script ended") }
                let bytes = littleEndian(words.removeFirst())
                for index in buffer.indices { buffer[index] = bytes[index] }
            }
        }
        var coefficients = Scripted(words: [
            .max, FieldElement.modulus, 5, FieldElement.modulus - 1, FieldElement.modulus + 3, 7, 11,
        ])
        let sharing = try Sharing(polynomials: 2, threshold: 2, random: &coefficients)
        #expect(coefficients.words.isEmpty)
        #expect(sharing.share(at: .zero).map(\.word) == [5, 7])
        #expect(sharing.share(at: .one).map(\.word) == [4, 18])
        var points = Scripted(words: [0, FieldElement.modulus, .max, 0, 3])
        let share = try sharing.freshShare(random: &points)
        #expect(share.x.word == 3 && points.words.isEmpty)
        #expect(share.z.map(\.word) == [5 - 3, 7 + 33])
    }

    @Test func aFailingSourceGivesNoShareAndNoPolynomials() throws {
        for limit in stride(from: 0, to: 8 * 12, by: 8) {
            expectCode(.randomSourceFailed) {
                var source = FailingRandom(after: limit)
                _ = try Sharing(polynomials: 4, threshold: 3, random: &source)
            }
        }
        let sharing = try secret().sharing(account: account, parameters: parameters(3, 4))
        do {
            var source = FailingRandom(after: 7)
            _ = try sharing.freshShare(random: &source)
            Issue.record("no error")
        } catch { #expect(error.code == .randomSourceFailed) }
    }
}

@Suite struct AccountSecretTests {
    private func bytes(_ secret: borrowing AccountSecret) throws -> [UInt8] {
        let exported = try secret.encoded()
        return exported.withBytes { (raw: UnsafeRawBufferPointer) in Array(raw) }
    }

    /// Expected value from Python's hashlib: two steps of the ratchet.
    @Test func ratchetKnownAnswer() throws {
        var one = try secret()
        try one.ratchet(to: 9)
        #expect(one.epoch == 9)
        #expect(
            try bytes(one) == Array("SMA1".utf8) + littleEndian(9 as UInt32)
                + hex("9d591901f6e2b46566c34eb1e842166cf739de4fa905d89a2e8319ac8fe69b18"))
        var stepwise = try secret()
        try stepwise.ratchet(to: 8)
        try stepwise.ratchet(to: 9)
        #expect(try bytes(stepwise) == bytes(one))
        try stepwise.ratchet(to: 9)
        #expect(try bytes(stepwise) == bytes(one))
    }

    @Test func backwardsAndTooFarAreRefusedAndChangeNothing() throws {
        var one = try secret(epoch: 100)
        let before = try bytes(one)
        for (target, code) in [
            (99 as UInt32, SealedMatchError.Code.epochInPast), (0, .epochInPast),
            (100 + AccountSecret.maximumSkip + 1, .epochTooFar), (.max, .epochTooFar),
        ] {
            do { try one.ratchet(to: target); Issue.record("no error for \(target)") } catch {
                #expect(error.code == code)
            }
            #expect(try bytes(one) == before)
        }
        try one.ratchet(to: 100 + AccountSecret.maximumSkip)
        #expect(one.epoch == 164)
        // The last epoch of all.
        var last = try secret(epoch: .max - 1)
        try last.ratchet(to: .max)
        #expect(last.epoch == .max)
    }

    @Test func oldSecretsLeaveMemory() throws {
        let found = try residue(seed: 5) { raw in
            let exported = UnsafeMutableRawBufferPointer.allocate(byteCount: 40, alignment: 1)
            exported.copyBytes(from: Array("SMA1".utf8) + littleEndian(7 as UInt32))
            for index in 0..<32 { exported[8 + index] = raw[index] }
            var one = try AccountSecret(canonical: UnsafeRawBufferPointer(exported))
            exported.initializeMemory(as: UInt8.self, repeating: 0)
            exported.deallocate()
            try one.ratchet(to: 8)
            kept = Kept(secret: one)
        }
        #expect(found == 0)
        #expect(kept?.secret.epoch == 8)
    }

    private final class Kept {
        let secret: AccountSecret
        init(secret: consuming AccountSecret) { self.secret = secret }
    }
    private nonisolated(unsafe) static var keptStorage: Kept?
    private var kept: Kept? {
        get { Self.keptStorage }
        nonmutating set { Self.keptStorage = newValue }
    }

    @Test func mutations() throws {
        let original = try bytes(secret())
        func decode(_ bytes: [UInt8]) throws -> [UInt8] {
            let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            defer { raw.deallocate() }
            raw.copyBytes(from: bytes)
            return try self.bytes(AccountSecret(canonical: UnsafeRawBufferPointer(raw)))
        }
        let counts = try expectCanonical(original, mutations: 3000, seed: 6, decode)
        #expect(counts.accepted > 100 && counts.refused > 100)
        expectExactLength(original) { _ = try decode($0) }
        expectCode(.invalidMagic) { _ = try decode(original.replacing([0x32], at: 3)) }
    }

    @Test func epochsOfMoments() throws {
        #expect(try Parameters.epoch(at: 0) == 0)
        #expect(try Parameters.epoch(at: 30 * 86_400 - 1) == 0)
        #expect(try Parameters.epoch(at: 30 * 86_400) == 1)
        #expect(try Parameters.epoch(at: 2_592_000 * (1 << 32) - 1) == .max)
        expectCode(.parameterOutOfRange) { _ = try Parameters.epoch(at: 2_592_000 * (1 << 32)) }
        expectCode(.parameterOutOfRange) { _ = try Parameters.epoch(at: .max) }
    }
}
