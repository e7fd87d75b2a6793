public import SealedMatchCrypto
public import SealedMatchProtocol

/// Where any number of openers get vouchers that clients sent: the seam between a collector's work queue and the
/// authority. The other way is `VoucherSource`, which one reader reads in order. (Docs/Protocol.md, "Open")
///
/// Nothing of it names an account: vouchers carry pseudonyms, and commitments are asked for by them.
///
/// The contract, which `QueueConformance` of SealedMatchTesting runs against an implementation:
///
/// - *Complete.* A voucher whose storing was acknowledged is leased until its lease is acknowledged, or moved. The end
///   of any process, at any moment, loses none. It may be leased again after it was acknowledged, and stored twice:
///   readers count by account, epoch and voucher ID.
/// - *Shared.* What is leased is not leased again until the lease ends: by `release`, or by time. So openers that work
///   at once do different work.
/// - *Parts.* What waits for a set's key, and what was set aside, is kept apart, and is in no new lease.
/// - *Believed.* A name is missing from `commitments(of:)` only if it is certain that it is not registered: the reader
///   drops its vouchers.
/// - *Checked.* What is leased is what was stored, byte for byte; what was damaged says so.
///
/// An opener has nothing else to do, so the functions block. They may be called from any thread.
public protocol VoucherQueue: CommitmentSource {
    /// Which deployment's queue this is: 32 bytes, the same for as long as it lives.
    /// - Throws: `fileFailed`, `damagedStore`.
    func identity() throws(SealedMatchError) -> StoreIdentity

    /// Leases vouchers.
    /// - Parameters:
    ///   - limit: vouchers, about: what was stored together is leased together.
    ///   - seconds: how long to wait for the first one, if there is none.
    /// - Returns: none if nothing came.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    func lease(
        _ part: VoucherQueuePart, limit: Int, waiting seconds: Double
    ) throws(SealedMatchError) -> [VoucherLease]

    /// The reader has all that it needs of these leases, durably: the queue forgets them.
    /// - Throws: `fileFailed`, `interrupted`; then they may be leased again.
    func acknowledge(_ leases: [VoucherLease]) throws(SealedMatchError)

    /// Ends leases: somebody gets them soon.
    /// - Throws: `fileFailed`, `interrupted`; then they end by time.
    func release(_ leases: [VoucherLease]) throws(SealedMatchError)

    /// Keeps vouchers of sets whose key is not here, in the part of their set, durably when it returns. Their leases
    /// are to be acknowledged after that.
    /// - Throws: `fileFailed`, `interrupted`.
    func park(_ vouchers: [SealedVoucher]) throws(SealedMatchError)

    /// Moves a lease to where nobody gets it, until an operator decides: it is damaged, or its openers end.
    /// - Throws: `fileFailed`, `interrupted`.
    func setAside(_ lease: VoucherLease) throws(SealedMatchError)

    /// How often something may be leased before it is to be set aside.
    var maximumDeliveries: Int { get }

    /// The commitments that are registered with these names. A name that is missing is not registered, or its epoch has
    /// expired.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    func commitments(of names: Set<AccountEpoch>) throws(SealedMatchError) -> [AccountEpoch: Commitment]
}

/// A part of a queue.
public enum VoucherQueuePart: Hashable, Sendable {
    /// What clients sent.
    case new
    /// What waits for the key of the set with this root.
    case waiting(SetRoot)
}

/// Vouchers that a reader has for a while.
public struct VoucherLease: Sendable {
    /// In the order in which they came. Positions are greater than 0, and no other voucher's.
    public let vouchers: [StoredVoucher]
    /// Where the first of them is, also where it is damaged; greater than 0.
    public let position: Int64
    /// How often they were leased, this time too.
    public let deliveries: Int
    /// What is wrong with it; then there are no vouchers.
    public let damage: SealedMatchError?
    /// What the queue knows the lease by.
    public let token: String
    /// What was stored, for a queue that moves it.
    public let bytes: [UInt8]

    /// The fields, each as its property says.
    public init(
        vouchers: [StoredVoucher], position: Int64, deliveries: Int, damage: SealedMatchError? = nil, token: String,
        bytes: [UInt8] = []
    ) {
        self.vouchers = vouchers
        self.position = position
        self.deliveries = deliveries
        self.damage = damage
        self.token = token
        self.bytes = bytes
    }
}
