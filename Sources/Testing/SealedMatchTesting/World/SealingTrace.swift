/// What can be seen from outside when an item is sealed and sent: everything but the voucher's random bytes.
struct SealingTrace: Equatable {
    let voucherBytes: Int
    let header: [UInt8]
    /// The length of each draw from the random source, in bytes.
    let draws: [Int]
    /// Bytes of the state that is stored.
    let stateBytes: Int
    /// The collector's.
    let answers: [String]

    func differences(from other: SealingTrace) -> [OutsideDifference] {
        var found: [OutsideDifference] = []
        func compare<Value: Equatable>(_ what: String, _ own: Value, _ others: Value) {
            if own != others { found.append(OutsideDifference(what: what, first: "\(own)", second: "\(others)")) }
        }
        compare("voucher bytes", voucherBytes, other.voucherBytes)
        compare("voucher header", header, other.header)
        compare("draws from the random source", draws, other.draws)
        compare("state bytes", stateBytes, other.stateBytes)
        compare("the collector's answers", answers, other.answers)
        return found
    }
}

/// Something outside by which two items can be told apart.
public struct OutsideDifference: Sendable, Equatable, CustomStringConvertible {
    /// What differs.
    public let what: String
    /// Its value for the first item.
    public let first: String
    /// Its value for the second item.
    public let second: String

    /// "what: first against second"
    public var description: String { "\(what): \(first) against \(second)" }
}
