internal import GRDB
public import SealedMatchCollector
public import SealedMatchCrypto
internal import SealedMatchProtocol

extension AuthorityStore {
    /// How far this store has read a source; nil if it never did.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func cursor(in source: StoreIdentity) throws(SealedMatchError) -> SourceCursor? {
        try file.read { db in
            let sql = """
                SELECT position, \(RowReader.bounded("mark", 32)), mark IS NULL FROM source WHERE identity = ?
                """
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [source.databaseBlob]) else { return nil }
            let reader = RowReader(row)
            return SourceCursor(
                source: source, position: try reader.integer(0),
                mark: try reader.integer(2) == 1 ? nil : reader.bytes32(1))
        }
    }

    /// The number of a source's row, made if it is missing.
    static func number(of source: StoreIdentity, _ db: Database) throws -> Int64 {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO source (identity, position) VALUES (?, 0)")
            .execute(arguments: [source.databaseBlob])
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT id FROM source WHERE identity = ?"), arguments: [source.databaseBlob])
        else { throw SealedMatchError(.damagedStore, "a source of vouchers could not be recorded") }
        return try RowReader(row).integer(0)
    }

    static func move(_ cursor: SourceCursor, _ source: Int64, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE source SET mark = ?, position = ? WHERE id = ?",
            arguments: [cursor.mark?.databaseBlob, cursor.position, source])
    }

    /// Keeps sealed vouchers as they came, until an operator decides otherwise.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then none is kept.
    public func keepSealed(_ vouchers: [StoredVoucher], of source: StoreIdentity) throws(SealedMatchError) {
        guard !vouchers.isEmpty else { return }
        try file.write { db in
            let number = try Self.number(of: source, db)
            for voucher in vouchers {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO sealed (source, position, bytes) VALUES (?, ?, ?)",
                    arguments: [number, voucher.position, voucher.voucher.encoded.databaseBlob])
            }
        }
    }

    /// At most `limit` of the sealed vouchers that are kept of a source, after a position, ascending.
    /// - Throws: `fileFailed`, `interrupted`; `damagedStore`, `wrongLength`, `invalidMagic`, `parameterOutOfRange` for
    /// a
    ///   row that is no voucher.
    public func sealed(
        of source: StoreIdentity, after position: Int64, limit: Int
    ) throws(SealedMatchError) -> [StoredVoucher] {
        try file.read { db in
            let sql = """
                SELECT sealed.position, \(RowReader.bounded("bytes", SealedVoucher.maximumEncodedCount)) FROM sealed
                JOIN source ON source.id = sealed.source
                WHERE identity = ? AND sealed.position > ? ORDER BY sealed.position LIMIT ?
                """
            let rows = try Row.fetchAll(db, sql: sql, arguments: [source.databaseBlob, position, max(0, limit)])
            return try rows.map { row in
                StoredVoucher(
                    position: try RowReader(row).integer(0),
                    voucher: try SealedVoucher(canonical: RowReader(row).blob(1)))
            }
        }
    }

    /// Positions of at most `limit` vouchers that wait for the key of one of these sets, ascending.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func waiting(
        for roots: Set<SetRoot>, in source: StoreIdentity, limit: Int
    ) throws(SealedMatchError) -> [Int64] {
        try file.read { db in
            var positions: [Int64] = []
            for root in roots where positions.count < limit {
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT waiting.position FROM waiting JOIN source ON source.id = waiting.source
                        WHERE identity = ? AND setRoot = ? ORDER BY waiting.position LIMIT ?
                        """,
                    arguments: [source.databaseBlob, root.encoded.databaseBlob, limit - positions.count])
                for row in rows { positions.append(try RowReader(row).integer(0)) }
            }
            return positions.sorted()
        }
    }

    /// Stops waiting for vouchers that were dealt with, or that the source no longer has.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func stopWaiting(for positions: [Int64], in source: StoreIdentity) throws(SealedMatchError) {
        try file.write { db in
            let number = try Self.number(of: source, db)
            for position in positions {
                try db.execute(
                    sql: "DELETE FROM waiting WHERE source = ? AND position = ?", arguments: [number, position])
            }
        }
    }
}
