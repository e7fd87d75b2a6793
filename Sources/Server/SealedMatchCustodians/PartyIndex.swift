public import SealedMatchCrypto
internal import SealedMatchProtocol

/// The number of a custodian, 1…16: where the key's polynomial is evaluated for its share.
public struct PartyIndex: Hashable, Comparable, Sendable {
    /// 1…16.
    public let number: UInt8

    /// Most parties that a key is shared among.
    public static let maximum: UInt8 = 16

    /// - Throws: `parameterOutOfRange` unless 1 ≤ number ≤ 16.
    public init(_ number: some BinaryInteger) throws(SealedMatchError) {
        guard number >= 1, number <= Self.maximum else {
            throw SealedMatchError(.parameterOutOfRange, "a party's number is 1 to 16")
        }
        self.number = UInt8(number)
    }

    init(checked number: Int) { self.number = UInt8(truncatingIfNeeded: number) }

    /// By number.
    public static func < (a: PartyIndex, b: PartyIndex) -> Bool { a.number < b.number }

    var scalar: PublicScalar {
        get throws(SealedMatchError) { try PublicScalar(UInt64(number)) }
    }
}
