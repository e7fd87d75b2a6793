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
        commitments: [AccountEpoch: Commitment]
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
            if let cursor { try Self.move(cursor, number, db) }
            return unkept
        }
    }

    /// - Returns: whether every opening is kept.
    private static func insert(
        _ voucher: OpenedVoucher, _ commitment: Commitment?, _ db: Database
    ) throws -> Bool {
        guard !voucher.openings.isEmpty || !voucher.excess.isEmpty else { return true }
        let header = voucher.header
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO account (pseudonym, epoch) VALUES (?, ?)")
            .execute(arguments: [header.pseudonym.encoded.databaseBlob, header.epoch])
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT id, kept, quarantined FROM account WHERE pseudonym = ? AND epoch = ?"),
                arguments: [header.pseudonym.encoded.databaseBlob, header.epoch])
        else { throw SealedMatchError(.damagedStore, "an account could not be recorded") }
        let account = try RowReader(row).integer(0)
        var kept = try RowReader(row).integer(1, in: 0...Int64(Int32.max))
        var quarantined = try RowReader(row).integer(2, in: 0...Int64(Int32.max))
        let keptBefore = kept
        var isComplete = true
        for (opening, isExcess) in voucher.openings.map({ ($0, false) }) + voucher.excess.map({ ($0, true) }) {
            let isQuarantined = isExcess || kept >= OpeningCaps.counted
            if isQuarantined && quarantined >= OpeningCaps.quarantined {
                // Recorded before the cap was reached, or not kept.
                if try !isRecorded(opening, account, db) { isComplete = false }
                continue
            }
            try db.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO opening
                        (account, threshold, polynomials, voucherID, slot, header, words, inner, quarantined)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(
                arguments: StatementArguments([
                    account.databaseValue, voucher.threshold.databaseValue, header.polynomials.databaseValue,
                    header.voucherID.encoded.databaseBlob, opening.slot.databaseValue, header.encoded.databaseBlob,
                    encodedWords(opening.words).databaseBlob, opening.inner.databaseBlob, isQuarantined.databaseValue,
                ]))
            guard db.changesCount == 1 else { continue }
            if isQuarantined { quarantined += 1 } else { kept += 1 }
        }
        try db.cachedStatement(
            sql: "UPDATE account SET kept = ?, quarantined = ?, commitment = coalesce(commitment, ?) WHERE id = ?"
        ).execute(arguments: [kept, quarantined, commitment?.encoded.databaseBlob, account])
        try db.cachedStatement(
            sql: """
                INSERT INTO form (account, threshold, polynomials, kept) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET kept = kept + excluded.kept
                """
        ).execute(arguments: [account, voucher.threshold, header.polynomials, kept - keptBefore])
        return isComplete
    }

    private static func isRecorded(_ opening: Opening, _ account: Int64, _ db: Database) throws -> Bool {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM opening WHERE account = ? AND voucherID = ? AND slot = ?"),
            arguments: [account, opening.header.voucherID.encoded.databaseBlob, opening.slot]) != nil
    }

    static func encodedWords(_ words: [UInt64]) -> [UInt8] {
        var out = ByteWriter(capacity: 8 * words.count)
        for word in words { out.put(word) }
        return out.bytes
    }
}
