internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol

/// What a page of opened vouchers changes, worked out in memory under locks on the page's accounts.
struct RecordedPage {
    typealias Key = PostgreSQLOpenings.VoucherKey

    /// An account as it was, and as it becomes.
    struct Account {
        var kept: Int
        var quarantined: Int
        var commitment: Commitment?
        let isRevealed: Bool
        /// Openings when it was last listed.
        let listed: Int
        var forms: [OpeningForm: PostgreSQLOpenings.Form]
        var isChanged = false

        /// Whether a revealer has something to look at: openings that were not listed of a revealed one, or a form
        /// that is due.
        var isDue: Bool {
            isRevealed ? kept + quarantined > listed : forms.values.contains { $0.count.isDue }
        }
    }

    struct NewVoucher {
        let voucher: OpenedVoucher
        let name: AccountEpoch
        let place: Int
        /// The first ones of its openings, which are kept.
        let openings: ArraySlice<Opening>
        /// So many of these count.
        let counting: Int
    }

    private(set) var accounts: [AccountEpoch: Account]
    /// The openings that are kept of vouchers that were recorded before, or earlier in the page.
    private var recorded: [Key: [Opening]]
    private(set) var vouchers: [NewVoucher] = []
    private(set) var changedForms: Set<FormKey> = []

    struct FormKey: Hashable {
        let name: AccountEpoch
        let form: OpeningForm
    }

    init(accounts: [AccountEpoch: Account], recorded: [Key: [Opening]]) {
        self.accounts = accounts
        self.recorded = recorded
    }

    /// - Returns: whether every opening is kept.
    mutating func add(_ voucher: OpenedVoucher, _ commitment: Commitment?) throws(SealedMatchError) -> Bool {
        let header = voucher.header
        let name = AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch)
        guard var account = accounts[name] else {
            throw SealedMatchError(.damagedStore, "an account could not be recorded")
        }
        defer { accounts[name] = account }
        if account.commitment == nil, let commitment {
            account.commitment = commitment
            account.isChanged = true
        }
        let key = Key(id: header.voucherID, name: name)
        if let known = recorded[key] {
            // Whatever it is now: what was recorded stays.
            return voucher.openings.allSatisfy(known.contains)
        }
        // The first openings count, the next are quarantined, the rest is not kept.
        let counting = min(voucher.openings.count, max(0, OpeningCaps.counted - account.kept))
        let keeping = min(
            voucher.openings.count - counting, max(0, OpeningCaps.quarantined - account.quarantined))
        guard counting + keeping > 0 else { return false }
        let form = OpeningForm(threshold: voucher.threshold, polynomials: header.polynomials)
        let before = account.forms[form]
        let kept = voucher.openings.prefix(counting + keeping)
        vouchers.append(
            NewVoucher(
                voucher: voucher, name: name, place: before?.places ?? 0, openings: kept, counting: counting))
        recorded[key] = Array(kept)
        account.kept += counting
        account.quarantined += keeping
        account.isChanged = true
        account.forms[form] = PostgreSQLOpenings.Form(
            count: FormCount(
                form: form, vouchers: (before?.count.vouchers ?? 0) + (counting > 0 ? 1 : 0),
                openings: (before?.count.openings ?? 0) + counting, tried: before?.count.tried ?? 0),
            places: (before?.places ?? 0) + 1)
        changedForms.insert(FormKey(name: name, form: form))
        return kept.count == voucher.openings.count
    }
}
