public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol

/// A voucher as the authority keeps it: with those of its openings that are kept.
public struct KeptVoucher: Equatable, Sendable {
    /// t and k of its form.
    public let form: OpeningForm
    /// Its place among the vouchers of its account-epoch and form, from 0, in the order of recording.
    public let place: Int
    /// The voucher's public header.
    public let header: VoucherHeader
    /// 44 + 4k + P bytes.
    public let body: [UInt8]
    /// In the order of slots.
    public let openings: [KeptSlot]

    /// The fields, each as its property says.
    public init(form: OpeningForm, place: Int, header: VoucherHeader, body: [UInt8], openings: [KeptSlot]) {
        self.form = form
        self.place = place
        self.header = header
        self.body = body
        self.openings = openings
    }
}

/// One opening of a voucher.
public struct KeptSlot: Equatable, Sendable {
    /// From 0.
    public let slot: Int
    /// rkey', what the slot opened to.
    public let key: Bytes32
    /// Beyond the account's cap.
    public let quarantined: Bool
    /// One of the t that fix a revealed account's polynomials.
    public let isOfBasis: Bool

    /// The fields, each as its property says.
    public init(slot: Int, key: Bytes32, quarantined: Bool, isOfBasis: Bool) {
        self.slot = slot
        self.key = key
        self.quarantined = quarantined
        self.isOfBasis = isOfBasis
    }
}

/// Part of the vouchers of an account-epoch and form.
public struct KeptVoucherPage: Sendable {
    /// In the order of recording.
    public let vouchers: [KeptVoucher]
    /// Rows that were skipped; one of a voucher takes its openings with it.
    public let damaged: [DamagedRow]
    /// The place after which the next page begins; nil after the last one.
    public let next: Int?

    /// The fields, each as its property says.
    public init(vouchers: [KeptVoucher], damaged: [DamagedRow], next: Int?) {
        self.vouchers = vouchers
        self.damaged = damaged
        self.next = next
    }
}
