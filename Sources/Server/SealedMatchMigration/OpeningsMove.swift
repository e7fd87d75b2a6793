package import SealedMatchCollector
package import SealedMatchCrypto
package import SealedMatchOpenings
internal import SealedMatchProtocol

/// Moves a store of openings into another one, of any kinds: what is there already is left, what is missing is added.
package struct OpeningsMove<Source: MovableOpenings, Target: MovableOpenings> {
    private let source: Source
    private let target: Target
    private let progress: (String, Int) -> Void
    // Vouchers of a page; each has about 4 kB.
    private let page = 256
    /// Whether vouchers that wait for a key go along. Where a queue gets them, they do not.
    private let takesWaiting: Bool

    package init(
        _ source: Source, _ target: Target, takesWaiting: Bool = false,
        progress: @escaping (String, Int) -> Void = { _, _ in }
    ) {
        self.source = source
        self.target = target
        self.takesWaiting = takesWaiting
        self.progress = progress
    }

    /// Fills the target.
    /// - Returns: damaged rows of the source, which are not carried.
    /// - Throws: the errors of either store.
    package func fill() throws(SealedMatchError) -> [DamagedRow] {
        var damaged: [DamagedRow] = []
        var count = 0
        try eachAccount(&damaged) { (account, damaged) throws(SealedMatchError) in
            // The state comes last: one that is there is complete.
            if try target.account(account.name) != account {
                try eachPage(of: account, &damaged) { (vouchers) throws(SealedMatchError) in
                    try target.take(vouchers, of: account.name)
                    count += vouchers.count
                    progress("vouchers with openings", count)
                }
                try target.take(account, epochKey: source.epochKey(of: account.name))
            } else {
                // Only to name what is damaged.
                try eachPage(of: account, &damaged) { (vouchers) throws(SealedMatchError) in
                    count += vouchers.count
                    progress("vouchers with openings", count)
                }
            }
        }
        try target.take(source.opened())
        for identity in try source.sources() {
            try eachSealed(of: identity) { (page) throws(SealedMatchError) in
                try target.keepSealed(page, of: identity)
            }
            if takesWaiting {
                try eachWaiting(of: identity) { (page) throws(SealedMatchError) in try target.take(page, in: identity) }
            }
            if let cursor = try source.cursor(in: identity) {
                _ = try target.record([], of: identity, cursor: cursor)
            }
        }
        return damaged
    }

    /// Compares the two: every account, voucher and opening, cursors and sealed vouchers, and that there are no others.
    /// - Returns: damaged rows of the source, which are not compared.
    /// - Throws: the errors of either store.
    package func compare(_ report: inout MigrationReport) throws(SealedMatchError) -> [DamagedRow] {
        var damaged: [DamagedRow] = []
        var totals = OpeningTotals()
        var revealed = 0
        try eachAccount(&damaged) { (account, damaged) throws(SealedMatchError) in
            let name = "account-epoch \(Self.short(account.name))"
            totals.accounts += 1
            if account.isRevealed { revealed += 1 }
            if try target.account(account.name) != account { report.differ("\(name): its state") }
            if try !hasSameKey(account.name) { report.differ("\(name): its K_e") }
            for form in account.forms {
                var place: Int? = -1
                while let after = place {
                    let mine = try source.vouchers(of: account.name, form.form, after: after, limit: page)
                    // A damaged row has no counterpart.
                    let others =
                        try mine.vouchers.isEmpty
                        ? []
                        : target.vouchers(of: account.name, form.form, after: after, limit: mine.vouchers.count)
                            .vouchers
                    damaged += mine.damaged
                    totals.vouchers += mine.vouchers.count
                    totals.openings += mine.vouchers.reduce(0) { $0 + $1.openings.count }
                    if mine.vouchers != others { report.differ("\(name): vouchers after \(after)") }
                    place = mine.next
                    progress("vouchers with openings compared", totals.vouchers)
                }
            }
        }
        if try source.opened() != target.opened() { report.differ("counts of what was opened") }
        for identity in try source.sources() {
            if try source.cursor(in: identity) != target.cursor(in: identity) { report.differ("a cursor") }
            var last: Int64 = 0
            try eachSealed(of: identity) { (page) throws(SealedMatchError) in
                totals.sealed += page.count
                if try target.sealed(of: identity, after: last, limit: page.count) != page {
                    report.differ("sealed vouchers after \(last)")
                }
                last = page.last?.position ?? last
            }
        }
        // Rows that no walk meets belong to no account: in the source they are damage, in the target too much.
        let (mine, others) = try (source.totals(), target.totals())
        if damaged.isEmpty, mine != totals { report.differ("the file has rows that belong to no account: \(mine)") }
        if others != totals { report.differ("the store has other accounts, vouchers or openings: \(others)") }
        report.accounts = totals.accounts
        report.revealed = revealed
        report.vouchers = totals.vouchers
        report.openings = totals.openings
        report.sealed = totals.sealed
        return damaged
    }

    private func hasSameKey(_ name: AccountEpoch) throws(SealedMatchError) -> Bool {
        let mine = try source.epochKey(of: name)
        let other = try target.epochKey(of: name)
        switch mine {
        case .none:
            switch other {
            case .none: return true
            case .some: return false
            }
        case .some(let mine):
            switch other {
            case .none: return false
            case .some(let other): return mine.isSame(as: other)
            }
        }
    }

    /// Enough of a pseudonym to find it.
    private static func short(_ name: AccountEpoch) -> String {
        "\(Hexadecimal.text(name.pseudonym.encoded.bytes.prefix(4)))… of epoch \(name.epoch)"
    }

    private func eachAccount(
        _ damaged: inout [DamagedRow],
        _ body: (AccountState, inout [DamagedRow]) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        var place: StorePlace?
        repeat {
            let page = try source.accounts(after: place, limit: page)
            damaged += page.damaged
            for account in page.accounts { try body(account, &damaged) }
            place = page.next
        } while place != nil
    }

    private func eachPage(
        of account: AccountState, _ damaged: inout [DamagedRow],
        _ body: ([KeptVoucher]) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        for form in account.forms {
            var place: Int? = -1
            while let after = place {
                let found = try source.vouchers(of: account.name, form.form, after: after, limit: page)
                damaged += found.damaged
                try body(found.vouchers)
                place = found.next
            }
        }
    }

    private func eachSealed(
        of identity: StoreIdentity, _ body: ([StoredVoucher]) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        var last: Int64 = 0
        while case let found = try source.sealed(of: identity, after: last, limit: page), let end = found.last {
            try body(found)
            last = end.position
        }
    }

    private func eachWaiting(
        of identity: StoreIdentity, _ body: ([WaitingVoucher]) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        var last: Int64 = 0
        while case let found = try source.waiting(in: identity, after: last, limit: page), let end = found.last {
            try body(found)
            last = end.position
        }
    }
}
