internal import GRDB
public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

extension AuthorityStore: MovableOpenings {
    // MARK: Read

    /// Account-epochs, in the order of their rows' random numbers.
    /// - Throws: `damagedStore` for a file that cannot be read in order; `fileFailed`, `interrupted`.
    public func accounts(after place: StorePlace?, limit: Int) throws(SealedMatchError) -> AccountPage {
        try file.read { db in
            var accounts: [AccountState] = []
            var damaged: [DamagedRow] = []
            var last = place?.number
            var count = 0
            let rows = try Row.fetchCursor(
                db, sql: "SELECT \(Self.columns) FROM account WHERE ?1 IS NULL OR id > ?1 ORDER BY id LIMIT ?2",
                arguments: [last, max(1, limit)])
            while let row = try rows.next() {
                let reader = RowReader(row)
                let id = try reader.integer(0)
                guard last.map({ id > $0 }) ?? true else {
                    throw SealedMatchError(.damagedStore, "the database's accounts are in no order")
                }
                last = id
                count += 1
                do throws(SealedMatchError) {
                    accounts.append(try Self.state(reader, id, db))
                } catch {
                    guard error.code != .fileFailed, error.code != .interrupted else { throw error }
                    damaged.append(DamagedRow(table: .account, row: id, error: error))
                }
            }
            return AccountPage(
                accounts: accounts, damaged: damaged,
                next: count < max(1, limit) ? nil : last.map { StorePlace(number: $0) })
        }
    }

    /// Vouchers of one account, epoch and form with their openings, in the order of recording.
    /// - Throws: `damagedStore` for a file that cannot be read in order; `fileFailed`, `interrupted`.
    public func vouchers(
        of name: AccountEpoch, _ form: OpeningForm, after place: Int, limit: Int
    ) throws(SealedMatchError) -> KeptVoucherPage {
        try file.read { db in
            guard let account = try Self.number(of: name, db) else {
                return KeptVoucherPage(vouchers: [], damaged: [], next: nil)
            }
            var vouchers: [KeptVoucher] = []
            var damaged: [DamagedRow] = []
            var (last, count) = (place, 0)
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, \(RowReader.bounded("voucherID", VoucherID.encodedCount)),
                        \(RowReader.bounded("header", VoucherHeader.encodedCount)),
                        \(RowReader.bounded("body", SealedVoucher.maximumEncodedCount)), place
                    FROM voucher WHERE account = ? AND threshold = ? AND polynomials = ? AND place > ?
                    ORDER BY place LIMIT ?
                    """, arguments: [account, form.threshold, form.polynomials, place, max(1, limit)])
            while let row = try rows.next() {
                let reader = RowReader(row)
                let id = try reader.integer(0)
                let place = try reader.integer(4, in: 0...Int(Int32.max))
                guard place > last else {
                    throw SealedMatchError(.damagedStore, "an account's vouchers are in no order")
                }
                (last, count) = (place, count + 1)
                do throws(SealedMatchError) {
                    let (header, body) = try Self.voucher(reader)
                    guard header.pseudonym == name.pseudonym, header.epoch == name.epoch else {
                        throw SealedMatchError(.damagedStore, "a voucher's row is not its header's")
                    }
                    let slots = try StoreFile.mappingErrors { try Self.slots(of: id, header, &damaged, db) }
                    vouchers.append(
                        KeptVoucher(form: form, place: place, header: header, body: body, openings: slots))
                } catch {
                    guard error.code != .fileFailed, error.code != .interrupted else { throw error }
                    damaged.append(DamagedRow(table: .voucher, row: id, error: error))
                }
            }
            return KeptVoucherPage(vouchers: vouchers, damaged: damaged, next: count < max(1, limit) ? nil : last)
        }
    }

    private static func slots(
        of voucher: Int64, _ header: VoucherHeader, _ damaged: inout [DamagedRow], _ db: Database
    ) throws -> [KeptSlot] {
        var slots: [KeptSlot] = []
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, slot, \(RowReader.bounded("rkey", 32)), quarantined, basis
                FROM opening WHERE voucher = ? ORDER BY slot
                """)
        let rows = try Row.fetchCursor(statement, arguments: [voucher])
        while let row = try rows.next() {
            let reader = RowReader(row)
            let id = try reader.integer(0)
            do throws(SealedMatchError) {
                slots.append(
                    KeptSlot(
                        slot: try reader.integer(1, in: 0...(header.probes - 1)), key: try reader.bytes32(2),
                        quarantined: try reader.integer(3) != 0, isOfBasis: try reader.integer(4) != 0))
            } catch {
                damaged.append(DamagedRow(table: .opening, row: id, error: error))
            }
        }
        return slots
    }

