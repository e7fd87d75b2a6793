public import SealedMatchCollector
public import SealedMatchCrypto

/// Which accounts a revealer has something to decide on, divided among any number of revealers: a seam beside
/// `OpeningStore`, for services that reveal all the time. (Docs/Protocol.md, 4.11 and "Reveal")
///
/// An account is *due* when it is not revealed and one of its forms is (V ≥ t and C > C'), or when it is revealed and
/// has openings that came after those that were listed last. The contract, which `LeasesConformance` of
/// SealedMatchTesting runs against an implementation:
///
/// - *Never missed.* A due account is leased to somebody until its due-ness ends: by a verdict (`noteTry` of its
///   forms), or by `finish` once it is revealed and listed.
/// - *One at a time.* What is leased is leased to nobody else before the lease ends, is finished or given back. A
///   revealer that outlives its lease may decide at the same time as the next one: both come to the same, as reveals
///   and verdicts are idempotent. So give leases that are longer than a decision takes, and renew before each.
/// - *Leases end by themselves.* What a killed revealer had leased is leased again after the lease's time.
public protocol DueAccounts: Sendable {
    /// Leases at most `limit` due accounts that nobody else has, those with few openings first.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    func lease(_ limit: Int, for duration: Duration) throws(SealedMatchError) -> AccountLease

    /// Begins the lease of one account anew.
    /// - Returns: false if it has ended, and somebody else may have the account, or if it was finished or erased.
    func renew(_ name: AccountEpoch, of lease: AccountLease, for duration: Duration) throws(SealedMatchError) -> Bool

    /// Ends the lease of one account that was decided. Where the lease has ended before, nothing changes.
    /// - Parameter isListed: its reveal went where it belongs: it is due again when an opening comes in beyond those
    ///   that `lease` counted for it.
    func finish(_ name: AccountEpoch, of lease: AccountLease, isListed: Bool) throws(SealedMatchError)

    /// Gives back accounts and damaged rows of a lease that are not finished: others may lease them at once. `lease`
    /// may hold a part of what was leased.
    func giveBack(_ lease: AccountLease) throws(SealedMatchError)
}

/// Accounts that one revealer has to itself for a while.
public struct AccountLease: Sendable {
    /// 32 random bytes that name the lease.
    public let token: Bytes32
    /// As they were when they were leased, or when the store was looked at before; those with few openings first.
    public let accounts: [AccountState]
    /// Rows of accounts that cannot be read. A store reports each when it looks at it; where they are leased as well,
    /// once in a lease's time, or until they are given back.
    public let damaged: [DamagedRow]

    /// The fields, each as its property says.
    public init(token: Bytes32, accounts: [AccountState], damaged: [DamagedRow]) {
        self.token = token
        self.accounts = accounts
        self.damaged = damaged
    }

    /// Kept openings of an account when it was leased, quarantined ones too; 0 for one that it does not have.
    package func openings(of name: AccountEpoch) -> Int {
        accounts.first { $0.name == name }.map { $0.openings + $0.quarantined } ?? 0
    }
}
