internal import GRDB
internal import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

extension AuthorityStore {
    static let columns = """
        id, \(RowReader.bounded("pseudonym", 32)), epoch, quarantined, \(RowReader.bounded("commitment", 32)),
        commitment IS NULL, epochKey IS NOT NULL
        """

    /// All accounts and epochs with openings, in no order that says when they came.
    /// - Throws: `damagedStore` for a file that cannot be read in order; `fileFailed`, `interrupted`. A damaged row is
    ///   reported in the list.
    public func accounts() throws(SealedMatchError) -> AccountList {
        try file.read { db in
            var accounts: [AccountState] = []
            var damaged: [DamagedRow] = []
            var last = Int64.min
            let rows = try Row.fetchCursor(db, sql: "SELECT \(Self.columns) FROM account ORDER BY id")
            while let row = try rows.next() {
                let reader = RowReader(row)
                let id = try reader.integer(0)
                guard id > last else {
                    throw SealedMatchError(.damagedStore, "the database's accounts are in no order")
                }
                last = id
                do throws(SealedMatchError) {
                    accounts.append(try Self.state(reader, id, db))
                } catch {
                    guard error.code != .fileFailed, error.code != .interrupted else { throw error }
                    damaged.append(DamagedRow(table: .account, row: id, error: error))
                }
            }
            return AccountList(accounts: accounts, damaged: damaged)
        }
    }

    /// One account and epoch; nil if nothing of it ever opened.
    /// - Throws: `damagedStore` when its row is damaged; `fileFailed`, `interrupted`.
    public func account(_ name: AccountEpoch) throws(SealedMatchError) -> AccountState? {
        try file.read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT \(Self.columns) FROM account WHERE pseudonym = ? AND epoch = ?",
                    arguments: [name.pseudonym.encoded.databaseBlob, name.epoch])
            else { return nil }
            let reader = RowReader(row)
            return try Self.state(reader, reader.integer(0), db)
        }
    }

    static func state(
        _ row: RowReader, _ id: Int64, _ db: Database
    ) throws(SealedMatchError) -> AccountState {
        AccountState(
            name: AccountEpoch(pseudonym: Pseudonym(canonical: try row.bytes32(1)), epoch: try row.epoch(2)),
            forms: try forms(of: id, db),
            quarantined: try row.integer(3, in: 0...Int64(Int32.max)),
            commitment: try row.integer(5) == 1 ? nil : Commitment(canonical: row.bytes32(4)),
            isRevealed: try row.integer(6) == 1)
    }

    private static func forms(of account: Int64, _ db: Database) throws(SealedMatchError) -> [FormCount] {
        try StoreFile.mappingErrors {
            let statement = try db.cachedStatement(
                sql: "SELECT threshold, polynomials, vouchers, kept, attempted FROM form WHERE account = ?")
            return try Row.fetchAll(statement, arguments: [account]).map { row in
                let reader = RowReader(row)
                let most = Int64(Int32.max)
                let form = OpeningForm(
                    threshold: try reader.integer(0, in: Parameters.thresholds),
                    polynomials: try reader.integer(1, in: Parameters.polynomialCounts))
                return FormCount(
                    form: form, vouchers: try reader.integer(2, in: 0...most),
                    openings: try reader.integer(3, in: 0...most), tried: try reader.integer(4, in: 0...most))
            }
        }
    }

    /// The number of an account's row; nil if nothing of it ever opened.
    static func number(of name: AccountEpoch, _ db: Database) throws -> Int64? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM account WHERE pseudonym = ? AND epoch = ?"),
            arguments: [name.pseudonym.encoded.databaseBlob, name.epoch]
        ).map { try RowReader($0).integer(0) }
    }

    /// The openings of one account, epoch and form, in the order of opening; none for a form that it does not have.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`. A damaged row is reported in the result; one of a
    ///   voucher takes its openings with it.
    public func openings(of name: AccountEpoch, _ form: OpeningForm) throws(SealedMatchError) -> KeptOpenings {
        try file.read { db in
            guard let account = try Self.number(of: name, db) else {
                return KeptOpenings(openings: [], counted: 0, basis: [], damaged: [])
            }
            let count = try Self.forms(of: account, db).first { $0.form == form }
            var kept = Kept()
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, \(RowReader.bounded("voucherID", VoucherID.encodedCount)),
                        \(RowReader.bounded("header", VoucherHeader.encodedCount)),
                        \(RowReader.bounded("body", SealedVoucher.maximumEncodedCount))
                    FROM voucher WHERE account = ? AND threshold = ? AND polynomials = ? ORDER BY place
                    """, arguments: [account, form.threshold, form.polynomials])
            while kept.openings.count < Kept.most, let row = try rows.next() {
                let reader = RowReader(row)
                let id = try reader.integer(0)
                do throws(SealedMatchError) {
                    let (header, body) = try Self.voucher(reader)
                    try StoreFile.mappingErrors { try kept.add(openingsOf: id, header, body, db) }
                } catch {
                    guard error.code != .fileFailed, error.code != .interrupted else { throw error }
                    kept.damaged.append(DamagedRow(table: .voucher, row: id, error: error))
                }
            }
            return KeptOpenings(
                openings: kept.openings, counted: count?.openings ?? 0, basis: kept.basis, damaged: kept.damaged)
        }
    }

    static func voucher(_ row: RowReader) throws(SealedMatchError) -> (VoucherHeader, [UInt8]) {
        let header = try VoucherHeader(canonical: row.blob(2))
        guard try row.blob(1) == header.voucherID.encoded else {
            throw SealedMatchError(.damagedStore, "a voucher's ID is not its header's")
        }
        let body = try row.blob(3)
        guard body.count == header.bodyCount else {
            throw SealedMatchError(.damagedStore, "a voucher's body has not its header's size")
        }
        return (header, body)
    }
}

/// Openings that were read so far.
private struct Kept {
    static let most = OpeningCaps.counted + OpeningCaps.quarantined

    var openings: [KeptOpening] = []
    var basis: Set<Int64> = []
    var damaged: [DamagedRow] = []

    mutating func add(openingsOf voucher: Int64, _ header: VoucherHeader, _ body: [UInt8], _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, slot, \(RowReader.bounded("rkey", 32)), quarantined, basis
                FROM opening WHERE voucher = ? ORDER BY slot LIMIT ?
                """)
        let rows = try Row.fetchCursor(statement, arguments: [voucher, min(header.probes, Self.most - openings.count)])
        while let row = try rows.next() {
            let reader = RowReader(row)
            let id = try reader.integer(0)
            do throws(SealedMatchError) {
                let opening = try Opening(
                    header: header, slot: reader.integer(1, in: 0...(header.probes - 1)), key: reader.bytes32(2),
                    body: body)
                let kept = KeptOpening(number: id, opening: opening, quarantined: try reader.integer(3) != 0)
                if try reader.integer(4) != 0 { basis.insert(id) }
                openings.append(kept)
            } catch {
                damaged.append(DamagedRow(table: .opening, row: id, error: error))
            }
        }
    }
}
