internal import SealedMatchCrypto
internal import Synchronization

/// How many bytes of bodies are in memory at a time, of all requests together, and of each account's. Whoever comes
/// when it is used up waits his turn; what he sends waits in the kernel. Who waits for his own account's share keeps
/// nobody else waiting, and whose account has nothing goes before others. He need not wait for slow senders, however
/// many accounts they have: the slowest gives way to him.
final class BodyBudget: Sendable {
    private struct Waiter {
        let number: UInt64
        let count: Int
        let account: AccountID?
        let continuation: CheckedContinuation<Bool, Never>
    }
    /// Room that a request has.
    private struct Hold {
        let count: Int
        let account: AccountID?
        let since: ContinuousClock.Instant
        /// Ends the request's connection; nil where it is not to end, or ends already.
        var end: (@Sendable () -> Void)?
        /// Bytes of its body that are there.
        var received = 0
        var isEnding = false
    }
    private struct State {
        var free: Int
        var holds: [UInt64: Hold] = [:]
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
    /// A body is given this time, however slowly it comes.
    private static let leisure = Duration.seconds(1)

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

    /// A request's room, for whoever reads its body.
    struct Room: Sendable {
        fileprivate let budget: BodyBudget
        fileprivate let number: UInt64

        /// So many more bytes of the body are there.
        func received(_ count: Int) { budget.state.withLock { $0.holds[number]?.received += count } }

        /// All of it is there: it is not ended any more.
        func isWhole() { budget.state.withLock { $0.holds[number]?.end = nil } }
    }

    /// Runs `work` with `count` bytes of the budget.
    /// - Parameter account: whose share they are of; nil: of nobody's.
    /// - Throws: `Problem` 503 when too many wait already, altogether or of this account, or
    ///   the turn does not come in time; what `work` throws.
    func with<Result>(
        _ count: Int, of account: AccountID? = nil, _ work: () async throws -> Result
    ) async throws -> Result {
        try await with(count, of: account, end: nil) { _ in try await work() }
    }

    /// The same of a body that may give way to others while it comes.
    /// - Parameter end: ends the request's connection; `work` then throws soon.
    func with<Result>(
        _ count: Int, of account: AccountID?, end: (@Sendable () -> Void)?, _ work: (Room) async throws -> Result
    ) async throws -> Result {
        let count = min(count, total)
        guard await take(count, account) else {
            throw Problem(.serviceUnavailable, "too many requests at a time; try again", retryAfter: 5)
        }
        let number = state.withLock { state in
            state.next += 1
            state.holds[state.next] = Hold(count: count, account: account, since: .now, end: end)
            return state.next
        }
        defer { give(count, account, number) }
        return try await work(Room(budget: self, number: number))
    }

    private func take(_ count: Int, _ account: AccountID?) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                // Nobody goes before one who waits for room of all, but for those whose account has nothing.
                let isNew = Self.isNew(account, state)
                let isFirst = !state.waiters.contains {
                    (!isNew || Self.isNew($0.account, state)) && fits($0.count, $0.account, state)
                }
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
                if account != nil, isNew {
                    Task {
                        repeat { try? await Task.sleep(for: Self.leisure / 4) } while makeRoom(for: number)
                    }
                }
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Whether an account has no room now.
    private static func isNew(_ account: AccountID?, _ state: State) -> Bool {
        account.map { state.held[$0] == nil } ?? true
    }

    /// Ends who sends slowest, where somebody still waits whose account has nothing.
    /// - Returns: whether he still waits.
    private func makeRoom(for number: UInt64) -> Bool {
        let now = ContinuousClock.now
        let (isWaiting, end): (Bool, (@Sendable () -> Void)?) = state.withLock { state in
            guard let waiter = state.waiters.first(where: { $0.number == number }),
                Self.isNew(waiter.account, state)
            else { return (false, nil) }
            let leaving = state.holds.values.reduce(0) { $0 + ($1.isEnding ? $1.count : 0) }
            guard state.free + leaving < waiter.count else { return (true, nil) }
            func speed(_ hold: Hold) -> Double { Double(hold.received) / ((now - hold.since) / .milliseconds(1)) }
            let slowest = state.holds.filter { entry in
                entry.value.end != nil && now - entry.value.since >= Self.leisure
            }.min { speed($0.value) < speed($1.value) }
            guard let slowest else { return (true, nil) }
            state.holds[slowest.key]?.isEnding = true
            state.holds[slowest.key]?.end = nil
            return (true, slowest.value.end)
        }
        end?()
        return isWaiting
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

    private func give(_ count: Int, _ account: AccountID?, _ number: UInt64) {
        state.withLock { state in
            state.free += count
            state.holds[number] = nil
            guard let account, let held = state.held[account] else { return }
            state.held[account] = held > count ? held - count : nil
        }
        pass()
    }

    /// Lets those go on whose turn it is: first those whose account has nothing, each in their order, but for those
    /// whose account has its share already.
    private func pass() {
        let ready: [Waiter] = state.withLock { state in
            var (ready, rest): ([Waiter], [Waiter]) = ([], [])
            var isFull = false
            let new = state.waiters.filter { Self.isNew($0.account, state) }
            let others = state.waiters.filter { !Self.isNew($0.account, state) }
            for waiter in new + others {
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
            state.waiters = rest.sorted { $0.number < $1.number }
            return ready
        }
        for waiter in ready { waiter.continuation.resume(returning: true) }
    }
}
