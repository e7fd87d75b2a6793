public import SealedMatchProtocol
public import SealedMatchCrypto

/// Where a collector keeps what accounts are to be told: the seam between the operator's and the accounts' calls and
/// the store. (Docs/Protocol.md, "Notify")
///
/// The contract, which `NoticeConformance` of SealedMatchTesting runs against an implementation:
///
/// - *Against a token alone.* A notice is taken if and only if the order's token opens the registered commitment, as
///   for a name. No name is released by it, and no request for one is counted.
/// - *Idempotent.* The same order again is `alreadyStored`, and the day stays that of the first.
/// - *The account's own.* An account gets the notices of its own registrations, of all epochs, and nothing else.
/// - *Forgotten* with the registration: by expiry of its epoch, and by erasure of the account.
/// - *Bounded.* At most `Notice.maximumCount` of a registration.
public protocol NoticeBoard: Sendable {
    /// Keeps what an order says. When this returns, it is durable.
    /// - Parameter day: today, counted from 1970.
    /// - Throws: `epochInPast`, `notRegistered`, `tokenMismatch`; `quotaExceeded`; `fileFailed`, `damagedStore`: then
    ///   nothing was kept.
    func post(_ order: NoticeOrder, on day: UInt32) async throws(SealedMatchError) -> IntakeOutcome

    /// What an account is to be told, by epoch, then day, root and kind.
    /// - Throws: `fileFailed`, `damagedStore`.
    func notices(of account: AccountID) async throws(SealedMatchError) -> [Notice]
}

extension [Notice] {
    /// By epoch, then day, root and kind: the order depends on no store.
    package var inOrder: [Notice] {
        sorted { one, other in
            if one.epoch != other.epoch { return one.epoch < other.epoch }
            if one.day != other.day { return one.day < other.day }
            if one.root != other.root {
                return one.root.encoded.bytes.lexicographicallyPrecedes(other.root.encoded.bytes)
            }
            return one.kind.rawValue < other.kind.rawValue
        }
    }
}
