package import SealedMatchCrypto

/// The calls that a custodian has counted lately: none is taken twice, whoever brings it again. (Docs/Protocol.md,
/// "Taken once")
package struct TakenCalls: Sendable {
    /// How many of each coordinator are kept.
    package static let maximumCount = 1 << 18

    private let most: Int
    /// By their time, and by who asked.
    private var kept: [UInt64: [Bytes32: Set<Bytes32>]] = [:]
    /// How many of each coordinator are kept.
    private var counts: [Bytes32: Int] = [:]
    /// No call from before is taken.
    private var earliest: UInt64

    /// - Parameters:
    ///   - earliest: no call with a time before is taken, in seconds since 1970. What was taken before a start is not
    ///     known here.
    ///   - most: how many of each coordinator are kept.
    package init(earliest: UInt64, most: Int = maximumCount) {
        self.earliest = earliest
        self.most = most
    }

    /// That a call may be taken.
    /// - Parameters:
    ///   - name: `CustodianCall.Opened.name`.
    ///   - coordinator: whose call it is: one that the table's policy names.
    ///   - time: the call's.
    ///   - now: seconds since 1970.
    /// - Throws: `authenticationFailed` for one that was taken, or may have been; `rateExceeded` while no more of this
    ///   coordinator can be kept.
    package mutating func check(
        _ name: Bytes32, of coordinator: Bytes32, time: UInt64, now: UInt64
    ) throws(SealedMatchError) {
        // Taken once, step 1
        for old in kept.keys where now >= CustodianCall.tolerance && old < now - CustodianCall.tolerance {
            for (coordinator, names) in kept.removeValue(forKey: old) ?? [:] {
                let left = counts[coordinator, default: 0] - names.count
                counts[coordinator] = left > 0 ? left : nil
            }
            earliest = max(earliest, old + 1)
        }
        // Taken once, step 2
        guard time >= earliest, kept[time]?[coordinator]?.contains(name) != true else {
            throw SealedMatchError(.authenticationFailed, "the call was taken before, or may have been")
        }
        // Taken once, step 3
        guard counts[coordinator, default: 0] < most else {
            throw SealedMatchError(.rateExceeded, "more calls of one coordinator in five minutes than are kept")
        }
    }

    /// Keeps a call that was checked, and is taken.
    package mutating func keep(_ name: Bytes32, of coordinator: Bytes32, time: UInt64) {
        kept[time, default: [:]][coordinator, default: []].insert(name)
        counts[coordinator, default: 0] += 1
    }
}
