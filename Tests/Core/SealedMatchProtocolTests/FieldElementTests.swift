import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

private let q = UInt64(FieldElement.modulus)
/// Where reductions change: about 0, 2^16, q/2 and q.
private let edges: [UInt32] = [
    0, 1, 2, 3, 1 << 15, 1 << 16 - 1, 1 << 16, 1 << 16 + 1, 46_340, 46_341, 1 << 30 - 1, 1 << 30, 1 << 30 + 1,
    FieldElement.modulus / 2, FieldElement.modulus / 2 + 1, FieldElement.modulus - 3, FieldElement.modulus - 2,
    FieldElement.modulus - 1,
]

private func element(_ word: UInt32) throws -> FieldElement { try #require(FieldElement(canonical: word)) }

@Suite struct FieldElementTests {
    @Test func modulusAndCanonicalWords() {
        #expect(FieldElement.modulus == 2_147_483_647)
        for word in [FieldElement.modulus, 1 << 31, 1 << 31 + 1, .max - 1, .max] {
            #expect(FieldElement(canonical: word) == nil)
        }
        for word in edges { #expect(FieldElement(canonical: word)?.word == word) }
        #expect(edges.last == FieldElement.modulus - 1)
    }

    /// Every word stands for its residue; z and z + q are written by a coin, and read back as z.
    @Test func everyWordHasAResidue() throws {
        var random = SeededRandom(2)
        var words = edges + edges.map { .max - $0 }
        for _ in 0..<2000 { words.append(UInt32(truncatingIfNeeded: random.next())) }
        for word in words { #expect(UInt64(FieldElement(residueOf: word).word) == UInt64(word) % q) }
        for word in edges {
            let value = try element(word)
            #expect(value.word(coin: 0) == word && value.word(coin: 1) == word + FieldElement.modulus)
            for coin: UInt32 in [0, 1] { #expect(FieldElement(residueOf: value.word(coin: coin)) == value) }
        }
    }

    @Test func arithmeticAgreesWithWideIntegers() throws {
        var random = SeededRandom(1)
        var words = edges
        for _ in 0..<60 { words.append(UInt32(random.next() % q)) }
        var checked = 0
        for a in words {
            for b in words {
                let x = try element(a)
                let y = try element(b)
                #expect(UInt64((x + y).word) == (UInt64(a) + UInt64(b)) % q)
                #expect(UInt64((x - y).word) == (UInt64(a) + q - UInt64(b)) % q)
                #expect(UInt64((x * y).word) == UInt64(a) * UInt64(b) % q)
                checked += 1
            }
        }
        #expect(checked == 78 * 78)
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
