package import SealedMatchCrypto

/// The calls that a custodian has taken lately: none is taken twice, whoever brings it again. (Docs/Protocol.md, "Taken
/// once")
package struct TakenCalls: Sendable {
    /// How many are kept.
    package static let maximumCount = 1 << 18

    private let most: Int
    /// By their time.
    private var kept: [UInt64: Set<Bytes32>] = [:]
    private var count = 0
    /// No call from before is taken.
    private var earliest: UInt64

    /// - Parameters:
    ///   - start: when the custodian was started, in seconds since 1970. What it took before, it does not know.
    ///   - most: how many are kept.
    package init(start: UInt64, most: Int = maximumCount) {
        earliest = start
        self.most = most
    }

    /// That a call may be taken.
    /// - Parameters:
    ///   - name: `CustodianCall.Opened.name`.
    ///   - time: the call's.
    ///   - now: seconds since 1970.
    /// - Throws: `authenticationFailed` for one that was taken, or may have been; `rateExceeded` while no more can be
    ///   kept.
    package mutating func check(_ name: Bytes32, time: UInt64, now: UInt64) throws(SealedMatchError) {
        // Taken once, step 1
        for old in kept.keys where now >= CustodianCall.tolerance && old < now - CustodianCall.tolerance {
            count -= kept.removeValue(forKey: old)?.count ?? 0
            earliest = max(earliest, old + 1)
        }
        // Taken once, step 2
        guard time >= earliest, kept[time]?.contains(name) != true else {
            throw SealedMatchError(.authenticationFailed, "the call was taken before, or may have been")
        }
        // Taken once, step 3
        guard count < most else {
            throw SealedMatchError(.rateExceeded, "more calls in five minutes than this custodian keeps")
        }
    }

    /// Keeps a call that was checked, and is taken.
    package mutating func keep(_ name: Bytes32, time: UInt64) {
        kept[time, default: []].insert(name)
        count += 1
    }
}
