internal import GRDB
public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

extension AuthorityStore {
    /// Records a page of opened vouchers and moves the cursor, in one transaction. (Docs/Protocol.md, 4.11)
    /// - Returns: positions of vouchers of which an opening was not kept, because the account is beyond the caps.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was recorded.
    public func record(
        _ vouchers: [PositionedVoucher], of source: StoreIdentity, cursor: SourceCursor?,
        commitments: [AccountEpoch: Commitment], during epoch: UInt32?
    ) throws(SealedMatchError) -> [Int64] {
        try file.write { db in
            let number = try Self.number(of: source, db)
            var unkept: [Int64] = []
            for placed in vouchers {
                switch placed.voucher.status {
                case .setMismatch:
                    break
                case .unknownSet:
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO waiting (source, position, setRoot) VALUES (?, ?, ?)",
                        arguments: [number, placed.position, placed.voucher.header.setRoot.encoded.databaseBlob])
                case .opened:
                    try db.cachedStatement(sql: "DELETE FROM waiting WHERE source = ? AND position = ?")
                        .execute(arguments: [number, placed.position])
                    let header = placed.voucher.header
                    let commitment = commitments[AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch)]
                    if try !Self.insert(placed.voucher, commitment, db) { unkept.append(placed.position) }
                }
            }
            for count in epoch.map({ OpenedCount.sums(of: vouchers, during: $0) }) ?? [] {
                try db.cachedStatement(
                    sql: """
                        INSERT INTO opened (epoch, setRoot, vouchers, slots) VALUES (?, ?, ?, ?)
                        ON CONFLICT DO UPDATE SET vouchers = vouchers + excluded.vouchers,
                            slots = slots + excluded.slots
                        """
                ).execute(
                    arguments: [count.epoch, count.root.encoded.databaseBlob, count.vouchers, count.slots])
            }
            if let cursor { try Self.move(cursor, number, db) }
            return unkept
        }
    }

    /// How much was opened, by epoch and set, in the order of epochs and roots.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func opened() throws(SealedMatchError) -> [OpenedCount] {
        try file.read { db in
            let sql = """
                SELECT epoch, \(RowReader.bounded("setRoot", 32)), vouchers, slots FROM opened
                ORDER BY epoch, setRoot
                """
            return try Row.fetchAll(db, sql: sql).map { row in
                let reader = RowReader(row)
                return OpenedCount(
                    root: SetRoot(canonical: try reader.bytes32(1)), epoch: try reader.epoch(0),
                    vouchers: try reader.integer(2), slots: try reader.integer(3))
            }
        }
    }

    /// - Returns: whether every opening is kept.
    private static func insert(
        _ voucher: OpenedVoucher, _ commitment: Commitment?, _ db: Database
    ) throws -> Bool {
        guard !voucher.openings.isEmpty else { return true }
        let header = voucher.header
        if try number(of: AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch), db) == nil {
            try db.cachedStatement(sql: "INSERT INTO account (id, pseudonym, epoch) VALUES (?, ?, ?)")
                .execute(
                    arguments: [try freeNumber(in: .account, db), header.pseudonym.encoded.databaseBlob, header.epoch])
        }
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT id, kept, quarantined FROM account WHERE pseudonym = ? AND epoch = ?"),
                arguments: [header.pseudonym.encoded.databaseBlob, header.epoch])
        else { throw SealedMatchError(.damagedStore, "an account could not be recorded") }
        let account = try RowReader(row).integer(0)
        let kept = try RowReader(row).integer(1, in: 0...Int64(Int32.max))
        let quarantined = try RowReader(row).integer(2, in: 0...Int64(Int32.max))
        // The first openings count, the next are quarantined, the rest is not kept.
        let counting = min(voucher.openings.count, max(0, OpeningCaps.counted - kept))
        let keeping = min(voucher.openings.count - counting, max(0, OpeningCaps.quarantined - quarantined))
        var added = (counting: 0, quarantined: 0)
        var isComplete = counting + keeping == voucher.openings.count
        if try isRecorded(header.voucherID, account, db) {
            // Whatever it is now: what was recorded stays.
            for opening in voucher.openings where try !isRecorded(opening, account, db) { isComplete = false }
        } else if counting + keeping > 0 {
            let number = try insert(header, voucher.openings[0].body, voucher.threshold, account, db)
            for (index, opening) in voucher.openings.prefix(counting + keeping).enumerated() {
                try db.cachedStatement(
                    sql: "INSERT INTO opening (id, voucher, slot, rkey, quarantined) VALUES (?, ?, ?, ?, ?)"
                ).execute(
                    arguments: [
                        try freeNumber(in: .opening, db), number, opening.slot, opening.key.databaseBlob,
                        index >= counting,
                    ])
            }
            added = (counting, keeping)
        }
        try db.cachedStatement(
            sql: "UPDATE account SET kept = ?, quarantined = ?, commitment = coalesce(commitment, ?) WHERE id = ?"
        ).execute(
            arguments: [
                kept + added.counting, quarantined + added.quarantined, commitment?.encoded.databaseBlob, account,
            ])
        try db.cachedStatement(
            sql: """
                INSERT INTO form (account, threshold, polynomials, kept, vouchers) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET kept = kept + excluded.kept, vouchers = vouchers + excluded.vouchers
                """
        ).execute(
            arguments: [
                account, voucher.threshold, header.polynomials, added.counting, added.counting > 0 ? 1 : 0,
            ])
        return isComplete
    }

    /// - Returns: the voucher's number.
    private static func insert(
        _ header: VoucherHeader, _ body: [UInt8], _ threshold: Int, _ account: Int64, _ db: Database
    ) throws -> Int64 {
        try db.cachedStatement(
            sql: """
                INSERT INTO voucher (id, account, threshold, polynomials, place, voucherID, header, body)
                VALUES (
                    ?1, ?2, ?3, ?4,
                    (SELECT COALESCE(MAX(place) + 1, 0) FROM voucher
                        WHERE account = ?2 AND threshold = ?3 AND polynomials = ?4),
                    ?5, ?6, ?7)
                """
        ).execute(
            arguments: [
                try freeNumber(in: .voucher, db), account, threshold, header.polynomials,
                header.voucherID.encoded.databaseBlob, header.encoded.databaseBlob, body.databaseBlob,
            ])
        return db.lastInsertedRowID
    }

    /// A number for a new row, at random among all that are free: rows in the order of their numbers say nothing of
    /// the order in which vouchers came. (Docs/Protocol.md, 4.11)
    static func freeNumber(in table: DamagedRow.Table, _ db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM \(table.rawValue) WHERE id = ?")
        // Of 2^63 numbers one in thousands of millions is taken in the largest file.
        while true {
            let number = Int64.random(in: 1...Int64.max)
            if try Row.fetchOne(statement, arguments: [number]) == nil { return number }
        }
    }

    private static func isRecorded(_ voucherID: VoucherID, _ account: Int64, _ db: Database) throws -> Bool {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM voucher WHERE account = ? AND voucherID = ?"),
            arguments: [account, voucherID.encoded.databaseBlob]) != nil
    }

    private static func isRecorded(_ opening: Opening, _ account: Int64, _ db: Database) throws -> Bool {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT 1 FROM voucher JOIN opening ON opening.voucher = voucher.id
                    WHERE account = ? AND voucherID = ? AND slot = ? AND rkey = ? AND header = ? AND body = ?
                    """),
            arguments: [
                account, opening.header.voucherID.encoded.databaseBlob, opening.slot, opening.key.databaseBlob,
                opening.header.encoded.databaseBlob, opening.body.databaseBlob,
            ]) != nil
    }
}
