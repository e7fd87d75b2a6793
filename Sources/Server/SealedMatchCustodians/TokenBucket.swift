/// How much was taken lately. A minute's worth may be taken at once, and a whole request always.
package struct TokenBucket: Sendable {
    private var tokens: Double?
    private var at = ContinuousClock.now

    /// Nothing was taken yet.
    package init() {}

    /// Takes tokens if there are enough.
    package mutating func take(_ count: Int, rate: UInt32, now: ContinuousClock.Instant = .now) -> Bool {
        let most = max(60 * Double(rate), 65_535)
        let there = min(most, (tokens ?? most) + Double(rate) * max(0, (now - at) / .seconds(1)))
        at = now
        tokens = there
        guard there >= Double(count) else { return false }
        tokens = there - Double(count)
        return true
    }
}
