import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

private let p = UInt128(FieldElement.modulus)
/// Where carries and reductions change: about 0, 59, p, 2^32, 2^63 and 2^64.
private let edges: [UInt64] = [
    0, 1, 2, 57, 58, 59, 60, 61, 117, 118, 119, 3481, 1 << 32 - 1, 1 << 32, 1 << 32 + 1, 1 << 63 - 1, 1 << 63,
    1 << 63 + 1,
    FieldElement.modulus / 2, FieldElement.modulus / 2 + 1, .max - 178, .max - 119, .max - 118, .max - 117, .max - 61,
    .max - 60, .max - 59,
]

private func element(_ word: UInt64) throws -> FieldElement { try #require(FieldElement(canonical: word)) }

@Suite struct FieldElementTests {
    @Test func modulusAndCanonicalWords() {
        #expect(FieldElement.modulus == 18_446_744_073_709_551_557)
        for word in FieldElement.modulus...UInt64.max { #expect(FieldElement(canonical: word) == nil) }
        for word in edges { #expect(FieldElement(canonical: word)?.word == word) }
        #expect(edges.last == FieldElement.modulus - 1)
    }

    @Test func arithmeticAgreesWithWideIntegers() throws {
        var random = SeededRandom(1)
        var words = edges
        for _ in 0..<60 { words.append(random.next() % FieldElement.modulus) }
        var checked = 0
        for a in words {
            for b in words {
                let x = try element(a)
                let y = try element(b)
                #expect(UInt128((x + y).word) == (UInt128(a) + UInt128(b)) % p)
                #expect(UInt128((x - y).word) == (UInt128(a) + p - UInt128(b)) % p)
                #expect(UInt128((x * y).word) == UInt128(a) * UInt128(b) % p)
                checked += 1
            }
        }
        #expect(checked == 87 * 87)
    }

    @Test func inverses() throws {
        for word in edges where word != 0 {
            let x = try element(word)
            #expect(x * x.inverse == .one)
            #expect(x.inverse.inverse == x)
        }
        #expect(FieldElement.zero.inverse == .zero)
    }
}
