import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

private let ratchetLabel = Label("epoch ratchet")

@Suite struct KDFTests {
    /// Expected values from Python's hashlib.blake2b.
    @Test func knownAnswers() throws {
        var first = KDF(ratchetLabel)
        first.append(UInt32(8))
        let key = try Bytes32(exactly: Array(0..<32))
        #expect(
            try first.derive(key: key).bytes == hex("dc9f868d376a45aba3f4be7b13f3778c0667a3b1895cf332f5d6493beb618ee7"))
        let abc = try Array("abc".utf8).withUnsafeBytes { (raw) throws(SealedMatchError) in
            try unsafe KDF.plainDigest(raw)
        }
        #expect(abc.bytes == hex("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"))
    }

    @Test func labelsKeysAndFieldsSeparate() throws {
        func value(_ label: Label, _ field: [UInt8], key: UInt8?) throws -> Bytes32 {
            var input = KDF(label)
            input.append(field)
            guard let key else { return try input.hash() }
            return try input.derive(key: Bytes32(exactly: [UInt8](repeating: key, count: 32)))
        }
        // The zero byte after the label keeps "a" ‖ "b…" apart from "ab" ‖ "…".
        let inputs: [(Label, [UInt8], UInt8?)] = [
            (Label("a"), [0x62, 1], 1), (Label("ab"), [1], 1), (Label("a"), [0x62], 1), (Label("ab"), [], 1),
            (Label("a"), [0, 0x62], 1),
            (Label("a"), [0x62, 1], 2), (Label("a"), [0x62, 1], nil), (Label("ab"), [1], nil),
        ]
        let values = try inputs.map { try value($0.0, $0.1, key: $0.2) }
        #expect(Set(values).count == inputs.count)
    }

    @Test func secretAndPublicFormsAgree() throws {
        var random = SeededRandom(41)
        let key = random.bytes(32)
        func input() -> KDF {
            var input = KDF(Label("test"))
            input.append(UInt64(7))
            return input
        }
        let secretKey = try SecretBytes.copying(key)
        let expected = try input().derive(key: Bytes32(exactly: key))
        #expect(try input().derive(key: secretKey) == expected)
        let secret = try input().deriveSecret(key: secretKey)
        #expect(secret.withBytes { unsafe Bytes32(loading: $0.baseAddress!) } == expected)
        // BLAKE2b takes keys of up to 64 bytes.
        let long = try SecretBytes.zeros(count: 65)
        expectCode(.primitiveFailed) { _ = try input().derive(key: long) }
    }

    @Test func wordsAreLittleEndianAndFieldsConcatenate() throws {
        var a = KDF(Label("test"))
        a.append(UInt32(0x0403_0201))
        a.append(UInt16(0x0605))
        var b = KDF(Label("test"))
        b.append([1, 2, 3, 4, 5, 6] as [UInt8])
        #expect(try a.hash() == b.hash())
    }
}

@Suite struct KeyStreamTests {
    /// RFC 8439, A.1, test vectors 1, 2, 3 and 4: blocks 0 and 1 of the zero key, block 1 of key 00…01, block 2 of key
    /// 00 ff 00….
    @Test(arguments: [
        (
            "0000000000000000000000000000000000000000000000000000000000000000", 0,
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000000", 1,
            "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000001", 1,
            "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0"
        ),
        (
            "00ff000000000000000000000000000000000000000000000000000000000000", 2,
            "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096"
        ),
    ]) func knownAnswers(key: String, block: Int, expected: String) throws {
        var stream = try KeyStream(key: SecretBytes.copying(hex(key)))
        var out = [UInt8](repeating: 0, count: 64 * (block + 1))
        try out.withUnsafeMutableBytes { try stream.fill($0) }
        #expect(Array(out[(64 * block)...]) == hex(expected))
    }

    @Test func piecesJoinToOneStream() throws {
        func stream() throws -> KeyStream { try KeyStream(key: SecretBytes.copying([UInt8](repeating: 9, count: 32))) }
        var whole = [UInt8](repeating: 0, count: 500)
        var one = try stream()
        try whole.withUnsafeMutableBytes { try one.fill($0) }
        var pieces: [UInt8] = []
        var other = try stream()
        for count in [1, 7, 56, 0, 64, 65, 8, 200, 99] {
            var piece = [UInt8](repeating: 0, count: count)
            try piece.withUnsafeMutableBytes { try other.fill($0) }
            pieces += piece
        }
        #expect(pieces == whole)
        var words = try stream()
        #expect(try words.word() == whole[0..<8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
    }

    @Test func keysHave32Bytes() {
        for count in [16, 31, 33] {
            expectCode(.wrongLength) { _ = try KeyStream(key: SecretBytes.zeros(count: count)) }
        }
    }
}
