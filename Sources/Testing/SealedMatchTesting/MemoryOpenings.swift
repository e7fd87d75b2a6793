public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
public import SealedMatchProtocol
internal import Synchronization

/// A store of openings in memory, for tests: by the contract of its seam, except that nothing survives the process, and
/// that K_e lies in ordinary memory.
public final class MemoryOpenings: OpeningStore, DueAccounts {
    private struct Account {
        // The openings of a voucher share its body.
        var openings: [(form: OpeningForm, kept: KeptOpening)] = []
        var vouchers: [VoucherID: [Opening]] = [:]
        var counts: [OpeningForm: (vouchers: Int, openings: Int, tried: Int)] = [:]
        var quarantined = 0
        var commitment: Commitment?
        var epochKey: [UInt8]?
        var basis: Set<Int64> = []
    }
    private struct Source {
        var cursor: SourceCursor?
        var waiting: [Int64: SetRoot] = [:]
        var sealed: [Int64: SealedVoucher] = [:]
    }
    private struct State {
        var accounts: [AccountEpoch: Account] = [:]
        var sources: [StoreIdentity: Source] = [:]
        var opened: [CountedSet: OpenedCount] = [:]
    }
    private struct CountedSet: Hashable {
        let root: SetRoot
        let epoch: UInt32

        init(_ count: OpenedCount) { (root, epoch) = (count.root, count.epoch) }
    }
    private let state = Mutex(State())
    private let isTaken = Mutex(false)
    private let leases = LeaseTable()

    // Openings of an account and epoch that count.
    private let counted: Int

    /// An empty store.
    public init() { counted = OpeningCaps.counted }

    /// An empty store with another cap.
    package init(counted: Int) { self.counted = counted }

    /// The turn, for as long as it lives.
    public final class Turn: Sendable {
        private let store: MemoryOpenings
        fileprivate init(_ store: MemoryOpenings) { self.store = store }
        deinit { store.isTaken.withLock { $0 = false } }
    }

    // MARK: Record

    /// The turn of opening into this store; nil while another holder has it.
    public func takeTurn() throws(SealedMatchError) -> Turn? {
        let isFree = isTaken.withLock { taken in
            defer { taken = true }
            return !taken
        }
        return isFree ? Turn(self) : nil
    }

    /// How far this store has read a source; nil if it never did.
    public func cursor(in source: StoreIdentity) throws(SealedMatchError) -> SourceCursor? {
        state.withLock { $0.sources[source]?.cursor }
    }

    /// Records a page of opened vouchers and moves the cursor, as `OpeningStore` says.
    /// - Returns: positions of vouchers of which an opening was not kept, because the account is beyond the caps.
    public func record(
        _ vouchers: [PositionedVoucher], of source: StoreIdentity, cursor: SourceCursor?,
        commitments: [AccountEpoch: Commitment], during epoch: UInt32?
    ) throws(SealedMatchError) -> [Int64] {
        state.withLock { state in
            for new in epoch.map({ OpenedCount.sums(of: vouchers, during: $0) }) ?? [] {
                let old = state.opened[CountedSet(new)]
                state.opened[CountedSet(new)] = OpenedCount(
                    root: new.root, epoch: new.epoch, vouchers: new.vouchers + (old?.vouchers ?? 0),
                    slots: new.slots + (old?.slots ?? 0))
            }
            var unkept: [Int64] = []
            for placed in vouchers {
                switch placed.voucher.status {
                case .setMismatch: break
                case .unknownSet:
                    state.sources[source, default: Source()].waiting[placed.position] = placed.voucher.header.setRoot
                case .opened:
                    state.sources[source]?.waiting[placed.position] = nil
                    if !insert(placed.voucher, commitments, &state) { unkept.append(placed.position) }
                }
            }
            if let cursor { state.sources[source, default: Source()].cursor = cursor }
            return unkept
        }
    }

