package import Primitives
// STUB, to be replaced
package struct DecoySchedule: Sendable, Equatable {
    package static let encodedCount = 8
    package private(set) var vouchers: Int = 0
    package init(epochWords: inout some RandomSource & ~Copyable, devices: Int, coverSlots: Int, lastEpochVolume: Int) throws(SealedMatchError) {}
    package mutating func next(_ random: inout some RandomSource & ~Copyable) throws(SealedMatchError) -> Int { vouchers += 1; return Int(try random.integer(below: 3)) }
    package var encoded: [UInt8] { [UInt8](repeating: 0, count: 8) }
    package init(canonical bytes: [UInt8], coverSlots: Int) throws(SealedMatchError) {}
}
