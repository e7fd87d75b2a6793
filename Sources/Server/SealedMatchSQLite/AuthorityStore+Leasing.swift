public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings

/// Leases of this object, in memory: two processes that reveal from one file do not see each other's. Whatever is
/// revealed is listed once more by a new process.
extension AuthorityStore: DueAccounts {
    /// Leases at most `limit` due accounts that nobody else has, those with few openings first. Looks at all accounts
    /// when those that it found due the last time are fewer than `limit`, and reports damage then.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func lease(_ limit: Int, for duration: Duration) throws(SealedMatchError) -> AccountLease {
        try leases.lease(limit, for: duration) { () throws(SealedMatchError) in try accounts() }
    }

    /// Begins the lease of one account anew.
    /// - Returns: false if it has ended, or if the account was finished or erased. It throws nothing.
    public func renew(
        _ name: AccountEpoch, of lease: AccountLease, for duration: Duration
    ) throws(SealedMatchError) -> Bool {
        leases.renew(name, of: lease, for: duration)
    }

    /// Ends the lease of one account that was decided. It throws nothing.
    /// - Parameter isListed: its reveal went where it belongs.
    public func finish(_ name: AccountEpoch, of lease: AccountLease, isListed: Bool) throws(SealedMatchError) {
        leases.finish(name, of: lease, isListed: isListed)
    }

    /// Gives back what is not finished. It throws nothing.
    public func giveBack(_ lease: AccountLease) throws(SealedMatchError) { leases.giveBack(lease) }
}
