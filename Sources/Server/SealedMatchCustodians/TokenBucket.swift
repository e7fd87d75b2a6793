/// How much of a table was asked for lately. A minute's worth may be taken at once, and a whole request always.
/// (Docs/Protocol.md, "Answering", step 4)
package struct TokenBucket: Sendable {
    private var last: (left: Double, at: ContinuousClock.Instant)?

    /// Nothing was taken yet.
    package init() {}

    /// Takes tokens if there are enough; else nothing changes.
    package mutating func take(_ count: Int, rate: UInt32, now: ContinuousClock.Instant) -> Bool {
        let most = max(60 * Double(rate), 65_535)
        var there = most
        if let last { there = min(most, last.left + Double(rate) * max(0, (now - last.at) / .seconds(1))) }
        guard there >= Double(count) else { return false }
        last = (there - Double(count), now)
        return true
    }
}
