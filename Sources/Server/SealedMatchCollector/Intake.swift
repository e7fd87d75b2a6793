public import SealedMatchCrypto
public import SealedMatchProtocol

/// What became of something that an intake accepted. In both cases it is durable.
public enum IntakeOutcome: Equatable, Sendable {
    case stored
    /// The same bytes were there already: a retry.
    case alreadyStored
}

/// Where a collector keeps what clients send: the seam between the front that has authenticated a caller and the store.
/// (Docs/Protocol.md, "Collector")
///
/// The contract, which `IntakeConformance` of SealedMatchTesting runs against an implementation:
///
/// - *Durable.* When a call returns, what it accepted survives the end of the process and of the machine.
/// - *Idempotent.* The same registration or voucher again is `alreadyStored`, at any later time, also after the
///   voucher's bytes were forgotten.
/// - *One winner.* Of different registrations for one account and epoch, of one pseudonym for several accounts, or of
///   different vouchers of one ID, sent at once by any number of processes, exactly one is stored; the others are
///   conflicts.
/// - *One name.* An account has exactly one pseudonym in an epoch, and a pseudonym exactly one account. Vouchers are
///   taken under the caller's own pseudonym only.
/// - *Blind.* A reply depends on length, form, registration and amount only, never on what is inside a voucher.
/// - *Signed.* Where the policy has `identities`, the first signature that verifies replaces one that does not, or
///   none, in the transaction that compares; one that verifies stays. The answer is `alreadyStored`.
/// - *Whole.* A refused request changes nothing. A refused voucher of a batch does not touch the others.
/// - *Forgotten.* What expired or was erased is gone, in all of the store's files.
/// - *Hostile input.* Any bytes may arrive. No time of arrival is kept, but by a work queue (Docs/Protocol.md, 4.11).
///
/// Many callers use an intake at a time, so its functions may suspend. A store that blocks may implement them without
/// `async`; its callers then see to the threads.
public protocol Intake: Sendable {
    /// Registers an account's pseudonym and commitment of an epoch.
    /// - Parameter account: whom the caller has authenticated.
    /// - Throws: `authenticationFailed` when the registration names another account; `invalidSignature` when the policy
    ///   asks for the account's own; `epochInPast`; `commitmentConflict` when the account has registered another
    ///   pseudonym or commitment; `pseudonymConflict` when the pseudonym is another account's; `epochTooFar`,
    ///   `epochInPast` by the policy's epochs, for new ones alone; `quotaExceeded`; `fileFailed`, `damagedStore`.
    func register(
        _ registration: Registration, authenticatedAs account: AccountID
    ) async throws(SealedMatchError) -> IntakeOutcome

    /// Stores vouchers of one account. When this returns, all that were accepted are durable.
    /// - Returns: as many outcomes as vouchers, in their order. A refusal is `wrongLength`, `invalidMagic` or
    ///   `parameterOutOfRange` for what is no voucher; `authenticationFailed` when its pseudonym is another account's;
    ///   `epochInPast`, `notRegistered`, `voucherConflict` for the same ID with other bytes, `invalidSignature` when
    ///   the policy asks for a signature that the registration has not, `unknownSet`, `setMismatch`, `quotaExceeded`.
    /// - Throws: `fileFailed`, `damagedStore`; then nothing was stored.
    func store(
        all vouchers: [[UInt8]], authenticatedAs account: AccountID
    ) async throws(SealedMatchError) -> [Result<IntakeOutcome, SealedMatchError>]

    /// Forgets everything of epochs before `epoch`, and refuses them from now on. It cannot be turned back; an earlier
    /// epoch than before changes nothing.
    /// - Returns: how many registrations and vouchers were forgotten.
    @discardableResult
    func expire(before epoch: UInt32) async throws(SealedMatchError) -> ExpiredCounts

    /// Forgets everything of one account, of all epochs, in one transaction. The account may come again, as a new one.
    /// - Returns: what it was registered as, so that an authority can forget its openings (`OpeningStore.erase`). Keep
    ///   it until that is done: nothing here finds it again.
    /// - Throws: `fileFailed`, `damagedStore`; then nothing was forgotten.
    func erase(_ account: AccountID) async throws(SealedMatchError) -> [AccountEpoch]
}

/// What an expiry forgot.
public struct ExpiredCounts: Equatable, Sendable {
    /// Registrations, one an account and epoch.
    public let registrations: Int
    /// Vouchers, also those whose bytes were forgotten before.
    public let vouchers: Int

    /// The fields, each as its property says.
    public init(registrations: Int, vouchers: Int) {
        self.registrations = registrations
        self.vouchers = vouchers
    }
}
