import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// ℓ = 2^252 + 27742317777372353535851937790883648493, little-endian.
private let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")

private func plus(_ number: [UInt8], _ small: Int) -> [UInt8] {
    var out = number
    var carry = small
    for index in out.indices {
        let sum = Int(out[index]) + carry
        out[index] = UInt8(truncatingIfNeeded: sum)
        carry = sum >> 8
    }
    return out
}

@Suite struct ScalarTests {
    @Test(arguments: [0, 1, 2, 1000]) func orderAndAboveAreRefused(offset: Int) throws {
        let encoded = plus(order, offset)
        expectCode(.invalidScalar) { _ = try Scalar(canonical: encoded) }
        expectCode(.invalidScalar) { _ = try PublicScalar(canonical: Bytes32(exactly: encoded)) }
    }

    @Test func belowTheOrderIsAccepted() throws {
        for offset in [-1, -2, -237] {
            let encoded = plus(order, offset)
            let scalar = try Scalar(canonical: encoded)
            #expect(scalar.withEncoded { Array($0) } == encoded)
            #expect(try PublicScalar(canonical: Bytes32(exactly: encoded)).encoded.bytes == encoded)
        }
    }

    // libsodium's multiplication takes n + ℓ and ignores the top bit: here both are refused, for scalars that are valid
    // without.
    @Test func otherEncodingsOfOneScalarAreRefused() throws {
        for n in [1, 2, 77] {
            let canonical = plus([UInt8](repeating: 0, count: 32), n)
            _ = try Scalar(canonical: canonical)
            expectCode(.invalidScalar) { _ = try Scalar(canonical: plus(order, n)) }
            var topBit = canonical
            topBit[31] |= 0x80
            expectCode(.invalidScalar) { _ = try Scalar(canonical: topBit) }
            expectCode(.invalidScalar) { _ = try PublicScalar(canonical: Bytes32(exactly: topBit)) }
        }
    }

    @Test func zeroIsNoSecretScalar() throws {
        expectCode(.invalidScalar) { _ = try Scalar(canonical: [UInt8](repeating: 0, count: 32)) }
        #expect(try PublicScalar(canonical: Bytes32()).encoded.isZero)
        expectCode(.invalidScalar) { _ = try MatchingKey(canonical: [UInt8](repeating: 0, count: 32)) }
        expectCode(.invalidScalar) { _ = try MatchingKey(canonical: order) }
    }

    @Test func wrongLengthsAreRefused() throws {
        for count in [0, 1, 31, 33, 64] {
            expectCode(.wrongLength) { _ = try Scalar(canonical: [UInt8](repeating: 1, count: count)) }
        }
    }

    @Test func randomScalarsAreCanonicalAndDiffer() throws {
        var random = SeededRandom(11)
        var seen: Set<[UInt8]> = []
        for _ in 0..<200 {
            let scalar = try Scalar.random(from: &random)
            let bytes = scalar.withEncoded { Array($0) }
            _ = try Scalar(canonical: bytes)
            #expect(seen.insert(bytes).inserted)
        }
        // The whole range is used: about one in two has bit 251 set.
        let high = seen.count { $0[31] >= 8 }
        #expect((60...140).contains(high))
    }

    // A source that gives 64 bytes of ℓ·k reduces to zero, which is drawn again.
    @Test func zeroIsDrawnAgain() throws {
        struct OrderFirst: RandomSource {
            var draws = 0
            mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
                draws += 1
                for index in buffer.indices {
                    buffer[index] = draws == 1 ? (index < 32 ? order[index] : 0) : UInt8(index)
                }
            }
        }
        var source = OrderFirst()
        let scalar = try Scalar.random(from: &source)
        #expect(source.draws == 2)
        #expect(scalar.withEncoded { $0.contains { $0 != 0 } })
    }
}
