public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol

/// A store of openings that can be read wholly, in pages, and filled from another one: what moves a deployment from one
/// database to another. (Docs/Operating.md, "Moving to a cluster")
///
/// The contract, which `MovingConformance` of SealedMatchTesting runs against an implementation:
///
/// - *All of it.* The pages of `accounts` have every account-epoch once, those of `vouchers` every voucher of a form
///   with its openings, in the order of recording; a damaged row is reported once and hides no other.
/// - *Filled as it was.* What was taken is listed, decided and leased as in the store that it came from; numbers of
///   openings alone are drawn anew. What opens something is encrypted as the store encrypts it.
/// - *Once.* What is taken again changes nothing. An account-epoch counts what its state says as soon as `take` of the
///   state returns; whoever fills takes its vouchers before.
///
/// Nobody else uses a store that is being filled. Cursors are taken by `record`, sealed vouchers by `keepSealed`.
public protocol MovableOpenings: OpeningStore {
    /// Account-epochs, in an order of the store's own.
    /// - Parameter place: where the page before ended; nil for the first.
    /// - Throws: `damagedStore` for a store that cannot be read in order; `fileFailed`, `interrupted`.
    func accounts(after place: StorePlace?, limit: Int) throws(SealedMatchError) -> AccountPage

    /// Vouchers of one account, epoch and form with their openings, in the order of recording.
    /// - Parameter place: of the last voucher before the page; -1 for the first.
    /// - Throws: `damagedStore` for a store that cannot be read in order; `fileFailed`, `interrupted`.
    func vouchers(
        of name: AccountEpoch, _ form: OpeningForm, after place: Int, limit: Int
    ) throws(SealedMatchError) -> KeptVoucherPage

    /// How much there is, also of what belongs to nothing.
    func totals() throws(SealedMatchError) -> OpeningTotals

    /// Every source of which something is kept.
    func sources() throws(SealedMatchError) -> [StoreIdentity]

    /// Vouchers of a source that wait for a set's key, after a position, ascending.
    func waiting(
        in source: StoreIdentity, after position: Int64, limit: Int
    ) throws(SealedMatchError) -> [WaitingVoucher]

    /// Takes vouchers of one account and epoch, with their places and openings.
    func take(_ vouchers: [KeptVoucher], of name: AccountEpoch) throws(SealedMatchError)

    /// Takes the state of an account and epoch, and K_e (32 bytes) if it is revealed: after its vouchers.
    func take(_ account: AccountState, epochKey: borrowing SecretBytes?) throws(SealedMatchError)

    /// Takes counts of what was opened, in place of what it has of the same epochs and sets.
    func take(_ opened: [OpenedCount]) throws(SealedMatchError)

    /// Takes vouchers that wait for a set's key.
    func take(_ waiting: [WaitingVoucher], in source: StoreIdentity) throws(SealedMatchError)
}

/// A place in a walk over a store's accounts, which that store understands.
public struct StorePlace: Hashable, Sendable {
    package let bytes: [UInt8]
    package let number: Int64

    /// - Parameters:
    ///   - bytes: whatever the store finds the place by.
    ///   - number: the same.
    public init(bytes: [UInt8] = [], number: Int64) {
        self.bytes = bytes
        self.number = number
    }
}

/// Part of a store's account-epochs.
public struct AccountPage: Sendable {
    /// In the store's order.
    public let accounts: [AccountState]
    /// Rows that were skipped.
    public let damaged: [DamagedRow]
    /// Where the next page begins; nil after the last one.
    public let next: StorePlace?

    /// The fields, each as its property says.
    public init(accounts: [AccountState], damaged: [DamagedRow], next: StorePlace?) {
        self.accounts = accounts
        self.damaged = damaged
        self.next = next
    }
}

/// How much a store of openings holds.
public struct OpeningTotals: Equatable, Sendable {
    /// Account-epochs.
    public var accounts: Int
    /// Vouchers with an opening that is kept.
    public var vouchers: Int
    /// Their openings.
    public var openings: Int
    /// Sealed vouchers.
    public var sealed: Int

    /// The fields, each as its property says.
    public init(accounts: Int = 0, vouchers: Int = 0, openings: Int = 0, sealed: Int = 0) {
        self.accounts = accounts
        self.vouchers = vouchers
        self.openings = openings
        self.sealed = sealed
    }
}

/// A voucher that waits for the key of its set.
public struct WaitingVoucher: Equatable, Sendable {
    /// Its position in the source.
    public let position: Int64
    /// The set's root.
    public let root: SetRoot

    /// The fields, each as its property says.
    public init(position: Int64, root: SetRoot) {
        self.position = position
        self.root = root
    }
}
