internal import Foundation
public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

/// Reads a source's vouchers, opens them, and keeps what opened.
///
/// Runs asynchronously to the collector, in this process or another: no client's reply waits for it or depends on it.
/// Its functions block. (Docs/Protocol.md, "Open")
public struct OpeningService<Source: VoucherSource, Store: OpeningStore, E: Evaluator>: Sendable {
    /// Where vouchers come from.
    public let source: Source
    /// Where openings are kept. As sensitive as α.
    public let store: Store
    /// What opens them, with the keys of some sets.
    public let opener: VoucherOpener<E>
    private let now: @Sendable () -> UInt64

    /// Nothing is read or written yet.
    /// - Parameter now: seconds since 1970: in which epoch vouchers are counted. The system's clock unless given.
    public init(
        source: Source, store: Store, opener: VoucherOpener<E>,
        now: (@Sendable () -> UInt64)? = nil
    ) {
        self.source = source
        self.store = store
        self.opener = opener
        self.now = now ?? { UInt64(max(0, time(nil))) }
    }

    /// How many positions the source has that were not read here yet: about as many vouchers.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func backlog() throws(SealedMatchError) -> Int64 {
        let read = try store.cursor(in: source.identity())?.position ?? 0
        return max(0, try source.end() - read)
    }

    /// Opens what the source has received since the last time, and what waited for a set's key.
    ///
    /// Each batch is one transaction: a process that is killed goes on with the batch it was in. One service at a time
    /// opens into a store; a source that the store never read is read from its start, and so is one that was restored
    /// from a backup and used again since.
    /// - Parameters:
    ///   - batch: vouchers a transaction; 256 take about a quarter of a second on two cores.
    ///   - prune: have the source forget the bytes of vouchers that were opened; those that wait for a set's key stay.
    ///     Their only copy is then in the store. Sealed vouchers of which an opening was not kept are kept there whole.
    ///   - fromStart: read everything that the source has again, whatever the cursor says. It counts nothing twice.
    ///   - acceptingLoss: go on where the source has forgotten vouchers that this store never read.
    ///   - progress: called after each batch; `.stop` ends early, with everything so far kept.
    /// - Returns: nil while another service, maybe in another process, opens into this store.
    /// - Throws: `damagedStore` when the cursor is beyond the source's end: the source is not what it was, for example
    ///   restored from an older backup. `lostVouchers` when the source has forgotten vouchers that this store never
    ///   read: the store was restored from an older backup, or another store read this source. `fileFailed`,
    ///   `interrupted`, `primitiveFailed`, `outOfMemory`.
    public func openPending(
        batch: Int = 256, prune: Bool = false, fromStart: Bool = false, acceptingLoss: Bool = false,
        progress: (OpeningProgress) -> OpeningContinuation = { _ in .proceed }
    ) throws(SealedMatchError) -> OpeningProgress? {
        guard let turn = try store.takeTurn() else { return nil }
        defer { withExtendedLifetime(turn) {} }
        let identity = try source.identity()
        var state = OpeningProgress()
        let batch = max(1, batch)
        let known = try store.cursor(in: identity)
        state.lost = try source.forgotten(after: known?.position ?? 0)
        guard state.lost == 0 || acceptingLoss else {
            throw SealedMatchError(
                .lostVouchers,
                "the collector has forgotten vouchers that were never read here: an older copy, or one of several")
        }
        while true {
            let waited = try store.waiting(for: opener.roots, in: identity, limit: batch)
            guard !waited.isEmpty else { break }
            try take(source.vouchers(at: waited), of: identity, cursor: nil, prune: prune, into: &state)
            // Rows that are gone or damaged are not asked for again.
            try store.stopWaiting(for: waited, in: identity)
            if progress(state) == .stop { return state }
        }
        var cursor = try start(identity, known, fromStart: fromStart, &state)
        // Where everything is read again, the store's cursor stays until reading is as far: what was forgotten in
        // between was read before.
        let rereading = min(known?.position ?? 0, try source.end())
        var end: Int64
        while true {
            end = try source.end()
            let page = try source.vouchers(after: cursor.position, limit: batch)
            guard page.last > cursor.position else { break }
            let next = SourceCursor(source: identity, position: page.last, mark: try source.mark(at: page.last))
            let isNew = next.position >= rereading
            try take(page, of: identity, cursor: isNew ? next : nil, prune: prune, into: &state)
            cursor = next
            if progress(state) == .stop { return state }
        }
        if let known, fromStart || state.isReadAgain, cursor.position <= known.position {
            let place = max(cursor.position, rereading)
            let cursor = SourceCursor(source: identity, position: place, mark: try source.mark(at: place))
            _ = try store.record([], of: identity, cursor: cursor)
        }
        // What was lost was accepted once, and not again at the next run. Nothing up to the end has bytes any more.
        if state.lost > 0, end > cursor.position {
            let cursor = SourceCursor(source: identity, position: end, mark: try source.mark(at: end))
            _ = try store.record([], of: identity, cursor: cursor)
        }
        state.isComplete = true
        return state
    }

    /// Where reading goes on.
    private func start(
        _ identity: StoreIdentity, _ known: SourceCursor?, fromStart: Bool, _ state: inout OpeningProgress
    ) throws(SealedMatchError) -> SourceCursor {
        let beginning = SourceCursor(source: identity)
        guard let cursor = known, !fromStart else { return beginning }
        guard try cursor.position <= source.end() else {
            throw SealedMatchError(
                .damagedStore, "more was read of this source than it has: it was restored from an older backup")
        }
        // A voucher that is gone proves nothing: the source knows by more than its vouchers.
        guard try source.isAsRead(cursor) else {
            state.isReadAgain = true
            return beginning
        }
        return cursor
    }

    /// What is registered for the accounts and epochs of which something opened. A registration that was damaged is
    /// like none here; a reveal reports it.
    private func commitments(of opened: [OpenedVoucher]) throws(SealedMatchError) -> [AccountEpoch: Commitment] {
        var commitments: [AccountEpoch: Commitment] = [:]
        for voucher in opened where !voucher.openings.isEmpty {
            let name = AccountEpoch(pseudonym: voucher.header.pseudonym, epoch: voucher.header.epoch)
            guard commitments[name] == nil else { continue }
            do throws(SealedMatchError) {
                commitments[name] = try source.commitment(of: name.pseudonym, epoch: name.epoch)
            } catch {
                guard error.code == .damagedStore else { throw error }
            }
        }
        return commitments
    }

    private func take(
        _ page: VoucherPage, of identity: StoreIdentity, cursor: SourceCursor?, prune: Bool,
        into state: inout OpeningProgress
    ) throws(SealedMatchError) {
        let opened = try opener.open(page.vouchers.map(\.voucher))
        let placed = zip(page.vouchers, opened).map { PositionedVoucher(position: $0.position, voucher: $1) }
        let commitments = try commitments(of: opened)
        let unkept = Set(
            try store.record(
                placed, of: identity, cursor: cursor, commitments: commitments,
                during: Parameters.epoch(at: now())))
        for voucher in placed.map(\.voucher) {
            state.vouchers += 1
            state.openings += voucher.openings.count
            switch voucher.status {
            case .opened: break
            case .unknownSet: state.waiting += 1
            case .setMismatch: state.refused += 1
            }
        }
        state.unkept += unkept.count
        state.damaged += page.damaged
        guard prune else { return }
        // Openings beyond the caps were not kept: their vouchers are, as they came, before the source forgets them.
        try store.keepSealed(page.vouchers.filter { unkept.contains($0.position) }, of: identity)
        // Every voucher that was opened, whatever came of it: pruning only some would tell the collector which.
        let dealtWith = placed.filter { $0.voucher.status == .opened }
        state.pruned += try source.acknowledge(dealtWith.map(\.position))
    }
}
