public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol

/// What the authority keeps: the seam between opening and revealing on one side, and a database on the other.
/// (Docs/Protocol.md, 4.11, "Open" and "Reveal")
///
/// **A store of openings is as sensitive as α.** It tells which pseudonyms opened slots and how many, which shrinks
/// what chance openings hide to the printed curves; each opening's key opens a share if it is a match; above the
/// threshold it holds the keys that open payloads. Never where the collector can read it.
///
/// The contract, which `OpeningsConformance` of SealedMatchTesting runs against an implementation:
///
/// - *Durable and whole.* Each function is one transaction: when it returns, all of it is on disk; a process that is
///   killed leaves all or nothing of it. A page's openings and its cursor are one transaction.
/// - *Idempotent.* A voucher is recorded once, by pseudonym, epoch and voucher ID, with its openings: whatever else
///   comes under a voucher ID that is there changes no opening.
/// - *One body.* A voucher's header and body are kept once, whatever number of its slots opened.
/// - *Order within an account and epoch.* Its openings come back in the order in which their vouchers were recorded, by
///   slot within a voucher: of equal x the first counts, so nobody can take it back. There is no other order: of
///   accounts none, and numbers of openings say nothing. It would link an account's epochs (Docs/Security.md, 19).
/// - *Counted.* C counts an opening exactly if it is not quarantined, V a voucher exactly if C counts one of its
///   openings. The first `OpeningCaps.counted` of an account and epoch are not quarantined.
/// - *Counts of work.* What `record` was asked to count is added in its transaction, and stays.
/// - *First use decides.* The first commitment that is recorded or settled for an account and epoch stays.
/// - *Damage.* A row that no version wrote is reported and skipped, and left where it is; it never hides another row.
///
/// Everything is kept by account, so an implementation may be divided by account. The functions block.
public protocol OpeningStore: Sendable {
    /// The right to open into this store; it ends with the value or with its process.
    associatedtype Turn: Sendable

    // MARK: Record

    /// Takes the turn of opening into this store. One holder at a time, among all processes: two openers of one source
    /// would each do all the work.
    /// - Returns: nil while another holder has it.
    func takeTurn() throws(SealedMatchError) -> Turn?

    /// How far this store has read a source; nil if it never did.
    func cursor(in source: StoreIdentity) throws(SealedMatchError) -> SourceCursor?

    /// Records a page of opened vouchers and, if one is given, moves the cursor, in one transaction. Vouchers of an
    /// unknown set are kept as waiting, by their positions; those that opened wait no longer.
    /// - Parameter commitments: those registered for the page's accounts and epochs. One is kept with the account's
    ///   first opening, so that a reveal needs the source no more; one that was kept before stays.
    /// - Parameter epoch: the epoch that runs, in which the opened vouchers of the page are counted (`opened`); nil
    ///   counts none.
    /// - Returns: positions of vouchers of which an opening was not kept, because the account is beyond the caps.
    func record(
        _ vouchers: [PositionedVoucher], of source: StoreIdentity, cursor: SourceCursor?,
        commitments: [AccountEpoch: Commitment], during epoch: UInt32?
    ) throws(SealedMatchError) -> [Int64]

    /// How much was opened, by epoch and set, in the order of epochs and roots.
    func opened() throws(SealedMatchError) -> [OpenedCount]

    /// Keeps sealed vouchers as they came, for ever or until an operator decides otherwise: nothing that was sent is
    /// lost when the source forgets its bytes. Idempotent by source and position.
    func keepSealed(_ vouchers: [StoredVoucher], of source: StoreIdentity) throws(SealedMatchError)

    /// At most `limit` of the sealed vouchers that are kept of a source, after a position.
    func sealed(
        of source: StoreIdentity, after position: Int64, limit: Int
    ) throws(SealedMatchError) -> [StoredVoucher]

    /// Positions of vouchers that wait for the key of one of these sets, ascending; at most `limit`.
    func waiting(for roots: Set<SetRoot>, in source: StoreIdentity, limit: Int) throws(SealedMatchError) -> [Int64]

    /// Stops waiting for vouchers that were dealt with, or that the source no longer has.
    func stopWaiting(for positions: [Int64], in source: StoreIdentity) throws(SealedMatchError)

    // MARK: List

    /// All accounts and epochs with openings.
    func accounts() throws(SealedMatchError) -> AccountList

    /// One account and epoch; nil if nothing of it ever opened.
    /// - Throws: `damagedStore` when its row is damaged; `fileFailed`.
    func account(_ name: AccountEpoch) throws(SealedMatchError) -> AccountState?

    /// The openings of one account, epoch and form; none for a form that it does not have.
    func openings(of name: AccountEpoch, _ form: OpeningForm) throws(SealedMatchError) -> KeptOpenings

    // MARK: Decide

    /// Settles the commitment of an account and epoch that has openings: the first one stays, so that whoever can edit
    /// the collector's store cannot replace one that was tried.
    /// - Throws: `commitmentConflict` if it is not the one that was settled before; `damagedStore` if nothing of the
    ///   account ever opened.
    func settle(_ commitment: Commitment, of name: AccountEpoch) throws(SealedMatchError)

    /// A try of a form ended in a verdict with C = `openings`.
    func noteTry(of name: AccountEpoch, _ form: OpeningForm, openings: Int) throws(SealedMatchError)

    /// Keeps what a first reveal found: K_e, 32 bytes, and the numbers of t openings that fix the polynomials. It
    /// replaces what was kept of the account before.
    func keepReveal(
        of name: AccountEpoch, epochKey: borrowing SecretBytes, basis: [Int64]
    ) throws(SealedMatchError)

    /// K_e of a revealed account; nil if it is not revealed.
    /// - Throws: `damagedStore`, `outOfMemory`, `fileFailed`.
    func epochKey(of name: AccountEpoch) throws(SealedMatchError) -> SecretBytes?

    // MARK: Forget

    /// Forgets everything of these accounts and epochs: openings, sealed vouchers, commitments, K_e. What is recorded
    /// of one later counts from nothing. Names that are not there change nothing.
    func erase(_ names: [AccountEpoch]) throws(SealedMatchError)

    /// Forgets everything of epochs before `epoch`. No call that records refuses those epochs later: the source does.
    func expire(before epoch: UInt32) throws(SealedMatchError)
}

extension OpeningStore {
    /// Records a page that is not counted, and whose commitments are not known yet.
    public func record(
        _ vouchers: [PositionedVoucher], of source: StoreIdentity, cursor: SourceCursor?,
        commitments: [AccountEpoch: Commitment] = [:]
    ) throws(SealedMatchError) -> [Int64] {
        try record(vouchers, of: source, cursor: cursor, commitments: commitments, during: nil)
    }
}

/// The accounts of a store of openings.
public struct AccountList: Sendable {
    /// In no order that says when they came.
    public let accounts: [AccountState]
    /// Rows that were skipped.
    public let damaged: [DamagedRow]

    /// The fields, each as its property says.
    public init(accounts: [AccountState], damaged: [DamagedRow]) {
        self.accounts = accounts
        self.damaged = damaged
    }
}
