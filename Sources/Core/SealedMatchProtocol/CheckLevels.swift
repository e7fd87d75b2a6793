public import SealedMatchCrypto

/// N_0 … N_11: how short the checks of a voucher's slots are (Docs/Protocol.md, "Check level").
///
/// A slot that matches always opens; one that does not opens with probability 1/N. N is chosen by the voucher's number
/// in its device's epoch, which is public, so that chance openings grow more slowly than vouchers. What they hide is
/// M/N: clients pin the greatest levels that they take.
public struct CheckLevels: Equatable, Sendable {
    /// The twelve levels, each 1…255, none below the one before.
    public let values: [UInt8]

    /// Levels of a set.
    public static let count = 12

    /// 5 below the 32nd voucher, 6 below 128, 7 below 256, 8 below 512, 16 below 1,024, 28 below 2,048, 36 below 4,096,
    /// 80 below 8,192, 160 below 16,384, then 255. Judged in Docs/Decoys.md.
    public static let standard = CheckLevels(unchecked: [5, 6, 6, 7, 8, 16, 28, 36, 80, 160, 255, 255])

    private init(unchecked values: [UInt8]) { self.values = values }

    /// - Throws: `wrongLength` unless there are twelve; `parameterOutOfRange` for a level of 0, or one below the level
    ///   before it.
    public init(canonical values: [UInt8]) throws(SealedMatchError) {
        guard values.count == Self.count else {
            throw SealedMatchError(.wrongLength, "a set has 12 check levels")
        }
        var last: UInt8 = 1
        for value in values {
            guard value >= last else {
                throw SealedMatchError(.parameterOutOfRange, "a check level is 0, or below the one before it")
            }
            last = value
        }
        self.values = values
    }

    /// N of a device's voucher.
    /// - Parameter number: v, how many vouchers this device has sealed in this epoch before it.
    public func level(of number: UInt32) -> UInt8 {
        // Check level, step 1: i is the bit length of ⌊min(v, 65,535)/32⌋
        let octave = min(number, 65_535) / 32
        // Check level, step 2: N = N_i
        return values[UInt32.bitWidth - octave.leadingZeroBitCount]
    }

    /// Whether no level is above the other's.
    public func areWithin(_ ceilings: CheckLevels) -> Bool {
        values.indices.allSatisfy { values[$0] <= ceilings.values[$0] }
    }
}
