internal import Dispatch
internal import SealedMatchCases
package import SealedMatchCrypto
package import SealedMatchSQLite
internal import Synchronization

/// The library of cases behind the page, and the key that signs its events.
package final class ReviewLibrary: Sendable {
    private let store: CaseStore
    private let key: SigningKey
    private let now: @Sendable () -> UInt64
    private let days = Mutex(Day())

    /// What people saw since midnight (UTC), as far as events were read.
    private struct Day {
        var start: UInt64 = 0
        var last: UInt64 = 0
        var seen: [String: Int] = [:]
    }

    /// - Parameter now: seconds since 1970.
    /// - Throws: `authenticationFailed` for another key than the library's; what reading it throws.
    package init(
        _ store: CaseStore, key: consuming SigningKey, now: @escaping @Sendable () -> UInt64
    ) throws(SealedMatchError) {
        guard try store.library().key == key.publicKey else {
            throw SealedMatchError(.authenticationFailed, "the library's events are signed by another key")
        }
        self.store = store
        self.key = key
        self.now = now
    }

    /// Reads, on a thread that may block.
    func read<Answer: Sendable>(
        _ work: @escaping @Sendable (CaseStore) throws -> Answer
    ) async throws -> Answer {
        let result: Result<Answer, any Error> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [store] in
                continuation.resume(returning: Result { try work(store) })
            }
        }
        return try result.get()
    }

    /// What a step would do; nothing is written.
    /// - Throws: as `record`.
    func tryOut(_ step: CaseStep, why: String, by person: String, of found: ReviewedCase) async throws {
        let event = try CaseEvent(by: person, time: now(), why: why, step)
        try await read { store in
            _ = try store.library().apply(event, [], number: found.number, to: found)
            try event.checkReason()
        }
    }

    /// Puts an event behind the others, durably.
    /// - Parameter seen: how many events the case had when the person decided.
    /// - Returns: nil where the case has others by now.
    func record(
        _ step: CaseStep, why: String, by person: String, of number: UInt64, behind seen: Int
    ) async throws -> ReviewedCase? {
        let event = try CaseEvent(by: person, time: now(), why: why, step)
        return try await read { [self] store in
            try store.append(event, to: number, behind: seen, key: key)
        }
    }

    /// Matches that a person has seen since midnight (UTC).
    func seenToday(by person: String) async throws -> Int {
        try await read { [self] store in
            let midnight = now() / 86_400 * 86_400
            var day = days.withLock { $0 }
            if day.start != midnight { day = Day(start: midnight) }
            var before: UInt64?
            var newest = day.last
            pages: while true {
                let page = try store.said(before: before, after: day.last, limit: 500)
                newest = max(newest, page.first?.number ?? 0)
                for said in page {
                    guard let event = said.event else { continue }
                    // Clocks of several machines may differ by a little.
                    guard event.time + 3_600 >= midnight else { break pages }
                    if case .viewed = event.step, event.time >= midnight { day.seen[event.by, default: 0] += 1 }
                }
                guard let last = page.last, page.count == 500 else { break }
                before = last.number
            }
            day.last = newest
            days.withLock { $0 = day }
            return day.seen[person] ?? 0
        }
    }
}
