package import SealedMatchCollector
package import SealedMatchCrypto
internal import Synchronization

/// Leases of a store that one process uses, in memory. What was listed is forgotten with the process: every revealed
/// account is then listed once more.
///
/// A listing of the store looks at all its accounts. So what it finds due stands in a queue, and one listing serves
/// lease after lease, until fewer accounts are left than are asked for.
package final class LeaseTable: Sendable {
    private struct Holding {
        let token: Bytes32
        var end: ContinuousClock.Instant
    }
    private struct State {
        var holdings: [AccountEpoch: Holding] = [:]
        /// Kept openings of revealed accounts when they were last listed.
        var listed: [AccountEpoch: Int] = [:]
        /// Due when the store was last looked at, and leased to nobody since; those with many openings first.
        var queue: [AccountState] = []

        func isDue(_ account: AccountState) -> Bool {
            let openings = account.openings + account.quarantined
            return account.isRevealed
                ? listed[account.name] != openings : account.forms.contains(where: \.isDue)
        }
    }
    private let state = Mutex(State())

    /// Nothing is leased.
    package init() {}

    /// `DueAccounts.lease`.
    /// - Parameter list: all accounts of the store. Asked for only when the queue does not serve this lease; damage is
    ///   reported by leases that ask for it.
    package func lease(
        _ limit: Int, for duration: Duration, of list: () throws(SealedMatchError) -> AccountList
    ) throws(SealedMatchError) -> AccountLease {
        var random = SystemRandom()
        let token = try random.bytes32()
        if limit > 0, let accounts = take(limit, token, duration, isLast: false) {
            return AccountLease(token: token, accounts: accounts, damaged: [])
        }
        let list = try list()
        state.withLock { state in
            state.queue = list.accounts.filter(state.isDue).sorted { $0.openings < $1.openings }.reversed()
        }
        let accounts = take(max(0, limit), token, duration, isLast: true)
        return AccountLease(token: token, accounts: accounts ?? [], damaged: list.damaged)
    }

    /// Takes accounts from the queue.
    /// - Returns: nil if it has fewer than `limit` and this is not the last try. They are lost to the queue then: what
    ///   is still due is in the next one.
    private func take(_ limit: Int, _ token: Bytes32, _ duration: Duration, isLast: Bool) -> [AccountState]? {
        let now = ContinuousClock.now
        return state.withLock { state in
            state.holdings = state.holdings.filter { $0.value.end > now }
            var leased: [AccountState] = []
            while leased.count < limit, let account = state.queue.popLast() {
                // It may have been leased and finished since the store was looked at.
                if state.isDue(account), state.holdings[account.name] == nil { leased.append(account) }
            }
            guard isLast || leased.count == limit else { return nil }
            for account in leased { state.holdings[account.name] = Holding(token: token, end: now + duration) }
            return leased
        }
    }

    /// `DueAccounts.renew`.
    package func renew(_ name: AccountEpoch, of lease: AccountLease, for duration: Duration) -> Bool {
        state.withLock { state in
            let now = ContinuousClock.now
            guard let holding = state.holdings[name], holding.token == lease.token, holding.end > now else {
                return false
            }
            state.holdings[name]?.end = now + duration
            return true
        }
    }

    /// `DueAccounts.finish`.
    package func finish(_ name: AccountEpoch, of lease: AccountLease, isListed: Bool) {
        state.withLock { state in
            guard let holding = state.holdings[name], holding.token == lease.token else { return }
            state.holdings[name] = nil
            if isListed { state.listed[name] = lease.openings(of: name) }
        }
    }

    /// `DueAccounts.giveBack`. The next lease looks at the store anew.
    package func giveBack(_ lease: AccountLease) {
        state.withLock { state in
            for account in lease.accounts where state.holdings[account.name]?.token == lease.token {
                state.holdings[account.name] = nil
            }
            state.queue = []
        }
    }

    /// Accounts that were forgotten begin anew.
    package func forget(_ isForgotten: (AccountEpoch) -> Bool) {
        state.withLock { state in
            state.holdings = state.holdings.filter { !isForgotten($0.key) }
            state.listed = state.listed.filter { !isForgotten($0.key) }
            state.queue = state.queue.filter { !isForgotten($0.name) }
        }
    }
}
