package import SealedMatchProtocol
internal import Synchronization

/// A token bucket for each account: how many vouchers it may send at once, and how fast. And for each person who signs
/// in.
///
/// An account that has been silent for long enough has a full bucket, and is forgotten: what is kept is bounded by how
/// many accounts send at a time.
package final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: ContinuousClock.Instant
    }
    private let buckets = Mutex<[AccountID: Bucket]>([:])
    private let burst: Double
    private let perSecond: Double
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Accounts beyond which full buckets are looked for.
    private static let sweepAt = 100_000

    package init(
        burst: Int, perSecond: Double, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.burst = Double(max(1, burst))
        self.perSecond = max(perSecond, 0.001)
        self.now = now
    }

    /// Takes tokens if there are enough.
    /// - Returns: nil, or the seconds after which there will be enough.
    package func take(_ count: Int, from account: AccountID) -> Int? {
        let now = now()
        // More than a bucket holds needs a full one.
        let cost = min(Double(count), burst)
        return buckets.withLock { buckets in
            if buckets.count >= Self.sweepAt, buckets[account] == nil {
                buckets = buckets.filter { tokens($0.value, at: now) < burst }
            }
            let there = buckets[account].map { tokens($0, at: now) } ?? burst
            guard there >= cost else {
                buckets[account] = Bucket(tokens: there, at: now)
                return max(1, Int(((cost - there) / perSecond).rounded(.up)))
            }
            buckets[account] = Bucket(tokens: there - cost, at: now)
            return nil
        }
    }

    /// Gives tokens back that were taken for what then was no matter of the limit.
    package func giveBack(_ count: Int, to account: AccountID) {
        let now = now()
        buckets.withLock { buckets in
            guard let bucket = buckets[account] else { return }
            let there = min(burst, tokens(bucket, at: now) + Double(count))
            buckets[account] = there < burst ? Bucket(tokens: there, at: now) : nil
        }
    }

    private func tokens(_ bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
        let elapsed = (now - bucket.at) / .seconds(1)
        return min(burst, bucket.tokens + max(0, elapsed) * perSecond)
    }

    var count: Int { buckets.withLock { $0.count } }
}
