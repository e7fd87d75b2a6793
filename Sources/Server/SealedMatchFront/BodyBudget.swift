internal import SealedMatchCrypto
internal import Synchronization

/// How many bytes of bodies are in memory at a time, of all requests together, and of each account's. Whoever comes
/// when it is used up waits his turn; what he sends waits in the kernel. Who waits for his own account's share keeps
/// nobody else waiting.
final class BodyBudget: Sendable {
    private struct Waiter {
        let number: UInt64
        let count: Int
        let account: AccountID?
        let continuation: CheckedContinuation<Bool, Never>
    }
    private struct State {
        var free: Int
        var held: [AccountID: Int] = [:]
        var waiters: [Waiter] = []
        var next: UInt64 = 0
    }
    private let state: Mutex<State>
    private let total: Int
    private let share: Int
    private let maximumWaiters: Int
    private let patience: Duration?
    /// Requests of one account that wait, at most: it is not to take all places.
    private static let maximumOfAccount = 16

    /// - Parameters:
    ///   - total: bytes of all bodies.
    ///   - share: bytes of one account's bodies; one body may have more.
    ///   - patience: for so long somebody waits his turn; nil: until it comes.
    init(_ total: Int, share: Int? = nil, patience: Duration? = nil, maximumWaiters: Int = 4_096) {
        self.total = total
        self.share = share ?? total
        self.patience = patience
        self.maximumWaiters = maximumWaiters
        state = Mutex(State(free: total))
    }

    /// Runs `work` with `count` bytes of the budget.
    /// - Parameter account: whose share they are of; nil: of nobody's.
    /// - Throws: `Problem` 503 when too many wait already, altogether or of this account, or
    ///   the turn does not come in time; what `work` throws.
    func with<Result>(
        _ count: Int, of account: AccountID? = nil, _ work: () async throws -> Result
    ) async throws -> Result {
        let count = min(count, total)
        guard await take(count, account) else {
            throw Problem(.serviceUnavailable, "too many requests at a time; try again", retryAfter: 5)
        }
        defer { give(count, account) }
        return try await work()
    }

    private func take(_ count: Int, _ account: AccountID?) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                // Nobody goes before one who waits for room of all.
                let isFirst = !state.waiters.contains { fits($0.count, $0.account, state) }
                if isFirst, state.free >= count, fits(count, account, state) {
                    Self.hold(count, account, &state)
                    return true
                }
                guard state.waiters.count < maximumWaiters,
                    account == nil || state.waiters.count(where: { $0.account == account }) < Self.maximumOfAccount
                else { return false }
                let number = state.next
                state.next += 1
                state.waiters.append(
                    Waiter(number: number, count: count, account: account, continuation: continuation))
                if let patience {
                    Task {
                        try? await Task.sleep(for: patience)
                        expire(number)
                    }
                }
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Whether an account's share allows it. One body of it is always allowed, however long.
    private func fits(_ count: Int, _ account: AccountID?, _ state: State) -> Bool {
        guard let account, let held = state.held[account] else { return true }
        return held + count <= share
    }

    private static func hold(_ count: Int, _ account: AccountID?, _ state: inout State) {
        state.free -= count
        if let account { state.held[account, default: 0] += count }
    }

    private func expire(_ number: UInt64) {
        let waiter: Waiter? = state.withLock { state in
            guard let place = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiters.remove(at: place)
        }
        waiter?.continuation.resume(returning: false)
        // Who waited behind it may have room now.
        if waiter != nil { pass() }
    }

    private func give(_ count: Int, _ account: AccountID?) {
        state.withLock { state in
            state.free += count
            guard let account, let held = state.held[account] else { return }
            state.held[account] = held > count ? held - count : nil
        }
        pass()
    }

    /// Lets those go on whose turn it is: in their order, but for those whose account has its share already.
    private func pass() {
        let ready: [Waiter] = state.withLock { state in
            var (ready, rest): ([Waiter], [Waiter]) = ([], [])
            var isFull = false
            for waiter in state.waiters {
                if isFull || !fits(waiter.count, waiter.account, state) {
                    rest.append(waiter)
                } else if state.free < waiter.count {
                    isFull = true
                    rest.append(waiter)
                } else {
                    Self.hold(waiter.count, waiter.account, &state)
                    ready.append(waiter)
                }
            }
            state.waiters = rest
            return ready
        }
        for waiter in ready { waiter.continuation.resume(returning: true) }
    }
}