    private func insert(
        _ voucher: OpenedVoucher, _ commitments: [AccountEpoch: Commitment], _ state: inout State
    ) -> Bool {
        guard !voucher.openings.isEmpty else { return true }
        let header = voucher.header
        let name = AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch)
        let form = OpeningForm(threshold: voucher.threshold, polynomials: header.polynomials)
        // Taken out while it changes, so that nothing is copied.
        var account = state.accounts.removeValue(forKey: name) ?? Account()
        defer { state.accounts[name] = account }
        account.commitment = account.commitment ?? commitments[name]
        var counts = account.counts[form] ?? (0, 0, 0)
        defer { account.counts[form] = counts }
        if let known = account.vouchers[header.voucherID] {
            // Whatever it is now: what was recorded stays.
            return voucher.openings.allSatisfy(known.contains)
        }
        // The first openings count, the next are quarantined, the rest is not kept.
        let counting = min(
            voucher.openings.count, counted - account.openings.count + account.quarantined)
        let keeping = min(voucher.openings.count - counting, OpeningCaps.quarantined - account.quarantined)
        for (index, opening) in voucher.openings.prefix(counting + keeping).enumerated() {
            // At random: a number says nothing of when it was given. Of 2^63 none comes twice.
            let number = Int64.random(in: 1...Int64.max)
            account.openings.append(
                (form, KeptOpening(number: number, opening: opening, quarantined: index >= counting)))
        }
        if counting + keeping > 0 {
            account.vouchers[header.voucherID] = Array(voucher.openings.prefix(counting + keeping))
        }
        account.quarantined += keeping
        counts.vouchers += counting > 0 ? 1 : 0
        counts.openings += counting
        return counting + keeping == voucher.openings.count
    }

    /// Keeps sealed vouchers as they came.
    public func keepSealed(_ vouchers: [StoredVoucher], of source: StoreIdentity) throws(SealedMatchError) {
        state.withLock { state in
            for voucher in vouchers {
                state.sources[source, default: Source()].sealed[voucher.position] = voucher.voucher
            }
        }
    }

    /// At most `limit` of the sealed vouchers that are kept of a source, behind a position, ascending.
    public func sealed(
        of source: StoreIdentity, after position: Int64, limit: Int
    ) throws(SealedMatchError) -> [StoredVoucher] {
        state.withLock { state in
            let kept = state.sources[source]?.sealed.filter { $0.key > position } ?? [:]
            return kept.sorted { $0.key < $1.key }.prefix(max(0, limit)).map {
                StoredVoucher(position: $0.key, voucher: $0.value)
            }
        }
    }

    /// Positions of at most `limit` vouchers that wait for the key of one of these sets, ascending.
    public func waiting(
        for roots: Set<SetRoot>, in source: StoreIdentity, limit: Int
    ) throws(SealedMatchError) -> [Int64] {
        state.withLock { state in
            let waiting = state.sources[source]?.waiting.filter { roots.contains($0.value) } ?? [:]
            return Array(waiting.keys.sorted().prefix(max(0, limit)))
        }
    }

    /// Stops waiting for vouchers that were dealt with, or that the source no longer has.
    public func stopWaiting(for positions: [Int64], in source: StoreIdentity) throws(SealedMatchError) {
        state.withLock { state in
            for position in positions { state.sources[source]?.waiting[position] = nil }
        }
    }

    // MARK: List

    /// All accounts and epochs with openings.
    public func accounts() throws(SealedMatchError) -> AccountList {
        state.withLock { state in
            let names = state.accounts.keys.sorted { a, b in
                let (first, second) = (a.pseudonym.encoded.bytes, b.pseudonym.encoded.bytes)
                return first == second ? a.epoch < b.epoch : first.lexicographicallyPrecedes(second)
            }
            return AccountList(accounts: names.compactMap { Self.account($0, state) }, damaged: [])
        }
    }

    /// One account and epoch; nil if nothing of it ever opened.
    public func account(_ name: AccountEpoch) throws(SealedMatchError) -> AccountState? {
        state.withLock { Self.account(name, $0) }
    }

    private static func account(_ name: AccountEpoch, _ state: State) -> AccountState? {
        state.accounts[name].map { account in
            AccountState(
                name: name,
                forms: account.counts.map {
                    FormCount(
                        form: $0.key, vouchers: $0.value.vouchers, openings: $0.value.openings, tried: $0.value.tried)
                },
                quarantined: account.quarantined, commitment: account.commitment,
                isRevealed: account.epochKey != nil)
        }
    }

    /// The openings of one account, epoch and form, in the order of opening; none for a form that it does not have.
    public func openings(of name: AccountEpoch, _ form: OpeningForm) throws(SealedMatchError) -> KeptOpenings {
        state.withLock { state in
            guard let account = state.accounts[name] else {
                return KeptOpenings(openings: [], counted: 0, basis: [], damaged: [])
            }
            let openings = account.openings.filter { $0.form == form }.map(\.kept)
            return KeptOpenings(
                openings: openings, counted: account.counts[form]?.openings ?? 0,
                basis: account.basis.intersection(openings.map(\.number)), damaged: [])
        }
    }

    // MARK: Decide

    private func change(
        _ name: AccountEpoch, _ body: (inout Account) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        try state.withLock { (state) throws(SealedMatchError) in
            guard var account = state.accounts[name] else {
                throw SealedMatchError(.damagedStore, "nothing of this account and epoch ever opened")
            }
            try body(&account)
            state.accounts[name] = account
        }
    }

    /// Settles the commitment of an account and epoch: the first one stays.
    /// - Throws: `commitmentConflict` if another one was settled; `damagedStore` if nothing of the account ever
    /// opened.
    public func settle(_ commitment: Commitment, of name: AccountEpoch) throws(SealedMatchError) {
        try change(name) { (account) throws(SealedMatchError) in
            guard account.commitment == nil || account.commitment == commitment else {
                throw SealedMatchError(
                    .commitmentConflict, "the registered commitment is not the one that was used before")
            }
            account.commitment = commitment
        }
    }

    /// Notes that a try of a form ended in a verdict with C = `openings`.
    /// - Throws: `damagedStore` if nothing of the account ever opened.
    public func noteTry(of name: AccountEpoch, _ form: OpeningForm, openings: Int) throws(SealedMatchError) {
        try change(name) { account in
            account.counts[form]?.tried = openings
        }
    }

    /// Keeps K_e, 32 bytes, in ordinary memory, and the numbers of t openings that fix the polynomials.
    /// - Throws: `damagedStore` if nothing of the account ever opened.
    public func keepReveal(
        of name: AccountEpoch, epochKey: borrowing SecretBytes, basis: [Int64]
    ) throws(SealedMatchError) {
        let key = unsafe epochKey.withBytes { unsafe [UInt8]($0) }
        try change(name) { account in
            account.epochKey = key
            account.basis = Set(basis)
        }
    }

    /// K_e of a revealed account; nil if it is not revealed.
    /// - Throws: `outOfMemory`.
    public func epochKey(of name: AccountEpoch) throws(SealedMatchError) -> SecretBytes? {
        guard let key = state.withLock({ $0.accounts[name]?.epochKey }) else { return nil }
        return try SecretBytes.copying(key)
    }

    // MARK: Lease

    /// Leases at most `limit` due accounts that nobody else has, those with few openings first.
    /// - Throws: `randomSourceFailed`.
    public func lease(_ limit: Int, for duration: Duration) throws(SealedMatchError) -> AccountLease {
        try leases.lease(limit, for: duration) { () throws(SealedMatchError) in try accounts() }
    }

    /// Begins the lease of one account anew.
    /// - Returns: false if it has ended, or if the account was finished or erased. It throws nothing.
    public func renew(
        _ name: AccountEpoch, of lease: AccountLease, for duration: Duration
    ) throws(SealedMatchError) -> Bool {
        leases.renew(name, of: lease, for: duration)
    }

    /// Ends the lease of one account that was decided. It throws nothing.
    public func finish(_ name: AccountEpoch, of lease: AccountLease, isListed: Bool) throws(SealedMatchError) {
        leases.finish(name, of: lease, isListed: isListed)
    }

    /// Gives back what is not finished. It throws nothing.
    public func giveBack(_ lease: AccountLease) throws(SealedMatchError) { leases.giveBack(lease) }

    // MARK: Forget

    /// Forgets everything of these accounts and epochs. It throws nothing.
    public func erase(_ names: [AccountEpoch]) throws(SealedMatchError) {
        let names = Set(names)
        forget { names.contains($0) }
    }

    /// Forgets everything of epochs before `epoch`. It throws nothing.
    public func expire(before epoch: UInt32) throws(SealedMatchError) { forget { $0.epoch < epoch } }

    private func forget(_ isForgotten: (AccountEpoch) -> Bool) {
        leases.forget(isForgotten)
        state.withLock { state in
            state.accounts = state.accounts.filter { !isForgotten($0.key) }
            for source in state.sources.keys {
                let left = state.sources[source]?.sealed.filter { place in
                    let header = place.value.header
                    return !isForgotten(AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch))
                }
                state.sources[source]?.sealed = left ?? [:]
            }
        }
    }

    /// How much was opened, by epoch and set, in the order of epochs and roots.
    public func opened() throws(SealedMatchError) -> [OpenedCount] {
        OpenedCount.sorted(state.withLock { Array($0.opened.values) })
    }

    // MARK: Move

    func put(_ opened: [OpenedCount]) {
        state.withLock { state in
            for count in opened { state.opened[CountedSet(count)] = count }
        }
    }

    func stateTotals() -> OpeningTotals {
        state.withLock { state in
            OpeningTotals(
                accounts: state.accounts.count, vouchers: state.accounts.values.reduce(0) { $0 + $1.vouchers.count },
                openings: state.accounts.values.reduce(0) { $0 + $1.openings.count },
                sealed: state.sources.values.reduce(0) { $0 + $1.sealed.count })
        }
    }

    func knownSources() -> [StoreIdentity] { state.withLock { $0.sources.keys.sorted(by: <) } }

    func waitingVouchers(in source: StoreIdentity) -> [WaitingVoucher] {
        state.withLock { state in
            (state.sources[source]?.waiting ?? [:]).sorted { $0.key < $1.key }.map {
                WaitingVoucher(position: $0.key, root: $0.value)
            }
        }
    }

    func add(
        _ openings: [KeptOpening], _ basis: Set<Int64>, _ form: OpeningForm, _ id: VoucherID, to name: AccountEpoch
    ) {
        state.withLock { state in
            var account = state.accounts.removeValue(forKey: name) ?? Account()
            defer { state.accounts[name] = account }
            guard account.vouchers[id] == nil else { return }
            account.vouchers[id] = openings.map(\.opening)
            account.openings += openings.map { (form, $0) }
            account.basis.formUnion(basis)
        }
    }

    func set(_ new: AccountState, epochKey: [UInt8]?) {
        state.withLock { state in
            var account = state.accounts[new.name] ?? Account()
            account.counts = [:]
            for form in new.forms { account.counts[form.form] = (form.vouchers, form.openings, form.tried) }
            account.quarantined = new.quarantined
            account.commitment = new.commitment
            account.epochKey = epochKey
            state.accounts[new.name] = account
        }
    }

    func add(_ waiting: [WaitingVoucher], in source: StoreIdentity) {
        state.withLock { state in
            for voucher in waiting {
                state.sources[source, default: Source()].waiting[voucher.position] = voucher.root
            }
        }
    }
}
