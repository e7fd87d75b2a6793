/// What happens to requests of devices on their way to the collector. By default everything arrives at once.
public struct TestNetwork: Sendable, Equatable {
    /// What happens to one request.
    public enum Fate: Sendable, Equatable {
        /// It arrives, and the answer comes back.
        case arrives
        /// It never arrives. The device tries again in its next round.
        case lost
        /// It arrives, and the answer is lost. The device tries again in its next round.
        case answerLost
        /// It arrives twice at once.
        case repeated
        /// It arrives after so many seconds, when nobody waits for the answer any more. The device tries again before.
        case delayed(seconds: UInt64)
    }

    /// Fates of the next requests, in order. Requests after these follow the shares below.
    public var next: [Fate] = []
    /// The share of requests that never arrive; 0 to 1.
    public var lost = 0.0
    /// The share of requests whose answer is lost; 0 to 1.
    public var answersLost = 0.0
    /// The share of requests that arrive twice; 0 to 1.
    public var repeated = 0.0
    /// The share of requests that are delayed; 0 to 1.
    public var delayed = 0.0
    /// Seconds of the longest delay; each is uniform up to it.
    public var longestDelay: UInt64 = 3_600
    /// Whether a round's requests leave in a random order.
    public var reorders = false

    /// Everything arrives.
    public init() {}

    mutating func fate(_ random: inout TestRandom) -> Fate {
        if !next.isEmpty { return next.removeFirst() }
        var draw = random.fraction()
        let shares: [(Double, Fate)] = [
            (lost, .lost), (answersLost, .answerLost), (repeated, .repeated),
            (delayed, .delayed(seconds: 1 + random.next() % max(1, longestDelay))),
        ]
        for (share, fate) in shares {
            if draw < share { return fate }
            draw -= share
        }
        return .arrives
    }
}
