internal import GRDB
public import SealedMatchCollector
public import SealedMatchCrypto
internal import SealedMatchProtocol

extension AuthorityStore {
    /// Forgets everything of these accounts and epochs. Deleted bytes are overwritten in the file.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was forgotten.
    public func erase(_ names: [AccountEpoch]) throws(SealedMatchError) {
        guard !names.isEmpty else { return }
        try file.forget { db in
            for name in names {
                try Self.forget(
                    "pseudonym = ? AND epoch = ?", [name.pseudonym.encoded.databaseBlob, name.epoch], db)
            }
            let names = Set(names)
            try Self.forgetSealed(db) { names.contains($0) }
        }
        let forgotten = Set(names)
        leases.forget { forgotten.contains($0) }
    }

    /// Forgets everything of epochs before `epoch`. Deleted bytes are overwritten in the file.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was forgotten.
    public func expire(before epoch: UInt32) throws(SealedMatchError) {
        try file.forget { db in
            try Self.forget("epoch < ?", [epoch], db)
            try Self.forgetSealed(db) { $0.epoch < epoch }
        }
        leases.forget { $0.epoch < epoch }
    }

    private static func forget(_ accounts: String, _ arguments: StatementArguments, _ db: Database) throws {
        let accounts = "SELECT id FROM account WHERE \(accounts)"
        for sql in [
            "DELETE FROM opening WHERE voucher IN (SELECT id FROM voucher WHERE account IN (\(accounts)))",
            "DELETE FROM voucher WHERE account IN (\(accounts))", "DELETE FROM form WHERE account IN (\(accounts))",
            "DELETE FROM account WHERE id IN (\(accounts))",
        ] {
            try db.execute(sql: sql, arguments: arguments)
        }
    }

    /// Sealed vouchers are few: those of accounts beyond the caps. What is no voucher stays, as damage does.
    private static func forgetSealed(_ db: Database, where isForgotten: (AccountEpoch) -> Bool) throws {
        var forgotten: [(source: Int64, position: Int64)] = []
        let header = "substr(bytes, 1, \(VoucherHeader.encodedCount))"
        let rows = try Row.fetchCursor(db, sql: "SELECT source, position, \(header) FROM sealed")
        while let row = try rows.next() {
            let reader = RowReader(row)
            guard let header = try? VoucherHeader(canonical: reader.blob(2)) else { continue }
            if isForgotten(AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch)) {
                forgotten.append((try reader.integer(0), try reader.integer(1)))
            }
        }
        for row in forgotten {
            try db.execute(
                sql: "DELETE FROM sealed WHERE source = ? AND position = ?", arguments: [row.source, row.position])
        }
    }
}