    /// Takes counts of what was opened, in place of what it has of the same epochs and sets.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then none is taken.
    public func take(_ opened: [OpenedCount]) throws(SealedMatchError) {
        try file.write { db in
            for count in opened {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO opened (epoch, setRoot, vouchers, slots) VALUES (?, ?, ?, ?)",
                    arguments: [count.epoch, count.root.encoded.databaseBlob, count.vouchers, count.slots])
            }
        }
    }

    /// How much there is, also of what belongs to nothing.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func totals() throws(SealedMatchError) -> OpeningTotals {
        try file.read { db in
            let count = { (table: String) in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 }
            return OpeningTotals(
                accounts: try count("account"), vouchers: try count("voucher"), openings: try count("opening"),
                sealed: try count("sealed"))
        }
    }

    /// Every source that has a row here.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func sources() throws(SealedMatchError) -> [StoreIdentity] {
        try file.read { db in
            try Row.fetchAll(db, sql: "SELECT \(RowReader.bounded("identity", 32)) FROM source ORDER BY identity")
                .map { try RowReader($0).bytes32(0) }
        }
    }

    /// Vouchers of a source that wait for a set's key, after a position, ascending.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func waiting(
        in source: StoreIdentity, after position: Int64, limit: Int
    ) throws(SealedMatchError) -> [WaitingVoucher] {
        try file.read { db in
            let sql = """
                SELECT waiting.position, \(RowReader.bounded("setRoot", 32)) FROM waiting
                JOIN source ON source.id = waiting.source
                WHERE identity = ? AND waiting.position > ? ORDER BY waiting.position LIMIT ?
                """
            let rows = try Row.fetchAll(db, sql: sql, arguments: [source.databaseBlob, position, max(0, limit)])
            return try rows.map { row in
                WaitingVoucher(
                    position: try RowReader(row).integer(0), root: SetRoot(canonical: try RowReader(row).bytes32(1)))
            }
        }
    }

    // MARK: Take

    /// Takes vouchers of one account and epoch, with their places and openings, in one transaction.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then none was taken.
    public func take(_ vouchers: [KeptVoucher], of name: AccountEpoch) throws(SealedMatchError) {
        try file.write { db in
            let account = try Self.made(name, db)
            for voucher in vouchers {
                try db.cachedStatement(
                    sql: """
                        INSERT OR IGNORE INTO voucher
                            (id, account, threshold, polynomials, place, voucherID, header, body)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        """
                ).execute(
                    arguments: [
                        try Self.freeNumber(in: .voucher, db), account, voucher.form.threshold,
                        voucher.form.polynomials, voucher.place, voucher.header.voucherID.encoded.databaseBlob,
                        voucher.header.encoded.databaseBlob, voucher.body.databaseBlob,
                    ])
                guard db.changesCount == 1 else { continue }
                let number = db.lastInsertedRowID
                for slot in voucher.openings {
                    try db.cachedStatement(
                        sql: """
                            INSERT INTO opening (id, voucher, slot, rkey, quarantined, basis)
                            VALUES (?, ?, ?, ?, ?, ?)
                            """
                    ).execute(
                        arguments: [
                            try Self.freeNumber(in: .opening, db), number, slot.slot, slot.key.databaseBlob,
                            slot.quarantined, slot.isOfBasis,
                        ])
                }
            }
        }
    }

    /// The number of an account's row, made if it is missing.
    private static func made(_ name: AccountEpoch, _ db: Database) throws -> Int64 {
        if let number = try number(of: name, db) { return number }
        let number = try freeNumber(in: .account, db)
        try db.cachedStatement(sql: "INSERT INTO account (id, pseudonym, epoch) VALUES (?, ?, ?)")
            .execute(arguments: [number, name.pseudonym.encoded.databaseBlob, name.epoch])
        return number
    }

    /// Takes the state of an account and epoch, and K_e if it is revealed, in one transaction.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was taken.
    public func take(_ account: AccountState, epochKey: borrowing SecretBytes?) throws(SealedMatchError) {
        let key: [UInt8]?
        switch epochKey {
        case .some(let secret): key = unsafe secret.withBytes { unsafe [UInt8]($0) }
        case .none: key = nil
        }
        try file.write { db in
            let number = try Self.made(account.name, db)
            try db.execute(
                sql: "UPDATE account SET kept = ?, quarantined = ?, commitment = ?, epochKey = ? WHERE id = ?",
                arguments: [
                    account.openings, account.quarantined, account.commitment?.encoded.databaseBlob,
                    key?.databaseBlob, number,
                ])
            for form in account.forms {
                try db.execute(
                    sql: """
                        INSERT OR REPLACE INTO form (account, threshold, polynomials, kept, vouchers, attempted)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        number, form.form.threshold, form.form.polynomials, form.openings, form.vouchers, form.tried,
                    ])
            }
        }
    }

    /// Takes vouchers that wait for a set's key.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then none was taken.
    public func take(_ waiting: [WaitingVoucher], in source: StoreIdentity) throws(SealedMatchError) {
        guard !waiting.isEmpty else { return }
        try file.write { db in
            let number = try Self.number(of: source, db)
            for voucher in waiting {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO waiting (source, position, setRoot) VALUES (?, ?, ?)",
                    arguments: [number, voucher.position, voucher.root.encoded.databaseBlob])
            }
        }
    }
}
