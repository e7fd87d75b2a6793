public import SealedMatchCrypto
public import SealedMatchProtocol

/// Where an authority reads what clients sent: the seam between a collector's store and the opener. The authority needs
/// no more of a collector than this. (Docs/Protocol.md, "Open")
///
/// Nothing of it names an account: vouchers carry pseudonyms, and commitments are asked for by them.
///
/// The contract, which `SourceConformance` of SealedMatchTesting runs against an implementation:
///
/// - *Order.* Each voucher has a position: 1 or more, greater than those of all vouchers that were stored before it,
///   never used twice, not even after an expiry. A page is in ascending order. A voucher whose storing was acknowledged
///   before a page was asked for, and whose position is after the page's start, is in it or after its end.
/// - *Complete.* Every voucher that was stored is given again to whoever asks again, until it is acknowledged or its
///   epoch expires. The reader remembers how far it is (`SourceCursor`).
/// - *Identity.* A store that was made anew has another `identity`. One that was restored from a backup has the old
///   one, but an earlier `end`, or, once it was used again, it is not as a cursor knows it (`isAsRead`), whatever of it
///   was acknowledged, erased or expired.
/// - *One reader's.* What was acknowledged is gone for every other reader, and for the same one once it was restored
///   from an older backup: `forgotten` tells.
/// - *Checked.* What a page gives is what was stored, byte for byte; a voucher that was damaged is reported in its
///   place, once a page, and left where it is.
///
/// One reader uses a source at a time and has nothing else to do, so the functions block. A work queue implements the
/// seam with its stream's sequence numbers.
public protocol VoucherSource: CommitmentSource {
    /// Which store this is: 32 bytes, the same for as long as the store lives.
    /// - Throws: `fileFailed`, `damagedStore`.
    func identity() throws(SealedMatchError) -> StoreIdentity

    /// The greatest position that was ever used; 0 before the first voucher.
    func end() throws(SealedMatchError) -> Int64

    /// What a cursor at this position keeps, to know the source again: of the voucher there, also once its bytes are
    /// forgotten, and of when it was stored. nil if the source can say nothing of the position.
    func mark(at position: Int64) throws(SealedMatchError) -> Bytes32?

    /// Whether the source up to a cursor's position is the one that was read, and no older copy that was used again. A
    /// source that cannot tell says no: then it is read again, which records nothing twice. Without an implementation
    /// of its own: whether the mark is still the same.
    func isAsRead(_ cursor: SourceCursor) throws(SealedMatchError) -> Bool

    /// At most `limit` vouchers after a position (0 for the first).
    /// - Throws: `fileFailed`, `damagedStore` for a store that cannot be read at all; `interrupted`.
    func vouchers(after position: Int64, limit: Int) throws(SealedMatchError) -> VoucherPage

    /// The vouchers at these positions that still have their bytes, in ascending order.
    func vouchers(at positions: [Int64]) throws(SealedMatchError) -> VoucherPage

    /// The reader has all that it needs of these vouchers, durably: the source may forget their bytes, and keeps what
    /// tells a retry from a conflict. Again, or for a position that is not there, it changes nothing.
    /// - Returns: how many had bytes to forget.
    @discardableResult
    func acknowledge(_ positions: [Int64]) throws(SealedMatchError) -> Int

    /// How many vouchers after a position the source has forgotten because a reader acknowledged them. Those of
    /// expired epochs do not count.
    func forgotten(after position: Int64) throws(SealedMatchError) -> Int
}

extension VoucherSource {
    /// Whether the mark at the cursor's position is the cursor's.
    public func isAsRead(_ cursor: SourceCursor) throws(SealedMatchError) -> Bool {
        try mark(at: cursor.position) == cursor.mark
    }
}

/// A voucher with its place in the order of arrival.
public struct StoredVoucher: Equatable, Sendable {
    /// Ascending, never used twice.
    public let position: Int64
    /// As it was stored, byte for byte.
    public let voucher: SealedVoucher

    /// The fields, each as its property says.
    public init(position: Int64, voucher: SealedVoucher) {
        self.position = position
        self.voucher = voucher
    }
}

/// Part of a source's vouchers, in the order of arrival.
public struct VoucherPage: Sendable {
    /// In ascending order of their positions.
    public let vouchers: [StoredVoucher]
    /// Rows that were skipped. They stay in the store.
    public let damaged: [DamagedRow]
    /// Where the next page begins after; equal to the argument when there was nothing more.
    public let last: Int64

    /// The fields, each as its property says.
    public init(vouchers: [StoredVoucher], damaged: [DamagedRow], last: Int64) {
        self.vouchers = vouchers
        self.damaged = damaged
        self.last = last
    }
}
