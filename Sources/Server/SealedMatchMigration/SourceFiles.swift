internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol
internal import SealedMatchSQLite

/// The two files that a deployment is moved from, which nobody else has open meanwhile. They are read alone; what is
/// written is the mark.
struct SourceFiles {
    let collector: CollectorStore
    let authority: AuthorityStore
    let identity: StoreIdentity

    /// - Throws: `store`, also while a role has one open.
    init(_ collector: String, _ authority: String) throws(MigrationFailure) {
        let opened = try MigrationFailure.about(collector) { () throws(SealedMatchError) in
            try CollectorStore(alone: collector)
        }
        self.collector = opened
        self.authority = try MigrationFailure.about(authority) { () throws(SealedMatchError) in
            try AuthorityStore(alone: authority)
        }
        identity = try MigrationFailure.about(collector) { () throws(SealedMatchError) in try opened.identity() }
    }

    var isMoved: (collector: Bool, authority: Bool) { (collector.file.isMoved, authority.file.isMoved) }

    /// The authority's first: without it nothing opens.
    func mark(moved: Bool) throws(SealedMatchError) {
        try authority.file.mark(moved: moved)
        try collector.file.mark(moved: moved)
    }

    func close() throws(SealedMatchError) {
        try authority.close()
        try collector.close()
    }

    // MARK: Vouchers

    /// Up to where the collector's vouchers were opened: as `OpeningService` goes on.
    /// - Throws: `damagedStore`, `lostVouchers` where the two files do not fit.
    func openedUpTo() throws(SealedMatchError) -> Int64 {
        let cursor = try authority.cursor(in: identity)
        guard try collector.forgotten(after: cursor?.position ?? 0) == 0 else {
            throw SealedMatchError(
                .lostVouchers, "the collector has forgotten vouchers that were never opened: see Docs/Operating.md")
        }
        guard let cursor else { return 0 }
        guard try cursor.position <= collector.end() else {
            throw SealedMatchError(
                .damagedStore, "more was read of the collector's file than it has: see Docs/Operating.md")
        }
        // Restored and used again: all of it is read again.
        return try collector.isAsRead(cursor) ? cursor.position : 0
    }

    /// The vouchers that an opener still has to look at, in the order of arrival: those that were not read; those that
    /// wait for a set's key; and all of accounts beyond the caps, of which some opening is not kept anywhere else.
    struct PendingVouchers {
        let upTo: Int64
        var last: Int64 = 0
        /// Of the accounts of a page.
        var areFull: [AccountEpoch: Bool] = [:]
    }

    /// The next page.
    /// - Returns: vouchers that are to be looked at, how many others there were, what is damaged; nil at the end.
    func next(_ place: inout PendingVouchers) throws(SealedMatchError) -> PendingPage? {
        let page = try collector.vouchers(after: place.last, limit: Self.page)
        guard page.last > place.last else { return nil }
        let waits = try waits(after: place.last, upTo: page.last)
        var pending = PendingPage(damaged: page.damaged)
        place.areFull = [:]
        for stored in page.vouchers {
            let header = stored.voucher.header
            let name = AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch)
            let isDue = stored.position > place.upTo || waits.contains(stored.position)
            let isPending = try isDue ? true : isFull(name, &place)
            if isPending {
                pending.vouchers.append(stored)
            } else {
                pending.opened += 1
            }
        }
        place.last = page.last
        return pending
    }

    /// Positions of vouchers that wait for a set's key.
    private func waits(after first: Int64, upTo last: Int64) throws(SealedMatchError) -> Set<Int64> {
        var waits: Set<Int64> = []
        var place = first
        while place < last {
            let page = try authority.waiting(in: identity, after: place, limit: Self.page)
            guard let end = page.last?.position else { break }
            waits.formUnion(page.map(\.position).filter { $0 <= last })
            place = end
        }
        return waits
    }

    struct PendingPage {
        var vouchers: [StoredVoucher] = []
        var opened = 0
        let damaged: [DamagedRow]
    }

    static let page = 256

    /// Whether openings of an account were not kept; one that cannot be read may be.
    private func isFull(_ name: AccountEpoch, _ place: inout PendingVouchers) throws(SealedMatchError) -> Bool {
        if let known = place.areFull[name] { return known }
        let isFull: Bool
        do throws(SealedMatchError) {
            let state = try authority.account(name)
            isFull = state.map { $0.quarantined >= OpeningCaps.quarantined } ?? false
        } catch {
            guard error.code == .damagedStore else { throw error }
            isFull = true
        }
        place.areFull[name] = isFull
        return isFull
    }
}
