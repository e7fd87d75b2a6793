public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

extension MemoryOpenings: MovableOpenings {
    /// Account-epochs, in the order of their pseudonyms.
    public func accounts(after place: StorePlace?, limit: Int) throws(SealedMatchError) -> AccountPage {
        let all = try accounts().accounts
        let first = Int(place?.number ?? 0)
        let end = min(all.count, first + max(1, limit))
        return AccountPage(
            accounts: Array(all[first..<end]), damaged: [],
            next: end < all.count ? StorePlace(number: Int64(end)) : nil)
    }

    /// Vouchers of one account, epoch and form with their openings, in the order of recording.
    public func vouchers(
        of name: AccountEpoch, _ form: OpeningForm, after place: Int, limit: Int
    ) throws(SealedMatchError) -> KeptVoucherPage {
        let kept = try openings(of: name, form)
        var order: [VoucherID] = []
        var slots: [VoucherID: [KeptOpening]] = [:]
        for opening in kept.openings {
            let id = opening.opening.header.voucherID
            if slots[id] == nil { order.append(id) }
            slots[id, default: []].append(opening)
        }
        let end = min(order.count, place + 1 + max(1, limit))
        let vouchers = (place + 1..<max(place + 1, end)).compactMap { index -> KeptVoucher? in
            let openings = slots[order[index]] ?? []
            return openings.first.map { first in
                KeptVoucher(
                    form: form, place: index, header: first.opening.header, body: first.opening.body,
                    openings: openings.map {
                        KeptSlot(
                            slot: $0.opening.slot, key: $0.opening.key, quarantined: $0.quarantined,
                            isOfBasis: kept.basis.contains($0.number))
                    })
            }
        }
        return KeptVoucherPage(vouchers: vouchers, damaged: [], next: end < order.count ? end - 1 : nil)
    }

    /// How much there is.
    public func totals() throws(SealedMatchError) -> OpeningTotals { stateTotals() }

    /// Every source of which something is kept.
    public func sources() throws(SealedMatchError) -> [StoreIdentity] { knownSources() }

    /// Vouchers of a source that wait for a set's key, after a position, ascending.
    public func waiting(
        in source: StoreIdentity, after position: Int64, limit: Int
    ) throws(SealedMatchError) -> [WaitingVoucher] {
        waitingVouchers(in: source).filter { $0.position > position }.prefix(max(0, limit)).map(\.self)
    }

    /// Takes counts of what was opened, in place of what it has of the same epochs and sets.
    public func take(_ opened: [OpenedCount]) throws(SealedMatchError) { put(opened) }

    /// Takes vouchers of one account and epoch, with their places and openings.
    /// - Throws: `wrongLength` for a voucher that is none.
    public func take(_ vouchers: [KeptVoucher], of name: AccountEpoch) throws(SealedMatchError) {
        for voucher in vouchers {
            var openings: [KeptOpening] = []
            var basis: Set<Int64> = []
            for slot in voucher.openings {
                let number = Int64.random(in: 1...Int64.max)
                let opening = try Opening(
                    header: voucher.header, slot: slot.slot, key: slot.key, body: voucher.body)
                openings.append(KeptOpening(number: number, opening: opening, quarantined: slot.quarantined))
                if slot.isOfBasis { basis.insert(number) }
            }
            add(openings, basis, voucher.form, voucher.header.voucherID, to: name)
        }
    }

    /// Takes the state of an account and epoch, and K_e if it is revealed, in ordinary memory.
    public func take(_ account: AccountState, epochKey: borrowing SecretBytes?) throws(SealedMatchError) {
        switch epochKey {
        case .some(let secret): set(account, epochKey: unsafe secret.withBytes { unsafe [UInt8]($0) })
        case .none: set(account, epochKey: nil)
        }
    }

    /// Takes vouchers that wait for a set's key.
    public func take(_ waiting: [WaitingVoucher], in source: StoreIdentity) throws(SealedMatchError) {
        add(waiting, in: source)
    }
}
