import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// RFC 9496, A.3: encodings that DECODE refuses, by reason; each reason was checked with a decoder in plain integers.
private let invalidEncodings: [String: [String]] = [
    "not below p": [
        "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ],
    "negative": [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
        "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
        "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
        "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
    ],
    "no square": [
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
        "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
        "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
        "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
    ],
    "negative x·y": [
        "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
        "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
        "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
    ],
    "y = 0": ["ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
]

private func scalar(_ number: UInt8) throws -> Scalar {
    try Scalar(canonical: [number] + [UInt8](repeating: 0, count: 31))
}

@Suite struct PointTests {
    @Test func invalidEncodingsAreRefused() throws {
        var refused = 0
        for encoding in invalidEncodings.values.joined() {
            let bytes = try Bytes32(exactly: hex(encoding))
            #expect(!Point.isCanonical(bytes))
            expectCode(.invalidPoint) { _ = try Point(canonical: bytes) }
            refused += 1
        }
        #expect(refused == 19)
    }

    // RFC 9496, A.1.
    @Test func multiplesOfTheGenerator() throws {
        let expected = [
            "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
            "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
            "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
        ]
        let b = try Point.generator()
        var sum = Point.identity
        for (index, encoding) in expected.enumerated() {
            sum = try sum.adding(b)
            #expect(sum.encoded.bytes == hex(encoding))
            #expect(try Point.base(times: scalar(UInt8(index + 1))) == sum)
            #expect(try b.multiplied(by: scalar(UInt8(index + 1))) == sum)
        }
        #expect(try sum.subtracting(b).subtracting(b) == b)
    }

    @Test func identityIsAnElementButNoProduct() throws {
        let identity = try Point(canonical: Bytes32())
        #expect(identity.isIdentity && identity == .identity)
        expectCode(.identityPoint) { _ = try Point.identity.multiplied(by: scalar(5)) }
        let zero = try PublicScalar(canonical: Bytes32())
        #expect(try Point.baseVarTime(timesPublic: zero).isIdentity)
        #expect(try Point.generator().multipliedVarTime(byPublic: zero).isIdentity)
        #expect(try Point.identity.multipliedVarTime(byPublic: zero).isIdentity)
        let b = try Point.generator()
        #expect(try b.subtracting(b).isIdentity)
        #expect(try b.adding(.identity) == b)
    }

    @Test func publicAndSecretProductsAgree() throws {
        var random = SeededRandom(21)
        for _ in 0..<20 {
            let secret = try Scalar.random(from: &random)
            let open = try PublicScalar(canonical: secret.withEncoded { unsafe Bytes32(loading: $0.baseAddress!) })
            let point = try HashToGroup.elements.point(random.bytes(9))
            #expect(try point.multiplied(by: secret) == point.multipliedVarTime(byPublic: open))
            #expect(try Point.base(times: secret) == Point.baseVarTime(timesPublic: open))
        }
    }

    // Q = β·H + γ·B and S = β·(α·H) + γ·L must satisfy S = α·Q: the identity that opening rests on.
    @Test func blindingCommutesWithEvaluation() throws {
        var random = SeededRandom(22)
        for _ in 0..<10 {
            let alpha = try Scalar.random(from: &random)
            let beta = try Scalar.random(from: &random)
            let gamma = try Scalar.random(from: &random)
            let h = try HashToGroup.elements.point(random.bytes(25))
            let l = try Point.base(times: alpha)
            let q = try h.multiplied(by: beta).adding(Point.base(times: gamma))
            let s = try h.multiplied(by: alpha).multiplied(by: beta).adding(l.multiplied(by: gamma))
            #expect(try q.multiplied(by: alpha) == s)
        }
    }

    @Test func hashesUnderDifferentTagsDiffer() throws {
        let message = hex("00010203")
        let elements = try HashToGroup.elements.point(message)
        let other = try HashToGroup(dst: Array("another tag".utf8)).point(message)
        #expect(elements != other)
        #expect(try HashToGroup.elements.point(message + [0]) != elements)
    }
}
