public import SealedMatchCollector
internal import GRDB
public import SealedMatchProtocol
public import SealedMatchCrypto

/// An account and epoch as the authority sees it. Not for anybody outside: decoys hide only so much.
public struct AccountState: Equatable, Sendable {
    public let account: AccountID
    public let epoch: UInt32
    /// C: openings that count, decoys and matches.
    public let openings: Int
    /// Openings beyond the caps.
    public let quarantined: Int
    public let isRevealed: Bool
    /// It is revealed; or a form of its openings (t, k) has t of them, and 5 % more than when it was last decoded.
    public let isDue: Bool

    package init(account: AccountID, epoch: UInt32, openings: Int, quarantined: Int, isRevealed: Bool, isDue: Bool) {
        self.account = account
        self.epoch = epoch
        self.openings = openings
        self.quarantined = quarantined
        self.isRevealed = isRevealed
        self.isDue = isDue
    }
}

extension AuthorityStore {
    /// Whether C openings are worth a decoding: C ≥ t, and 5 % more than at the last one.
    package static func isDue(kept: Int, attempted: Int, threshold: Int) -> Bool {
        kept >= threshold && (attempted == 0 || 20 * kept >= 21 * attempted)
    }

    /// All accounts and epochs with openings.
    public func accounts() throws(SealedMatchError) -> (accounts: [AccountState], damaged: [DamagedRow]) {
        try file.read { db in
            var accounts: [AccountState] = []
            var damaged: [DamagedRow] = []
            let rows = try Row.fetchCursor(
                db, sql: "SELECT id, account, epoch, kept, quarantined, epochKey FROM account ORDER BY id")
            while let row = try rows.next() {
                let reader = RowReader(row)
                let id = try reader.integer(0)
                let isRevealed = !reader.isNull(5)
                do throws(SealedMatchError) {
                    let forms = try Self.forms(of: id, db)
                    let isDue = isRevealed || forms.contains { $0.isDue }
                    accounts.append(
                        AccountState(
                            account: AccountID(canonical: try reader.bytes32(1)), epoch: try reader.epoch(2),
                            openings: try reader.integer(3, in: 0...Int64(Int32.max)),
                            quarantined: try reader.integer(4, in: 0...Int64(Int32.max)), isRevealed: isRevealed,
                            isDue: isDue))
                } catch {
                    damaged.append(DamagedRow(table: .account, row: id, error: error))
                }
            }
            return (accounts, damaged)
        }
    }

    /// One (t, k) of an account's openings.
    struct Form {
        let threshold: Int
        let polynomials: Int
        let kept: Int
        let attempted: Int
        var isDue: Bool { AuthorityStore.isDue(kept: kept, attempted: attempted, threshold: threshold) }
    }

    static func forms(of account: Int64, _ db: Database) throws(SealedMatchError) -> [Form] {
        try StoreFile.mappingErrors {
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql:
                        "SELECT threshold, polynomials, kept, attempted FROM form WHERE account = ? ORDER BY kept DESC, threshold, polynomials"
                ),
                arguments: [account])
            return try rows.map { row in
                let reader = RowReader(row)
                let most = Int64(Int32.max)
                return Form(
                    threshold: try reader.integer(
                        0, in: Int64(Parameters.thresholds.lowerBound)...Int64(Parameters.thresholds.upperBound)),
                    polynomials: try reader.integer(
                        1,
                        in: Int64(
                            Parameters.polynomialCounts.lowerBound)...Int64(Parameters.polynomialCounts.upperBound)),
                    kept: try reader.integer(2, in: 0...most), attempted: try reader.integer(3, in: 0...most))
            }
        }
    }

    /// Openings of one account and form, with their rows, in the order of opening; at most the caps.
    func openings(of account: Int64, _ form: Form) throws(SealedMatchError) -> FormOpenings {
        try file.read { db in try Self.openings(of: account, form, db) }
    }

    struct FormOpenings {
        var openings: [KeptOpening] = []
        var rows: [Int64] = []
        /// Places of those that fix a revealed account's polynomials.
        var basis: [Int] = []
        var damaged: [DamagedRow] = []
    }

    private static func openings(of account: Int64, _ form: Form, _ db: Database) throws -> FormOpenings {
        var found = FormOpenings()
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, voucherID, slot, header, words, inner, quarantined, basis FROM opening
                WHERE account = ? AND threshold = ? AND polynomials = ? ORDER BY id LIMIT ?
                """,
            arguments: [account, form.threshold, form.polynomials, openingsPerEpoch + quarantinedPerEpoch])
        while let row = try rows.next() {
            let reader = RowReader(row)
            let id = try reader.integer(0)
            do throws(SealedMatchError) {
                let opening = try opening(reader)
                if try reader.integer(7) != 0 { found.basis.append(found.openings.count) }
                found.openings.append(KeptOpening(opening: opening, quarantined: try reader.integer(6) != 0))
                found.rows.append(id)
            } catch {
                found.damaged.append(DamagedRow(table: .opening, row: id, error: error))
            }
        }
        return found
    }

    private static func opening(_ row: RowReader) throws(SealedMatchError) -> Opening {
        let header = try VoucherHeader(canonical: row.blob(3))
        let slot = try row.integer(2, in: 0...Int64(header.slots - 1))
        guard try row.blob(1) == header.voucherID.encoded else {
            throw SealedMatchError(.damagedStore, "an opening's voucher ID is not its header's")
        }
        return try Opening(header: header, slot: slot, plainBody: row.blob(4) + row.blob(5))
    }
}
