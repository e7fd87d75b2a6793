public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol

extension PostgreSQLOpenings {
    /// How far this store has read a source; nil if it never did.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func cursor(in source: StoreIdentity) throws(SealedMatchError) -> SourceCursor? {
        try pool.perform { connection in
            let sql = "SELECT position, \(Rows.bounded("mark", 32)), mark IS NULL FROM source WHERE identity = $1"
            let rows = try connection.run(sql, .bytes(source.bytes))
            guard rows.count == 1 else { return nil }
            return SourceCursor(
                source: source, position: try rows.integer(0, 0),
                mark: try rows.flag(0, 2) ? nil : rows.bytes32(0, 1))
        }
    }

    static func move(_ cursor: SourceCursor, of source: StoreIdentity, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO source (identity, position, mark) VALUES ($1, $2, $3)
            ON CONFLICT (identity) DO UPDATE SET position = excluded.position, mark = excluded.mark
            """, .bytes(source.bytes), .integer(cursor.position), .bytes(cursor.mark?.bytes))
    }

    /// Keeps sealed vouchers as they came, encrypted, until an operator decides otherwise.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then none is kept.
    public func keepSealed(_ vouchers: [StoredVoucher], of source: StoreIdentity) throws(SealedMatchError) {
        guard !vouchers.isEmpty else { return }
        let vouchers = vouchers.sorted { $0.position < $1.position }
        let names = vouchers.map {
            AccountEpoch(pseudonym: $0.voucher.header.pseudonym, epoch: $0.voucher.header.epoch)
        }
        var cells: [[UInt8]] = []
        for (voucher, name) in zip(vouchers, names) {
            cells.append(try SealedCell.sealed(voucher.position, of: source, name).seal(voucher.voucher.encoded, keys))
        }
        try pool.perform { connection in
            try connection.run(
                """
                INSERT INTO sealed (source, position, pseudonym, epoch, bytes)
                SELECT $1::bytea, * FROM unnest($2::int8[], $3::bytea[], $4::int8[], $5::bytea[])
                ON CONFLICT (source, position) DO NOTHING
                """, .bytes(source.bytes), .integers(vouchers.map(\.position)),
                .bytesArray(names.map(\.pseudonym.encoded.bytes)), .integers(names.map { Int64($0.epoch) }),
                .bytesArray(cells))
        }
    }

    /// At most `limit` of the sealed vouchers that are kept of a source, after a position, ascending.
    /// - Throws: `fileFailed`, `interrupted`; `damagedStore`, `wrongLength`, `invalidMagic`, `parameterOutOfRange` for
    ///   a row that is no voucher.
    public func sealed(
        of source: StoreIdentity, after position: Int64, limit: Int
    ) throws(SealedMatchError) -> [StoredVoucher] {
        try pool.perform { connection in
            let most = SealedVoucher.maximumEncodedCount + SealedCell.overhead
            let rows = try connection.run(
                """
                SELECT position, \(Rows.bounded("pseudonym", 32)), epoch, \(Rows.bounded("bytes", most)) FROM sealed
                WHERE source = $1 AND position > $2 ORDER BY position LIMIT $3::int8
                """, .bytes(source.bytes), .integer(position), .integer(max(0, limit)))
            return try (0..<rows.count).map { row in
                let position = try rows.integer(row, 0)
                let name = AccountEpoch(
                    pseudonym: Pseudonym(canonical: try rows.bytes32(row, 1)), epoch: try rows.epoch(row, 2))
                let bytes = try SealedCell.sealed(position, of: source, name).open(rows.bytes(row, 3), keys)
                return StoredVoucher(position: position, voucher: try SealedVoucher(canonical: bytes))
            }
        }
    }

    /// Positions of at most `limit` vouchers that wait for the key of one of these sets, ascending.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func waiting(
        for roots: Set<SetRoot>, in source: StoreIdentity, limit: Int
    ) throws(SealedMatchError) -> [Int64] {
        try pool.perform { connection in
            let rows = try connection.run(
                """
                SELECT position FROM waiting WHERE source = $1 AND set_root = ANY ($2::bytea[])
                ORDER BY position LIMIT $3::int8
                """, .bytes(source.bytes), .bytesArray(roots.map(\.encoded.bytes)), .integer(max(0, limit)))
            return try (0..<rows.count).map { try rows.integer($0, 0) }
        }
    }

    /// Stops waiting for vouchers that were dealt with, or that the source no longer has.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func stopWaiting(for positions: [Int64], in source: StoreIdentity) throws(SealedMatchError) {
        guard !positions.isEmpty else { return }
        try pool.perform { connection in try Self.stopWaiting(for: positions, in: source, connection) }
    }

    static func stopWaiting(for positions: [Int64], in source: StoreIdentity, _ connection: Connection) throws {
        try connection.run(
            "DELETE FROM waiting WHERE source = $1 AND position = ANY ($2::int8[])", .bytes(source.bytes),
            .integers(positions))
    }
}
