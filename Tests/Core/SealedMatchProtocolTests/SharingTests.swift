import SealedMatchFingerprint
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

private let account = AccountID(canonical: try! Bytes32(exactly: [UInt8](repeating: 9, count: 32)))
private let pseudonym = Pseudonym(canonical: try! Bytes32(exactly: [UInt8](repeating: 9, count: 32)))

private func parameters(_ t: Int, _ k: Int, _ profile: FingerprintProfile = .standard) -> Parameters {
    var parameters = Parameters()
    parameters.profile = profile
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

private func value(
    _ secret: borrowing AccountSecret, _ pseudonym: Pseudonym, _ t: Int, _ k: Int,
    _ profile: FingerprintProfile = .standard
) throws -> (z: [FieldElement], commitment: Commitment) {
    let sharing = try secret.sharing(pseudonym: pseudonym, parameters: parameters(t, k, profile))
    let x = try #require(FieldElement(canonical: 0x1234_5678))
    let commitment = try sharing.epochKey(pseudonym: pseudonym, epoch: secret.epoch).commitment(
        pseudonym: pseudonym, epoch: secret.epoch)
    return (sharing.share(at: x), commitment)
}

@Suite struct SharingTests {
    /// Expected values from an independent computation in Python: ChaCha20 and BLAKE2b as the specification says,
    /// polynomials in big integers.
    @Test func knownAnswer() throws {
        let found = try value(secret(), pseudonym, 3, 4)
        #expect(
            found.z.map(\.word) == [
                0x23d5_2166, 0x17e7_4d6d, 0x40ee_a965, 0x4c4e_6640,
            ])
        #expect(
            found.commitment.encoded.bytes == hex("e33a25014f2ab3c73af4d5b181fde314731c381ca07d9a452a9897b7b29d912e"))
    }

    @Test func devicesAgreeAndEverythingElseDiffers() throws {
        let first = try secret()
        let exported = try first.encoded()
        let second = try exported.withBytes { (raw) throws(SealedMatchError) in try Imported(raw) }
        let reference = try value(first, pseudonym, 3, 4)
        let other = try second.value(pseudonym, 3, 4)
        #expect(reference.z == other.z && reference.commitment == other.commitment)
        var seen: [Commitment] = [reference.commitment]
        var zs: [[UInt32]] = [reference.z.map(\.word)]
        let another = Pseudonym(canonical: try Bytes32(exactly: [UInt8](repeating: 10, count: 32)))
        // The same bits under another name.
        let standard = FingerprintProfile.standard
        let renamed = try FingerprintProfile(
            id: standard.id + 1, positions: standard.positions, probes: standard.probes,
            minimumQuality: standard.minimumQuality, probeQuality: standard.probeQuality,
            hypotheses: standard.hypotheses)
        for found in [
            try value(first, another, 3, 4), try value(first, pseudonym, 4, 4), try value(first, pseudonym, 3, 5),
            try value(secret(epoch: 8), pseudonym, 3, 4), try value(secret([1] + Array(1..<32)), pseudonym, 3, 4),
            try value(first, pseudonym, 3, 4, .profile3), try value(first, pseudonym, 3, 4, renamed),
        ] {
            seen.append(found.commitment)
            zs.append(Array(found.z.map(\.word).prefix(4)))
        }
        #expect(Set(seen).count == 8)
        // Not only the commitments: the polynomials themselves.
        #expect(Set(zs.joined()).count == 32)
    }

    /// The same on all devices, and another one for each account, epoch and secret.
    @Test func pseudonyms() throws {
        let first = try secret()
        let known = try first.pseudonym(of: account)
        #expect(known.encoded.bytes == hex("7f9de5d9ce85a2a4d247c059a7ef4d78b4055031b394aaf04c32fa11c574ba54"))
        var copy = try first.clone()
        #expect(try copy.pseudonym(of: account) == known)
        var seen: Set = [known.encoded, account.encoded]
        #expect(seen.insert(try first.pseudonym(of: AccountID(canonical: Bytes32())).encoded).inserted)
        #expect(seen.insert(try secret([1] + Array(1..<32)).pseudonym(of: account).encoded).inserted)
        for epoch in 8...20 as ClosedRange<UInt32> {
            try copy.ratchet(to: epoch)
            #expect(seen.insert(try copy.pseudonym(of: account).encoded).inserted)
        }
    }

    /// What a name is released against follows from K_e, and opens the one commitment of its pseudonym and epoch.
    @Test func tokens() throws {
        let sharing = try secret().sharing(pseudonym: pseudonym, parameters: parameters(3, 4))
        let key = try sharing.epochKey(pseudonym: pseudonym, epoch: 7)
        let token = try key.token(pseudonym: pseudonym, epoch: 7)
        #expect(token.encoded.bytes == hex("e420cd3260ebbb3c9dc4aac73600002543dcde68d41ac80921492abb570e2913"))
        let commitment = try key.commitment(pseudonym: pseudonym, epoch: 7)
        #expect(try token.opens(commitment, pseudonym: pseudonym, epoch: 7))
        let another = Pseudonym(canonical: account.encoded ^ Bytes32.select(1, account.encoded, Bytes32()))
        #expect(try !token.opens(commitment, pseudonym: pseudonym, epoch: 8))
        #expect(try !token.opens(commitment, pseudonym: another, epoch: 7))
        for wrong in [Bytes32(), commitment.encoded, key.bytes.withBytes { unsafe Bytes32(loading: $0.baseAddress!) }] {
            let made = ResolutionToken(canonical: wrong)
            #expect(try made != token && !made.opens(commitment, pseudonym: pseudonym, epoch: 7))
        }
        for bit in 0..<256 {
            var bytes = token.encoded
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try !ResolutionToken(canonical: bytes).opens(commitment, pseudonym: pseudonym, epoch: 7))
        }
    }

    private final class Imported {
        let secret: AccountSecret
        init(_ raw: UnsafeRawBufferPointer) throws(SealedMatchError) { secret = try AccountSecret(canonical: raw) }
        func value(_ pseudonym: Pseudonym, _ t: Int, _ k: Int) throws -> (z: [FieldElement], commitment: Commitment) {
            try SealedMatchProtocolTests.value(secret, pseudonym, t, k)
        }
    }

    // Words have 31 bits; q is drawn again, zero as x too.
    @Test func wordsOutsideTheFieldAreRejected() throws {
        struct Scripted: RandomSource {
            var words: [UInt32]
            mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
                guard !words.isEmpty else { throw SealedMatchError(.randomSourceFailed, "script ended") }
                let bytes = littleEndian(words.removeFirst())
                for index in buffer.indices { buffer[index] = bytes[index] }
            }
        }
        let q = FieldElement.modulus
        let words: [UInt32] = [.max, q, 5, (1 << 31) + (q - 1), q, 7, (1 << 31) + 11]
        var coefficients = Scripted(words: words)
        let sharing = try Sharing(polynomials: 2, threshold: 2, random: &coefficients)
        #expect(coefficients.words.isEmpty)
        #expect(sharing.share(at: .zero).map(\.word) == [5, 7])
        #expect(sharing.share(at: .one).map(\.word) == [4, 18])
        var points = Scripted(words: [0, FieldElement.modulus, .max, 1 << 31, 3])
        let share = try sharing.freshShare(random: &points)
        #expect(share.x.word == 3 && points.words.isEmpty)
        #expect(share.z.map(\.word) == [5 - 3, 7 + 33])
    }

    /// Words of a share are z or z + q by the coins that were drawn, and read back as the share.
    @Test func sharesAreWrittenAtRandom() throws {
        var random = SeededRandom(9)
        for k in [1, 6, 7, 8, 15, 16, 312] {
            let sharing = try Sharing(polynomials: k, threshold: 2, random: &random)
            let share = try sharing.freshShare(random: &random)
            var raised = 0
            for _ in 0..<8 {
                let bytes = try share.writtenAtRandom(&random)
                #expect(bytes.count == 4 * (k + 1))
                let words = (0...k).map { index in
                    bytes[(4 * index)..<(4 * index + 4)].reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
                }
                #expect(words.map { FieldElement(residueOf: $0) } == [share.x] + share.z)
                raised += words.count { $0 >= FieldElement.modulus }
            }
            // Half of them; for k = 1 and this seed all but certainly not none and not all of 16.
            #expect(raised > 0 && raised < 8 * (k + 1))
            if k == 312 { #expect((1100...1400).contains(raised)) }
        }
        // Bit i, the lowest first, belongs to word i, x first.
        let share = Share(x: .one, z: [FieldElement](repeating: .zero, count: 8))
        struct Coins: RandomSource {
            mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
                buffer[0] = 0b1000_0010
                buffer[1] = 0b1
            }
        }
        var coins = Coins()
        let words = try share.writtenAtRandom(&coins)
        let q = littleEndian(FieldElement.modulus)
        let zero = littleEndian(0 as UInt32)
        #expect(
            words == littleEndian(1 as UInt32) + q + zero + zero + zero + zero + zero + q + q)
    }

    @Test func aFailingSourceGivesNoShareAndNoPolynomials() throws {
        for limit in stride(from: 0, to: 4 * 12, by: 4) {
            expectCode(.randomSourceFailed) {
                var source = FailingRandom(after: limit)
                _ = try Sharing(polynomials: 4, threshold: 3, random: &source)
            }
        }
        let sharing = try secret().sharing(pseudonym: pseudonym, parameters: parameters(3, 4))
        do {
            var source = FailingRandom(after: 3)
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
