import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

private func seal(
    _ plaintext: [UInt8], _ header: [UInt8], _ key: borrowing SecretBytes, _ random: inout some RandomSource
) throws -> [UInt8] {
    var sealed = [UInt8](repeating: 0, count: plaintext.count + Cipher.nonceCount + Cipher.tagCount)
    try sealed.withUnsafeMutableBytes { out in
        try plaintext.withUnsafeBytes { plaintext in
            try header.withUnsafeBytes {
                try Cipher.seal(plaintext, authenticating: $0, key: key, into: out, random: &random)
            }
        }
    }
    return sealed
}

private func open(_ sealed: [UInt8], _ header: [UInt8], _ key: borrowing SecretBytes) throws -> [UInt8] {
    try sealed.withUnsafeBytes { sealed in
        try header.withUnsafeBytes { try Cipher.open(sealed, authenticating: $0, key: key) }
    }
}

@Suite struct CipherTests {
    @Test func whatIsSealedOpens() throws {
        var random = SeededRandom(51)
        let key = try SecretBytes.random(count: 32, from: &random)
        for count in [0, 1, 63, 64, 1024] {
            let plaintext = random.bytes(count)
            let header = random.bytes(96)
            #expect(try open(seal(plaintext, header, key, &random), header, key) == plaintext)
        }
    }

    @Test func everyChangedBitFails() throws {
        var random = SeededRandom(52)
        let key = try SecretBytes.random(count: 32, from: &random)
        let other = try SecretBytes.random(count: 32, from: &random)
        let header = random.bytes(8)
        let sealed = try seal(random.bytes(20), header, key, &random)
        var refused = 0
        for bit in 0..<(8 * sealed.count) {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            expectCode(.authenticationFailed) { _ = try open(changed, header, key) }
            refused += 1
        }
        #expect(refused == 480)
        for bit in 0..<64 {
            var changed = header
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            expectCode(.authenticationFailed) { _ = try open(sealed, changed, key) }
        }
        expectCode(.authenticationFailed) { _ = try open(sealed, header + [0], key) }
        expectCode(.authenticationFailed) { _ = try open(sealed, header, other) }
        expectCode(.authenticationFailed) { _ = try open(Array(sealed.dropLast()), header, key) }
        for count in [0, 39] {
            expectCode(.wrongLength) { _ = try open([UInt8](repeating: 0, count: count), header, key) }
        }
        expectCode(.authenticationFailed) { _ = try open([UInt8](repeating: 0, count: 40), header, key) }
        let short = try SecretBytes.zeros(count: 16)
        expectCode(.wrongLength) { _ = try open(sealed, header, short) }
    }

    @Test func noncesAreFresh() throws {
        var random = SystemRandom()
        let key = try SecretBytes.random(count: 32, from: &random)
        var nonces: Set<[UInt8]> = []
        for _ in 0..<100 { nonces.insert(Array(try seal([1, 2, 3], [], key, &random)[0..<Cipher.nonceCount])) }
        #expect(nonces.count == 100)
    }

    @Test func streamIsItsOwnInverseAndDependsOnTheKey() throws {
        var random = SeededRandom(53)
        let plaintext = random.bytes(200)
        let key = try random.bytes32()
        func stream(_ bytes: [UInt8], _ key: Bytes32) throws -> [UInt8] {
            var bytes = bytes
            try bytes.withUnsafeMutableBytes { try Cipher.streamXOR($0, key: key) }
            return bytes
        }
        let sealed = try stream(plaintext, key)
        #expect(sealed != plaintext)
        #expect(try stream(sealed, key) == plaintext)
        #expect(try stream(sealed, random.bytes32()) != plaintext)
        #expect(try stream([], key) == [])
    }
}

@Suite struct SignatureTests {
    @Test func onlyTheKeysOwnSignatureOnTheMessageVerifies() throws {
        var random = SeededRandom(54)
        let key = try SigningKey.random(from: &random)
        let other = try SigningKey.random(from: &random)
        let message = random.bytes(40)
        let signature = try key.sign(message)
        #expect(signature.verifies(message, publicKey: key.publicKey))
        #expect(!signature.verifies(message + [0], publicKey: key.publicKey))
        #expect(!signature.verifies(message, publicKey: other.publicKey))
        for bit in stride(from: 0, to: 512, by: 7) {
            var bytes = signature.encoded
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try !Signature(canonical: bytes).verifies(message, publicKey: key.publicKey))
        }
        // RFC 8032's S + ℓ is another encoding of the same signature: refused.
        var s = Array(signature.encoded[32...])
        let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        var carry = 0
        for index in 0..<32 {
            let sum = Int(s[index]) + Int(order[index]) + carry
            s[index] = UInt8(sum & 255)
            carry = sum >> 8
        }
        #expect(
            try !Signature(canonical: Array(signature.encoded[..<32]) + s).verifies(message, publicKey: key.publicKey))
        for count in [0, 63, 65] {
            expectCode(.wrongLength) { _ = try Signature(canonical: [UInt8](repeating: 0, count: count)) }
        }
    }

    @Test func smallOrderKeysVerifyNothing() throws {
        // The identity and the point of order two, as Ed25519 encodings: any message would verify under a careless
        // verifier.
        for encoding in [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ] {
            let key = try Bytes32(exactly: hex(encoding))
            let forged = try Signature(
                canonical: hex("0100000000000000000000000000000000000000000000000000000000000000")
                    + [UInt8](repeating: 0, count: 32))
            #expect(!forged.verifies([1, 2, 3], publicKey: key))
        }
    }

    @Test func seedsRoundTrip() throws {
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        // RFC 8032, 7.1, test 1.
        let key = try SigningKey(seed: SecretBytes.copying(seed))
        #expect(key.publicKey.bytes == hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
        #expect(key.withSeed { Array($0) } == seed)
        #expect(
            try key.sign([]).encoded
                == hex(
                    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
                ))
        expectCode(.wrongLength) { _ = try SigningKey(seed: SecretBytes.zeros(count: 31)) }
    }
}
