/// An element of F_q, q = 2^31 − 1, a Mersenne prime. Always below q. Arithmetic has no branch, comparison or table
/// look-up, so it is constant-time on secrets.
///
/// A *word of F_q* is any 4 bytes: it stands for its residue modulo q (Docs/Protocol.md, section 3). *Written
/// canonically* a value is below q; *written at random* it is z or z + q, by a fresh coin.
package struct FieldElement: Equatable, Sendable, BitwiseCopyable {
    /// The value, below q.
    package let word: UInt32

    /// q = 2^31 − 1.
    package static let modulus: UInt32 = 0x7FFF_FFFF
    /// 0.
    package static let zero = FieldElement(unchecked: 0)
    /// 1.
    package static let one = FieldElement(unchecked: 1)

    init(unchecked word: UInt32) { self.word = word }

    /// `nil` for a word of at least q: a non-canonical encoding.
    package init?(canonical word: UInt32) {
        guard word < Self.modulus else { return nil }
        self.word = word
    }

    /// The residue of any word: none is refused by its range.
    package init(residueOf word: UInt32) { self.word = Self.reduceOnce((word & Self.modulus) &+ (word >> 31)) }

    /// The value written at random: z, or z + q. Words of shares must look like any 4 bytes (Docs/Protocol.md,
    /// section 8).
    /// - Parameter coin: 0 or 1, fresh and uniform.
    package func word(coin: UInt32) -> UInt32 { word &+ (Self.modulus & (0 &- coin)) }

    // A borrow is read as the upper half of a difference, never asked for by a comparison: a compiler may make a branch
    // of that, and these words are secret.

    /// One conditional subtraction of q from a word below 2q.
    @inline(__always)
    static func reduceOnce(_ word: UInt32) -> UInt32 {
        let difference = word &- modulus
        // All ones where the subtraction borrowed: both sides are below 2^32 and the difference above −2^31.
        let mask = 0 &- (difference >> 31)
        return difference &+ (modulus & mask)
    }

    /// Any 64-bit sum modulo q.
    @inline(__always)
    static func reduce(_ sum: UInt64) -> UInt32 {
        // 2^31 ≡ 1: what is folded first is below 2^34, then below 2^31 + 2^3.
        let once = (sum & UInt64(modulus)) &+ (sum >> 31)
        let twice = (once & UInt64(modulus)) &+ (once >> 31)
        return reduceOnce(UInt32(truncatingIfNeeded: twice))
    }

    /// The sum modulo q, in constant time.
    package static func + (a: FieldElement, b: FieldElement) -> FieldElement {
        FieldElement(unchecked: reduceOnce(a.word &+ b.word))
    }

    /// The difference modulo q, in constant time.
    package static func - (a: FieldElement, b: FieldElement) -> FieldElement {
        FieldElement(unchecked: reduceOnce(a.word &+ (modulus &- b.word)))
    }

    /// The product modulo q, in constant time.
    package static func * (a: FieldElement, b: FieldElement) -> FieldElement {
        let product = UInt64(a.word) &* UInt64(b.word)
        // Below q^2, so the two halves are at most q and q − 2.
        return FieldElement(
            unchecked: reduceOnce(UInt32(truncatingIfNeeded: (product & UInt64(modulus)) &+ (product >> 31))))
    }

    /// The inverse, by Fermat: self^(q − 2). Variable time only in the fixed exponent.
    /// - Precondition: not zero; zero gives zero.
    package var inverse: FieldElement {
        var result = FieldElement.one
        var square = self
        var exponent = Self.modulus - 2
        while exponent > 0 {
            if exponent & 1 == 1 { result = result * square }
            square = square * square
            exponent >>= 1
        }
        return result
    }
}

/// Σ aᵢ·bᵢ with one reduction at the end: the inner loop of the decoder.
struct DotProduct {
    // Lower and upper halves, summed apart: neither overflows below 2^32 terms.
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    @inline(__always)
    mutating func add(_ a: UInt32, _ b: UInt32) { add(UInt64(a) &* UInt64(b)) }

    /// Adds up to four products, whose sum is below 4·q^2 < 2^64.
    @inline(__always)
    mutating func add(_ products: UInt64) {
        low &+= products & 0xFFFF_FFFF
        high &+= products >> 32
    }

    var value: FieldElement {
        // low + high·2^32, and 2^32 ≡ 2
        let folded = UInt64(FieldElement.reduce(low)) &+ 2 &* UInt64(FieldElement.reduce(high))
        return FieldElement(unchecked: FieldElement.reduce(folded))
    }
}
