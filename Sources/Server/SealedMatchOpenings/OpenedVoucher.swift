public import SealedMatchProtocol

/// What became of one voucher at the authority. Nobody outside may learn it.
public struct OpenedVoucher: Sendable {
    /// Whether the voucher was opened, or why not.
    public enum Status: Sendable, Equatable {
        /// Every slot was tried. Any number of them opened, by match or by chance.
        case opened
        /// No key for this set (yet): the voucher waits.
        case unknownSet
        /// The voucher's M, k or P is not what its set fixes: a client that is not ours. It opens nothing.
        case setMismatch
    }
    /// The voucher's public header: pseudonym, epoch, set and form.
    public let header: VoucherHeader
    /// Whether it was opened.
    public let status: Status
    /// t of the voucher's set.
    public let threshold: Int
    /// What its slots opened to, in the order of the slots: all have the voucher's header and body. About M/N of them
    /// opened by chance.
    public let openings: [Opening]

    package init(header: VoucherHeader, status: Status, threshold: Int, openings: [Opening]) {
        self.header = header
        self.status = status
        self.threshold = threshold
        self.openings = openings
    }
}

/// An opened voucher with its place in the source that it came from.
public struct PositionedVoucher: Sendable {
    /// Its place in the source, from 1.
    public let position: Int64
    /// What became of it.
    public let voucher: OpenedVoucher

    /// The fields, each as its property says.
    public init(position: Int64, voucher: OpenedVoucher) {
        self.position = position
        self.voucher = voucher
    }
}
