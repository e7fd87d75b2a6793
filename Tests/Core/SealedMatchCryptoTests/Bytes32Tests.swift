import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

@Suite struct Bytes32Tests {
    @Test func orderIsThatOfTheByteStrings() throws {
        var random = SeededRandom(31)
        var compared = 0
        for round in 0..<2000 {
            let a = random.bytes(32)
            var b = a
            // Differ in one byte, or in many.
            if round % 3 == 0 { b = random.bytes(32) } else { b[round % 32] ^= UInt8(1 << (round % 8)) }
            let less = a.lexicographicallyPrecedes(b)
            #expect(try (Bytes32(exactly: a) < Bytes32(exactly: b)) == less)
            #expect(try (Bytes32(exactly: b) < Bytes32(exactly: a)) == (b != a && !less))
            #expect(try (Bytes32(exactly: a) == Bytes32(exactly: b)) == (a == b))
            compared += 1
        }
        #expect(compared == 2000)
        let zero = Bytes32()
        #expect(!(zero < zero))
    }

    @Test func selectTakesWholeValues() throws {
        var random = SeededRandom(32)
        for _ in 0..<50 {
            let a = try random.bytes32()
            let b = try random.bytes32()
            #expect(Bytes32.select(.max, a, b) == a)
            #expect(Bytes32.select(0, a, b) == b)
            #expect((a ^ b) ^ b == a)
        }
    }

    @Test func accessorsAgree() throws {
        let bytes = (0..<32).map { UInt8($0 * 7) }
        var value = try Bytes32(exactly: bytes)
        #expect(value.bytes == bytes)
        #expect((0..<32).allSatisfy { value[$0] == bytes[$0] })
        #expect(value.word(at: 1) == bytes[8..<16].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
        value[31] = 255
        #expect(value.bytes == bytes.dropLast() + [255])
        #expect(!value.isZero)
        value.wipe()
        #expect(value.isZero && value == Bytes32())
        for count in [0, 31, 33] {
            expectCode(.wrongLength) { _ = try Bytes32(exactly: [UInt8](repeating: 1, count: count)) }
        }
    }
}
