/// An element of F_p, p = 2^64 − 59, the largest prime below 2^64. Canonical: always below p. Arithmetic is free of branches and table look-ups,
/// so it is constant-time on secrets.
@frozen
public struct FieldElement: Equatable, Sendable {
    public let word: UInt64

    public static let modulus: UInt64 = 0 &- 59
    public static let zero = FieldElement(unchecked: 0)
    public static let one = FieldElement(unchecked: 1)

    init(unchecked word: UInt64) { self.word = word }

    /// `nil` for a word of at least p: a non-canonical encoding.
    public init?(canonical word: UInt64) {
        guard word < Self.modulus else { return nil }
        self.word = word
    }

    /// One conditional subtraction of p, without a branch; the argument is below 2p − 2^64 + ..., that is any 64-bit word.
    static func reduceOnce(_ word: UInt64) -> UInt64 {
        let (difference, borrow) = word.subtractingReportingOverflow(modulus)
        let mask = 0 &- (borrow ? 1 as UInt64 : 0)
        return (word & mask) | (difference & ~mask)
    }

    public static func + (a: FieldElement, b: FieldElement) -> FieldElement {
        let (sum, carry) = a.word.addingReportingOverflow(b.word)
        // 2^64 ≡ 59; a carried sum is at most 2p − 2 − 2^64 < p − 59, so adding 59 carries no more.
        return FieldElement(unchecked: reduceOnce(sum &+ (59 & (0 &- (carry ? 1 : 0)))))
    }

    public static func - (a: FieldElement, b: FieldElement) -> FieldElement {
        let (difference, borrow) = a.word.subtractingReportingOverflow(b.word)
        return FieldElement(unchecked: difference &- (59 & (0 &- (borrow ? 1 : 0))))
    }

    public static func * (a: FieldElement, b: FieldElement) -> FieldElement {
        let product = a.word.multipliedFullWidth(by: b.word)
        return FieldElement(unchecked: reduce(high: product.high, low: product.low))
    }

    /// high·2^64 + low modulo p.
    static func reduce(high: UInt64, low: UInt64) -> UInt64 {
        // high·2^64 ≡ 59·high, below 2^70
        let folded = high.multipliedFullWidth(by: 59)
        let (sum, carry) = folded.low.addingReportingOverflow(low)
        // The top part is at most 59, so 59 times it is below 2^12.
        let top = (folded.high &+ (carry ? 1 : 0)) &* 59
        let (total, again) = sum.addingReportingOverflow(top)
        return reduceOnce(total &+ (59 & (0 &- (again ? 1 : 0))))
    }

    /// The inverse, by Fermat: self^(p − 2). Variable time only in the fixed exponent.
    /// - Precondition: not zero; zero gives zero.
    public var inverse: FieldElement {
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

/// Σ aᵢ·bᵢ with carries saved in 192 bits and one reduction at the end: the inner loop of the decoder.
struct DotProduct {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var top: UInt64 = 0

    mutating func add(_ a: UInt64, _ b: UInt64) {
        let product = a.multipliedFullWidth(by: b)
        let (newLow, carryLow) = low.addingReportingOverflow(product.low)
        low = newLow
        // product.high is at most 2^64 − 2, so the carry cannot overflow it.
        let (newHigh, carryHigh) = high.addingReportingOverflow(product.high &+ (carryLow ? 1 : 0))
        high = newHigh
        top &+= carryHigh ? 1 : 0
    }

    var value: FieldElement {
        // top·2^128 ≡ 59·top·2^64; top is at most the number of terms.
        let upper = FieldElement.reduce(high: top, low: high)
        return FieldElement(unchecked: FieldElement.reduce(high: upper, low: low))
    }
}
