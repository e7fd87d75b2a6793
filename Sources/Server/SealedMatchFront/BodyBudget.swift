internal import Synchronization

/// How many bytes of bodies are in memory at a time, of all requests together. Whoever comes when it is used up waits
/// his turn; what he sends waits in the kernel.
final class BodyBudget: Sendable {
    private struct State {
        var free: Int
        var waiters: [(count: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    }
    private let state: Mutex<State>
    private let total: Int
    private let maximumWaiters: Int

    init(_ total: Int, maximumWaiters: Int = 4_096) {
        self.total = total
        self.maximumWaiters = maximumWaiters
        state = Mutex(State(free: total))
    }

    /// Runs `work` with `count` bytes of the budget.
    /// - Throws: `Problem` 503 when too many wait already; what `work` throws.
    func with<Result>(_ count: Int, _ work: () async throws -> Result) async throws -> Result {
        let count = min(count, total)
        guard await take(count) else {
            throw Problem(.serviceUnavailable, "too many requests at a time; try again", retryAfter: 1)
        }
        defer { give(count) }
        return try await work()
    }

    /// Whoever holds a part has a time for it (`ConnectionDeadlines`), so every turn comes.
    private func take(_ count: Int) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if state.waiters.isEmpty, state.free >= count {
                    state.free -= count
                    return true
                }
                guard state.waiters.count < maximumWaiters else { return false }
                state.waiters.append((count, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func give(_ count: Int) {
        let ready: [CheckedContinuation<Bool, Never>] = state.withLock { state in
            state.free += count
            let turn = state.waiters.prefix { waiter in
                guard state.free >= waiter.count else { return false }
                state.free -= waiter.count
                return true
            }
            let ready = turn.map(\.continuation)
            state.waiters.removeFirst(ready.count)
            return ready
        }
        for continuation in ready { continuation.resume(returning: true) }
    }
}
