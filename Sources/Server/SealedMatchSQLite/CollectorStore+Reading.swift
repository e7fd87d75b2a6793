internal import GRDB
public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol

extension CollectorStore {
    /// Drawn when the file was made, and kept in it: 32 bytes.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func identity() throws(SealedMatchError) -> StoreIdentity {
        try file.read { db in
            let sql = "SELECT \(RowReader.bounded("bytes", 32)) FROM identity WHERE id = 1"
            guard let row = try Row.fetchOne(db, sql: sql) else {
                throw SealedMatchError(.damagedStore, "the database has lost its identity")
            }
            return try RowReader(row).bytes32(0)
        }
    }

    /// The greatest position that was ever used; 0 before the first voucher.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func end() throws(SealedMatchError) -> Int64 {
        try file.read { db in
            // SQLite's own record, which no deletion turns back.
            guard let row = try Row.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'voucher'") else {
                return 0
            }
            return try RowReader(row).integer(0)
        }
    }

    /// The token of the run that stored the voucher at a position, 16 bytes, and the first 16 of the voucher's digest,
    /// or zeros if it is gone or damaged. Of what a file's older version stored: the whole digest; nil if it is gone.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func mark(at position: Int64) throws(SealedMatchError) -> Bytes32? {
        try file.read { db in
            let digest = try Self.digest(at: position, db)
            let sql = "SELECT \(RowReader.bounded("token", 16)) FROM run WHERE first <= ? ORDER BY first DESC LIMIT 1"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [position]) else { return digest }
            return try Bytes32(exactly: RowReader(row).blob(0) + (digest ?? Bytes32()).bytes.prefix(16))
        }
    }

    /// Whether the voucher at the cursor's position was stored by the run that the cursor names; if it is still there,
    /// whether it is that voucher.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func isAsRead(_ cursor: SourceCursor) throws(SealedMatchError) -> Bool {
        let now = try mark(at: cursor.position)
        guard now != cursor.mark, let now, let known = cursor.mark else { return now == cursor.mark }
        return now.bytes.suffix(16).allSatisfy { $0 == 0 } && now.bytes.prefix(16) == known.bytes.prefix(16)
    }

    /// nil if there is no voucher. A digest that was damaged is none; its voucher is reported where it is read.
    private static func digest(at position: Int64, _ db: Database) throws -> Bytes32? {
        let sql = "SELECT \(RowReader.bounded("digest", 32)) FROM voucher WHERE sequence = ?"
        return try Row.fetchOne(db, sql: sql, arguments: [position]).flatMap { try? RowReader($0).bytes32(0) }
    }

    /// Every row is checked again: it parses, its columns are those of its header, and its digest is the one it was
    /// stored with. A row that fails is reported and skipped.
    public func vouchers(after position: Int64, limit: Int) throws(SealedMatchError) -> VoucherPage {
        try file.read { db in
            var vouchers: [StoredVoucher] = []
            var damaged: [DamagedRow] = []
            var last = position
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT sequence, \(RowReader.bounded("pseudonym", 32)), epoch, \(RowReader.bounded("voucherID", 16)),
                        \(RowReader.bounded("digest", 32)), \(RowReader.bounded("bytes", SealedVoucher.maximumEncodedCount))
                    FROM voucher WHERE sequence > ? AND bytes IS NOT NULL ORDER BY sequence LIMIT ?
                    """, arguments: [position, max(0, limit)])
            while let row = try rows.next() {
                let reader = RowReader(row)
                let number = try reader.integer(0)
                // A file whose pages were edited may give rows again and again.
                guard number > last else {
                    throw SealedMatchError(.damagedStore, "the database's vouchers are in no order")
                }
                last = number
                do throws(SealedMatchError) {
                    vouchers.append(StoredVoucher(position: number, voucher: try Self.voucher(reader)))
                } catch {
                    damaged.append(DamagedRow(table: .voucher, row: number, error: error))
                }
            }
            return VoucherPage(vouchers: vouchers, damaged: damaged, last: last)
        }
    }

    private static func voucher(_ row: RowReader) throws(SealedMatchError) -> SealedVoucher {
        let bytes = try row.blob(5)
        let voucher = try SealedVoucher(canonical: bytes)
        guard try row.bytes32(1) == voucher.header.pseudonym.encoded, try row.epoch(2) == voucher.header.epoch,
            try row.blob(3) == voucher.header.voucherID.encoded, try row.bytes32(4) == KDF.plainDigest(of: bytes)
        else {
            throw SealedMatchError(.damagedStore, "a voucher is not the one that was stored")
        }
        return voucher
    }

    /// The vouchers at these positions that still have their bytes, in ascending order, checked as those of a page.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func vouchers(at positions: [Int64]) throws(SealedMatchError) -> VoucherPage {
        var vouchers: [StoredVoucher] = []
        var damaged: [DamagedRow] = []
        for position in Set(positions).sorted() where position > 0 {
            let page = try self.vouchers(after: position - 1, limit: 1)
            guard page.last == position else { continue }
            vouchers += page.vouchers
            damaged += page.damaged
        }
        return VoucherPage(vouchers: vouchers, damaged: damaged, last: positions.max() ?? 0)
    }

    /// Whether a voucher that was accepted is found again, as a reader will: by its place in the order of arrival, byte
    /// for byte, or, once its bytes are forgotten, by its digest. Asked before the sender's copy goes: a damaged file
    /// may take what it cannot give back.
    /// - Throws: `damagedStore`, `fileFailed`; the errors of decoding for what is no voucher.
    public func holds(_ voucher: [UInt8]) throws(SealedMatchError) -> Bool {
        let header = try SealedVoucher(canonical: voucher).header
        let digest = try KDF.plainDigest(of: voucher)
        let place: Int64? = try file.read { db in
            let sql = "SELECT sequence FROM voucher WHERE pseudonym = ? AND epoch = ? AND voucherID = ?"
            guard
                let row = try Row.fetchOne(
                    db.cachedStatement(sql: sql),
                    arguments: [
                        header.pseudonym.encoded.databaseBlob, header.epoch, header.voucherID.encoded.databaseBlob,
                    ])
            else { return nil }
            return try RowReader(row).integer(0)
        }
        guard let place else { return false }
        let page = try vouchers(at: [place])
        if let found = page.vouchers.first { return found.voucher.encoded == voucher }
        guard page.damaged.isEmpty else { return false }
        return try file.read { db in try Self.digest(at: place, db) } == digest
    }

    /// The commitment that was registered with a pseudonym in an epoch, if there is one.
    /// - Throws: `damagedStore` when the row was damaged.
    public func commitment(of pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> Commitment? {
        try file.read { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql:
                        "SELECT \(RowReader.bounded("commitment", 32)) FROM registration WHERE epoch = ? AND pseudonym = ?",
                    arguments: [epoch, pseudonym.encoded.databaseBlob])
            else { return nil }
            guard let commitment = try? RowReader(row).bytes32(0) else {
                throw SealedMatchError(.damagedStore, "a registered commitment has not 32 bytes")
            }
            return Commitment(canonical: commitment)
        }
    }

    /// The registration of an account and epoch, if there is one. Not for an authority.
    /// - Throws: `damagedStore` when the row was damaged; `fileFailed`.
    public func registration(account: AccountID, epoch: UInt32) throws(SealedMatchError) -> Registration? {
        try file.read { db in
            let sql = "SELECT \(Self.registrationColumns) FROM registration WHERE account = ? AND epoch = ?"
            return try Row.fetchOne(db, sql: sql, arguments: [account.encoded.databaseBlob, epoch])
                .map { try Self.registration(RowReader($0)) }
        }
    }

    /// What `registration(_:)` reads, from column 0.
    static let registrationColumns = """
        \(RowReader.bounded("account", 32)), epoch, \(RowReader.bounded("pseudonym", 32)),
        \(RowReader.bounded("commitment", 32)), \(RowReader.bounded("signature", Registration.maximumSignatureCount))
        """

    static func registration(_ row: RowReader) throws(SealedMatchError) -> Registration {
        var registration = Registration(
            account: AccountID(canonical: try row.bytes32(0)), epoch: try row.epoch(1),
            pseudonym: Pseudonym(canonical: try row.bytes32(2)), commitment: Commitment(canonical: try row.bytes32(3)))
        registration.signature = try row.blob(4)
        return registration
    }

    /// How many vouchers of an account and epoch were stored, pruned ones included; 0 if it is not registered.
    public func count(account: AccountID, epoch: UInt32) throws(SealedMatchError) -> Int {
        try file.read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT vouchers FROM registration WHERE account = ? AND epoch = ?",
                    arguments: [account.encoded.databaseBlob, epoch])
            else { return 0 }
            return try RowReader(row).integer(0, in: 0...Int64(Int32.max))
        }
    }

    /// One registered account and epoch.
    public struct Account: Equatable, Sendable {
        /// As it came.
        public let registration: Registration
        /// Vouchers stored, pruned ones included.
        public let vouchers: Int
    }

    /// Part of the registered accounts and epochs.
    public struct AccountPage: Sendable {
        /// In the order of registration.
        public let accounts: [Account]
        /// Rows that were skipped. They stay in the file.
        public let damaged: [DamagedRow]
        /// The row after which the next page begins; equal to the argument when there was nothing more.
        public let last: Int64
    }

    /// Registered accounts and epochs, in the order of registration.
    /// - Parameters:
    ///   - after: the row after which the page begins; 0 for the first.
    ///   - limit: rows at most.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func accounts(after: Int64 = 0, limit: Int = 1000) throws(SealedMatchError) -> AccountPage {
        try file.read { db in
            var accounts: [Account] = []
            var damaged: [DamagedRow] = []
            var last = after
            let rows = try Row.fetchCursor(
                db,
                sql:
                    """
                    SELECT \(Self.registrationColumns), id, vouchers
                    FROM registration WHERE id > ? ORDER BY id LIMIT ?
                    """,
                arguments: [after, max(0, limit)])
            while let row = try rows.next() {
                let reader = RowReader(row)
                let number = try reader.integer(5)
                guard number > last else {
                    throw SealedMatchError(.damagedStore, "the database's registrations are in no order")
                }
                last = number
                do throws(SealedMatchError) {
                    accounts.append(
                        Account(
                            registration: try Self.registration(reader),
                            vouchers: try reader.integer(6, in: 0...Int64(Int32.max))))
                } catch {
                    damaged.append(DamagedRow(table: .registration, row: last, error: error))
                }
            }
            return AccountPage(accounts: accounts, damaged: damaged, last: last)
        }
    }

    /// Forgets the bytes of these vouchers, and keeps their digests. They are overwritten in the file.
    /// - Returns: how many had bytes to forget.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was forgotten.
    @discardableResult
    public func acknowledge(_ positions: [Int64]) throws(SealedMatchError) -> Int {
        guard !positions.isEmpty else { return 0 }
        return try file.write { db in
            let statement = try db.cachedStatement(
                sql: "UPDATE voucher SET bytes = NULL WHERE sequence = ? AND bytes IS NOT NULL")
            var forgotten = 0
            for position in positions {
                try statement.execute(arguments: [position])
                forgotten += db.changesCount
            }
            return forgotten
        }
    }

    /// How many vouchers after a position have no bytes any more, because a reader acknowledged them.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func forgotten(after position: Int64) throws(SealedMatchError) -> Int {
        try file.read { db in
            let sql = "SELECT count(*) FROM voucher WHERE sequence > ? AND bytes IS NULL"
            return try Int.fetchOne(db, sql: sql, arguments: [position]) ?? 0
        }
    }

    /// Forgets everything of one account, and names what it was registered as. (Docs/Protocol.md, "Collector")
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was forgotten.
    public func erase(_ account: AccountID) throws(SealedMatchError) -> [AccountEpoch] {
        try file.forget { db in
            let own: StatementArguments = [account.encoded.databaseBlob]
            let sql = "SELECT \(RowReader.bounded("pseudonym", 32)), epoch FROM registration WHERE account = ?"
            let names = try Row.fetchAll(db, sql: sql + " ORDER BY epoch", arguments: own).map { row in
                let reader = RowReader(row)
                return AccountEpoch(
                    pseudonym: Pseudonym(canonical: try reader.bytes32(0)), epoch: try reader.epoch(1))
            }
            for name in names {
                try db.execute(
                    sql: "DELETE FROM voucher WHERE pseudonym = ? AND epoch = ?",
                    arguments: [name.pseudonym.encoded.databaseBlob, name.epoch])
            }
            try Self.forgetNotices(db, of: "account = ?", own)
            try db.execute(sql: "DELETE FROM registration WHERE account = ?", arguments: own)
            return names
        }
    }

    /// Forgets everything of epochs before `epoch`, and refuses them from now on. (Docs/Protocol.md, "Collector")
    /// - Returns: how many registrations and vouchers were forgotten.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was forgotten.
    @discardableResult
    public func expire(before epoch: UInt32) throws(SealedMatchError) -> ExpiredCounts {
        try file.forget { db in
            try db.execute(sql: "UPDATE expiry SET firstEpoch = max(firstEpoch, ?)", arguments: [epoch])
            try db.execute(sql: "DELETE FROM voucher WHERE epoch < ?", arguments: [epoch])
            let vouchers = db.changesCount
            try Self.forgetNotices(db, of: "epoch < ?", [epoch])
            try db.execute(sql: "DELETE FROM registration WHERE epoch < ?", arguments: [epoch])
            return ExpiredCounts(registrations: db.changesCount, vouchers: vouchers)
        }
    }
}
