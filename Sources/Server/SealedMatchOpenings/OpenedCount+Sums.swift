package import SealedMatchCollector
internal import SealedMatchProtocol

extension OpenedCount {
    /// What a page adds, in the order of roots. Vouchers without a key, and those that do not fit their set, were not
    /// tried.
    package static func sums(of vouchers: [PositionedVoucher], during epoch: UInt32) -> [OpenedCount] {
        var slots: [SetRoot: (vouchers: Int64, slots: Int64)] = [:]
        for voucher in vouchers.map(\.voucher) where voucher.status == .opened {
            slots[voucher.header.setRoot, default: (0, 0)].vouchers += 1
            slots[voucher.header.setRoot, default: (0, 0)].slots += Int64(voucher.header.probes)
        }
        return sorted(
            slots.map { OpenedCount(root: $0, epoch: epoch, vouchers: $1.vouchers, slots: $1.slots) })
    }

    /// By epoch, then by root.
    package static func sorted(_ counts: [OpenedCount]) -> [OpenedCount] {
        counts.sorted { $0.epoch == $1.epoch ? $0.root.encoded < $1.root.encoded : $0.epoch < $1.epoch }
    }
}
