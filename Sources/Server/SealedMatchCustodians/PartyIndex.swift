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

extension PartyIndex {
    /// A set of parties as bits: bit i − 1 is party i.
    static func mask(of parties: [PartyIndex]) -> UInt16 { parties.reduce(0) { $0 | 1 << UInt16($1.number - 1) } }

    /// The parties of a mask, ascending.
    static func all(in mask: UInt16) -> [PartyIndex] {
        (1...Int(maximum)).filter { mask >> UInt16($0 - 1) & 1 == 1 }.map { PartyIndex(checked: $0) }
    }
}
