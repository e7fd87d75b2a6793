package import SealedMatchCollector
package import SealedMatchCrypto
internal import Synchronization

/// Leases of a store that one process uses, in memory. What was listed is forgotten with the process: every revealed
/// account is then listed once more.
package final class LeaseTable: Sendable {
    private struct Holding {
        let token: Bytes32
        var end: ContinuousClock.Instant
    }
    private struct State {
        var holdings: [AccountEpoch: Holding] = [:]
        /// Kept openings of revealed accounts when they were last listed.
        var listed: [AccountEpoch: Int] = [:]
    }
    private let state = Mutex(State())

    /// Nothing is leased.
    package init() {}

    /// `DueAccounts.lease`, of all accounts of the store.
    package func lease(
        _ limit: Int, for duration: Duration, of list: AccountList
    ) throws(SealedMatchError) -> AccountLease {
        var random = SystemRandom()
        let token = try random.bytes32()
        let now = ContinuousClock.now
        let accounts = state.withLock { state in
            state.holdings = state.holdings.filter { $0.value.end > now }
            let due = list.accounts.filter { account in
                let openings = account.openings + account.quarantined
                let isDue =
                    account.isRevealed
                    ? state.listed[account.name] != openings : account.forms.contains(where: \.isDue)
                return isDue && state.holdings[account.name] == nil
            }
            let leased = due.sorted { $0.openings < $1.openings }.prefix(max(0, limit))
            for account in leased { state.holdings[account.name] = Holding(token: token, end: now + duration) }
            return Array(leased)
        }
        return AccountLease(token: token, accounts: accounts, damaged: list.damaged)
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

    /// `DueAccounts.giveBack`.
    package func giveBack(_ lease: AccountLease) {
        state.withLock { state in state.holdings = state.holdings.filter { $0.value.token != lease.token } }
    }

    /// Accounts that were forgotten begin anew.
    package func forget(_ isForgotten: (AccountEpoch) -> Bool) {
        state.withLock { state in
            state.holdings = state.holdings.filter { !isForgotten($0.key) }
            state.listed = state.listed.filter { !isForgotten($0.key) }
        }
    }
}
