/// An element of F_p, p = 2^64 − 59, the largest prime below 2^64. Canonical: always below p. Arithmetic has no branch,
/// comparison or table look-up, so it is constant-time on secrets.
package struct FieldElement: Equatable, Sendable, BitwiseCopyable {
    /// The value, below p.
    package let word: UInt64

    /// p = 2^64 − 59.
    package static let modulus: UInt64 = 0 &- 59
    /// 0.
    package static let zero = FieldElement(unchecked: 0)
    /// 1.
    package static let one = FieldElement(unchecked: 1)

    init(unchecked word: UInt64) { self.word = word }

    /// `nil` for a word of at least p: a non-canonical encoding.
    package init?(canonical word: UInt64) {
        guard word < Self.modulus else { return nil }
        self.word = word
    }

    // Carries and borrows are read as the upper half of a 128-bit sum, never asked for by a comparison: a compiler may
    // make a branch of that, and these words are secret.

    /// One conditional subtraction of p from any 64-bit word.
    static func reduceOnce(_ word: UInt64) -> UInt64 {
        let difference = UInt128(word) &- UInt128(modulus)
        // All ones where the subtraction borrowed, that is where the word was below p already.
        let mask = UInt64(truncatingIfNeeded: difference >> 64)
        return (word & mask) | (UInt64(truncatingIfNeeded: difference) & ~mask)
    }

    /// The sum modulo p, in constant time.
    package static func + (a: FieldElement, b: FieldElement) -> FieldElement {
        let sum = UInt128(a.word) &+ UInt128(b.word)
        // 2^64 ≡ 59; a sum that carried is at most 2p − 2 − 2^64 < p − 59, so adding 59 carries no more.
        let carry = UInt64(truncatingIfNeeded: sum >> 64)
        return FieldElement(unchecked: reduceOnce(UInt64(truncatingIfNeeded: sum) &+ 59 &* carry))
    }

    /// The difference modulo p, in constant time.
    package static func - (a: FieldElement, b: FieldElement) -> FieldElement {
        let difference = UInt128(a.word) &- UInt128(b.word)
        let mask = UInt64(truncatingIfNeeded: difference >> 64)
        return FieldElement(unchecked: UInt64(truncatingIfNeeded: difference) &- (59 & mask))
    }

    /// The product modulo p, in constant time.
    package static func * (a: FieldElement, b: FieldElement) -> FieldElement {
        let product = a.word.multipliedFullWidth(by: b.word)
        return FieldElement(unchecked: reduce(high: product.high, low: product.low))
    }

    /// high·2^64 + low modulo p.
    static func reduce(high: UInt64, low: UInt64) -> UInt64 {
        // high·2^64 ≡ 59·high; with low below 60·2^64
        let folded = UInt128(high) &* 59 &+ UInt128(low)
        // The upper part is at most 59, so 59 times it is below 2^12 and the next carry, if any, the last.
        let again =
            UInt128(UInt64(truncatingIfNeeded: folded)) &+ UInt128(UInt64(truncatingIfNeeded: folded >> 64) &* 59)
        let carry = UInt64(truncatingIfNeeded: again >> 64)
        return reduceOnce(UInt64(truncatingIfNeeded: again) &+ 59 &* carry)
    }

    /// The inverse, by Fermat: self^(p − 2). Variable time only in the fixed exponent.
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

/// Σ aᵢ·bᵢ with carries saved and one reduction at the end: the inner loop of the decoder.
struct DotProduct {
    // Lower and upper halves of the products, summed apart: neither overflows, so no carry is ever asked for. A carry
    // asked for by a comparison became a branch on a random bit, which costs several times the multiplication.
    private var low: UInt128 = 0
    private var high: UInt128 = 0

    @inline(__always)
    mutating func add(_ a: UInt64, _ b: UInt64) {
        let product = a.multipliedFullWidth(by: b)
        low &+= UInt128(truncatingIfNeeded: product.low)
        high &+= UInt128(truncatingIfNeeded: product.high)
    }

    var value: FieldElement {
        // low + high·2^64
        FieldElement(unchecked: FieldElement.reduce(high: Self.reduce(high), low: Self.reduce(low)))
    }

    private static func reduce(_ sum: UInt128) -> UInt64 {
        FieldElement.reduce(high: UInt64(truncatingIfNeeded: sum >> 64), low: UInt64(truncatingIfNeeded: sum))
    }
}
