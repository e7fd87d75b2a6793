internal import GRDB
public import SealedMatchCrypto
public import SealedMatchOpenings
public import SealedMatchProtocol

extension AuthorityStore {
    /// Settles the commitment of an account and epoch: the first one stays. (Docs/Protocol.md, "Reveal")
    /// - Throws: `commitmentConflict` if another one was settled; `damagedStore` if nothing of the account ever
    /// opened;
    ///   `fileFailed`, `interrupted`.
    public func settle(_ commitment: Commitment, of name: AccountEpoch) throws(SealedMatchError) {
        try write(name) { db, account in
            let sql = "SELECT \(RowReader.bounded("commitment", 32)), commitment IS NULL FROM account WHERE id = ?"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [account]) else { return }
            let reader = RowReader(row)
            if try reader.integer(1) == 1 {
                try db.execute(
                    sql: "UPDATE account SET commitment = ? WHERE id = ?",
                    arguments: [commitment.encoded.databaseBlob, account])
            } else if try reader.bytes32(0) != commitment.encoded {
                throw SealedMatchError(
                    .commitmentConflict, "the registered commitment is not the one that was used before")
            }
        }
    }

    /// Notes that a try of a form ended in a verdict with C = `openings`.
    /// - Throws: `damagedStore` if nothing of the account ever opened; `fileFailed`, `interrupted`.
    public func noteTry(of name: AccountEpoch, _ form: OpeningForm, openings: Int) throws(SealedMatchError) {
        try write(name) { db, account in
            try db.execute(
                sql: "UPDATE form SET attempted = ? WHERE account = ? AND threshold = ? AND polynomials = ?",
                arguments: [openings, account, form.threshold, form.polynomials])
        }
    }

    /// Keeps K_e, 32 bytes, and the numbers of t openings that fix the polynomials. From then on the file opens the
    /// account's payloads of this epoch.
    /// - Throws: `damagedStore` if nothing of the account ever opened; `fileFailed`, `interrupted`.
    public func keepReveal(
        of name: AccountEpoch, epochKey: borrowing SecretBytes, basis: [Int64]
    ) throws(SealedMatchError) {
        // SQLite keeps copies of its own: the file is meant to hold the key.
        let key = unsafe epochKey.withBytes { unsafe [UInt8]($0) }
        try write(name) { db, account in
            try db.execute(
                sql: "UPDATE account SET epochKey = ? WHERE id = ?", arguments: [key.databaseBlob, account])
            let own = "voucher IN (SELECT id FROM voucher WHERE account = ?)"
            try db.execute(sql: "UPDATE opening SET basis = 0 WHERE \(own)", arguments: [account])
            for number in basis {
                try db.execute(
                    sql: "UPDATE opening SET basis = 1 WHERE id = ? AND \(own)", arguments: [number, account])
            }
        }
    }

    /// K_e of a revealed account, in guarded memory; nil if it is not revealed.
    /// - Throws: `damagedStore`, `outOfMemory`, `fileFailed`, `interrupted`.
    public func epochKey(of name: AccountEpoch) throws(SealedMatchError) -> SecretBytes? {
        let key: [UInt8]? = try file.read { db in
            guard let account = try Self.number(of: name, db) else { return nil }
            let sql = "SELECT \(RowReader.bounded("epochKey", 32)), epochKey IS NULL FROM account WHERE id = ?"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [account]) else { return nil }
            return try RowReader(row).integer(1) == 1 ? nil : RowReader(row).bytes32(0).bytes
        }
        guard let key else { return nil }
        return try SecretBytes.copying(key)
    }

    /// A transaction about one account.
    private func write(_ name: AccountEpoch, _ body: (Database, Int64) throws -> Void) throws(SealedMatchError) {
        try file.write { db in
            guard let account = try Self.number(of: name, db) else {
                throw SealedMatchError(.damagedStore, "nothing of this account and epoch ever opened")
            }
            try body(db, account)
        }
    }
}
