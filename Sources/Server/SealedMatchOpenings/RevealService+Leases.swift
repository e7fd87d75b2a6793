public import SealedMatchCollector
public import SealedMatchCrypto

/// What `RevealService.revealDue` did.
public struct RevealRun: Sendable {
    /// Accounts that were decided and handed over.
    public var decided = 0
    /// Why others were decided and not handed over: they are due again when their leases end.
    public var undelivered: [SealedMatchError] = []
    /// Rows of accounts that could not be read.
    public var damaged: [DamagedRow] = []

    /// Nothing yet.
    public init() {}
}

extension RevealService where Store: DueAccounts {
    /// Decides every account that is due and that no other revealer has: the round of a service that runs all the time,
    /// on any number of machines. The accounts that it finds are those of `revealReady`, except that a revealed account
    /// is listed anew only once an opening came in.
    ///
    /// An account's lease ends when `deliver` has returned: a process that is killed before has decided, but not
    /// delivered, and the next one does it again. What could not be decided (`notRegistered`, `commitmentConflict`,
    /// `damagedStore`) stays leased, and is due again when the lease ends.
    ///
    /// A round comes to its end whatever is in the store: it tries what stays due once, also when a lease ends before
    /// the round does, reports each damaged row once, and ends when the store has twice given less than a batch. What
    /// comes in meanwhile and is not reached is the next round's.
    /// - Parameters:
    ///   - batch: accounts that are leased at a time.
    ///   - duration: how long a lease lasts from the beginning of an account's decision, of which the slowest takes
    ///     minutes.
    ///   - proceed: asked before each account; false gives back what was leased, and ends early.
    ///   - deliver: does what the decision asks for, durably: writes a case file. It may get the same one again. What
    ///     it throws is in the run; the account stays leased.
    /// - Throws: when a store cannot be read; `interrupted`. One account's damage is its own result.
    public func revealDue(
        batch: Int = 16, lease duration: Duration = .seconds(900), proceed: () -> Bool = { true },
        deliver: (RevealDecision) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) -> RevealRun {
        var run = RevealRun()
        var progress = RoundProgress(batch: max(1, batch))
        while !progress.isAtEnd {
            let lease = try store.lease(max(1, batch), for: duration)
            run.damaged += progress.begin(lease)
            for state in lease.accounts where !progress.wasTried(state.name) {
                guard proceed() else {
                    try store.giveBack(lease)
                    throw SealedMatchError(.interrupted, "interrupted; run it again to go on")
                }
                // Decided in the meantime, or too late for us: somebody else has it.
                guard try store.renew(state.name, of: lease, for: duration) else { continue }
                let decision = try decide(state, force: false)
                progress.tried(state.name)
                if let decision {
                    do throws(SealedMatchError) {
                        try deliver(decision)
                    } catch {
                        // One account does not keep the others back, and is not tried at once again.
                        run.undelivered.append(error)
                        continue
                    }
                    run.decided += 1
                }
                guard isSettled(decision, of: state) else { continue }
                var isListed = false
                if case .success = decision?.result { isListed = true }
                try store.finish(state.name, of: lease, isListed: isListed)
                progress.settled(state.name)
            }
        }
        // The next round reports them again.
        for lease in progress.damagedLeases { try store.giveBack(lease) }
        return run
    }

    /// Whether an account is due no more after this decision.
    private func isSettled(_ decision: RevealDecision?, of state: AccountState) -> Bool {
        switch decision?.result {
        case .success: true
        // Nothing came in since the last try.
        case nil: !state.isRevealed
        // A revealed account that cannot be listed stays due, as does what ended in no verdict.
        case .failure(let error): !state.isRevealed && Self.rank(error.code) != nil
        }
    }
}

/// What a round has seen, so that it ends.
private struct RoundProgress {
    let batch: Int
    /// Accounts that were tried and stay due: they are leased again when their leases end.
    private var held: Set<AccountEpoch> = []
    private var damaged: Set<Int64> = []
    /// Leases with damage, without their accounts.
    private(set) var damagedLeases: [AccountLease] = []
    /// Leases that were less than a batch.
    private var partial = 0
    /// Leases, one after the other, that led to nothing.
    private var idle = 0

    init(batch: Int) { self.batch = batch }

    /// What is held fills so many leases when all of it comes again, one more than it fills with whatever is next.
    var isAtEnd: Bool { partial >= 2 || idle > held.count / batch + 1 }

    /// - Returns: the rows that were not reported yet.
    mutating func begin(_ lease: AccountLease) -> [DamagedRow] {
        let new = lease.damaged.filter { damaged.insert($0.row).inserted }
        if !lease.damaged.isEmpty {
            damagedLeases.append(AccountLease(token: lease.token, accounts: [], damaged: lease.damaged))
        }
        if lease.accounts.count + new.count < batch { partial += 1 }
        idle = new.isEmpty ? idle + 1 : 0
        return new
    }

    func wasTried(_ name: AccountEpoch) -> Bool { held.contains(name) }

    mutating func tried(_ name: AccountEpoch) {
        held.insert(name)
        idle = 0
    }

    mutating func settled(_ name: AccountEpoch) { held.remove(name) }
}
