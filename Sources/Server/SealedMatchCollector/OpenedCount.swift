public import SealedMatchProtocol

/// How much was opened of one set while one epoch ran: what statistics in the log say, and custodians compare with
/// their journals. (Docs/Protocol.md, 4.16)
///
/// It counts what was done, not what there is: a voucher that is opened again is counted again, as custodians count it.
/// It says nothing of accounts or matches, and no erasure or expiry changes it.
public struct OpenedCount: Hashable, Sendable {
    /// The set.
    public let root: SetRoot
    /// The epoch that ran, by the opener's clock. It need not be that of the vouchers.
    public let epoch: UInt32
    /// Vouchers whose slots were all tried.
    public let vouchers: Int64
    /// Their slots.
    public let slots: Int64

    /// The fields, each as its property says.
    public init(root: SetRoot, epoch: UInt32, vouchers: Int64, slots: Int64) {
        self.root = root
        self.epoch = epoch
        self.vouchers = vouchers
        self.slots = slots
    }
}
