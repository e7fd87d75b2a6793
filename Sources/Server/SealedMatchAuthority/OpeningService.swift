public import SealedMatchCollector
public import SealedMatchProtocol
public import SealedMatchCrypto

/// Ties the authority together: reads the collector's vouchers, opens them, keeps the openings, and reveals what is
/// above the threshold.
///
/// Runs asynchronously to the collector, in this process or another: no client's reply waits for it or depends on it.
/// One service at a time works on a store; its functions block.
public struct OpeningService: Sendable {
    public let collector: CollectorStore
    public let store: AuthorityStore
    public let opener: VoucherOpener

    public init(collector: CollectorStore, store: AuthorityStore, opener: VoucherOpener) {
        self.collector = collector
        self.store = store
        self.opener = opener
    }

    /// How far `openPending` is. Inside knowledge.
    public struct Progress: Equatable, Sendable {
        public var vouchers = 0
        /// Slots that opened, by match or decoy.
        public var openings = 0
        /// Vouchers of sets whose key is not here; they are opened when it is.
        public var waiting = 0
        /// Vouchers whose form is not their set's: from a modified client, and opened to nothing.
        public var refused = 0
        /// Vouchers whose bytes the collector forgot, because everything in them that opened is kept here.
        public var pruned = 0
        /// The collector's rows that were skipped; they stay there.
        public var damaged: [DamagedRow] = []
        /// Everything that was there has been dealt with.
        public var isComplete = false
    }

    public enum Continuation: Sendable {
        case proceed, stop
    }

    /// Opens what the collector has received since the last time, and what waited for a set's key.
    ///
    /// Each batch is one transaction: a process that is killed goes on with the batch it was in.
    /// - Parameters:
    ///   - batch: vouchers a transaction; 256 take about a quarter of a second on two cores.
    ///   - prune: have the collector forget the bytes of vouchers that were opened; those that wait for a set's key
    ///     stay.
    ///   - progress: called after each batch; `.stop` ends early, with everything so far kept.
    public func openPending(
        batch: Int = 256, prune: Bool = false, progress: (Progress) -> Continuation = { _ in .proceed }
    ) throws(SealedMatchError) -> Progress {
        var state = Progress()
        let batch = max(1, batch)
        while true {
            let waited = try store.waiting(for: opener.roots, limit: batch)
            guard !waited.isEmpty else { break }
            let page = try collector.vouchers(at: waited)
            try take(page, last: 0, prune: prune, into: &state)
            // Rows that are gone or damaged are not asked for again.
            try store.stopWaiting(for: waited)
            if progress(state) == .stop { return state }
        }
        while true {
            let page = try collector.vouchers(after: store.cursor(), limit: batch)
            guard !page.vouchers.isEmpty || !page.damaged.isEmpty else { break }
            try take(page, last: page.last, prune: prune, into: &state)
            if progress(state) == .stop { return state }
        }
        state.isComplete = true
        return state
    }

    private func take(
        _ page: VoucherPage, last: Int64, prune: Bool, into state: inout Progress
    ) throws(SealedMatchError) {
        let opened = try opener.open(page.vouchers.map(\.voucher))
        let numbered = zip(page.vouchers, opened).map { (sequence: $0.sequence, voucher: $1) }
        try store.record(numbered, last: last)
        for (_, voucher) in numbered {
            state.vouchers += 1
            state.openings += voucher.openings.count + voucher.excess.count
            switch voucher.status {
            case .opened: break
            case .unknownSet: state.waiting += 1
            case .setMismatch: state.refused += 1
            }
        }
        state.damaged += page.damaged
        if prune {
            // Every voucher that was opened, whatever came of it: pruning only those that opened nothing would tell the
            // collector which ones opened something.
            let dealtWith = numbered.filter { $0.voucher.status == .opened }
            state.pruned += try collector.prune(dealtWith.map(\.sequence))
        }
    }

    /// What became of one account that was due.
    public struct Decision: Sendable {
        public let account: AccountID
        public let epoch: UInt32
        /// The reveal, or why there is none: `belowThreshold`, `notDecodable`, `commitmentMismatch`,
        /// `commitmentConflict`, `notRegistered`, `damagedStore`.
        public let result: Result<RevealResult, SealedMatchError>
    }

    /// Decides every account that is due: above t openings and grown by 5 % since it was last looked at; and lists the
    /// revealed ones anew, so that a case file that was not written in time is written the next time.
    /// - Parameter force: look at every account with openings, for example when an epoch has ended.
    /// - Throws: when a store cannot be read; one account's damage is its own result.
    public func revealReady(force: Bool = false) throws(SealedMatchError) -> (
        decisions: [Decision], damaged: [DamagedRow]
    ) {
        let (accounts, damaged) = try store.accounts()
        var decisions: [Decision] = []
        for state in accounts where force || state.isDue {
            do throws(SealedMatchError) {
                let registration = try collector.registration(account: state.account, epoch: state.epoch)
                guard
                    let result = try store.reveal(
                        account: state.account, epoch: state.epoch, commitment: registration?.commitment, force: force)
                else { continue }
                decisions.append(Decision(account: state.account, epoch: state.epoch, result: .success(result)))
            } catch {
                guard error.code != .fileFailed, error.code != .interrupted else { throw error }
                decisions.append(Decision(account: state.account, epoch: state.epoch, result: .failure(error)))
            }
        }
        return (decisions, damaged)
    }
}
