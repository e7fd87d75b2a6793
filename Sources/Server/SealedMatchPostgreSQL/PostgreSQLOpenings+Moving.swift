public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

extension PostgreSQLOpenings: MovableOpenings {
    // MARK: Read

    /// Account-epochs, in the order of their pseudonyms.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func accounts(after place: StorePlace?, limit: Int) throws(SealedMatchError) -> AccountPage {
        try pool.read { connection in
            let limit = max(1, limit)
            let rows = try connection.run(
                """
                SELECT \(Self.stateColumns) FROM account WHERE (pseudonym, epoch) > ($1::bytea, $2::int8)
                ORDER BY pseudonym, epoch LIMIT $3::int8
                """, .bytes(place?.bytes ?? []), .integer(place?.number ?? -1), .integer(limit))
            let (accounts, damaged) = try Self.states(rows, connection)
            let next =
                try rows.count < limit
                ? nil : StorePlace(bytes: rows.bytes(rows.count - 1, 0), number: rows.integer(rows.count - 1, 1))
            guard next == nil || next != place else {
                throw SealedMatchError(.damagedStore, "the database's accounts are in no order")
            }
            return AccountPage(accounts: accounts, damaged: damaged, next: next)
        }
    }

    /// Vouchers of one account, epoch and form with their openings, in the order of recording.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func vouchers(
        of name: AccountEpoch, _ form: OpeningForm, after place: Int, limit: Int
    ) throws(SealedMatchError) -> KeptVoucherPage {
        try pool.read { connection in
            let limit = max(1, limit)
            let rows = try connection.run(
                """
                SELECT place, number, \(Rows.bounded("voucher_id", VoucherID.encodedCount)),
                    \(Rows.bounded("content", Self.mostContent)) FROM voucher
                WHERE pseudonym = $1 AND epoch = $2::int8 AND threshold = $3::int8 AND polynomials = $4::int8
                    AND place > $5::int8
                ORDER BY place LIMIT $6::int8
                """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch), .integer(form.threshold),
                .integer(form.polynomials), .integer(place), .integer(limit))
            var found: [(place: Int, voucher: Voucher)] = []
            var damaged: [DamagedRow] = []
            var last = place
            for row in 0..<rows.count {
                let place = try rows.integer(row, 0, in: 0...Int(Int32.max))
                guard place > last else {
                    throw SealedMatchError(.damagedStore, "an account's vouchers are in no order")
                }
                last = place
                do throws(SealedMatchError) {
                    let id = try VoucherID(canonical: rows.bytes(row, 2))
                    found.append((place, try voucher(id, of: name, content: rows.bytes(row, 3))))
                } catch {
                    guard error.code != .outOfMemory else { throw error }
                    damaged.append(DamagedRow(table: .voucher, row: try rows.integer(row, 1), error: error))
                }
            }
            let cells = try openings(of: found.map { ($0.voucher.header.voucherID, name) }, connection)
            var vouchers: [KeptVoucher] = []
            for (place, voucher) in found {
                var slots: [KeptSlot] = []
                for cell in cells[VoucherKey(id: voucher.header.voucherID, name: name)] ?? [] {
                    do throws(SealedMatchError) {
                        slots.append(
                            KeptSlot(
                                slot: Int(cell.slot), key: try opening(cell, of: voucher).key,
                                quarantined: cell.isQuarantined, isOfBasis: cell.isOfBasis))
                    } catch {
                        guard error.code != .outOfMemory else { throw error }
                        damaged.append(DamagedRow(table: .opening, row: cell.number, error: error))
                    }
                }
                vouchers.append(
                    KeptVoucher(form: form, place: place, header: voucher.header, body: voucher.body, openings: slots))
            }
            return KeptVoucherPage(vouchers: vouchers, damaged: damaged, next: rows.count < limit ? nil : last)
        }
    }

    /// How much there is, also of what belongs to nothing.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func totals() throws(SealedMatchError) -> OpeningTotals {
        try pool.read { connection in
            let rows = try connection.run(
                """
                SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM voucher), (SELECT count(*) FROM opening),
                    (SELECT count(*) FROM sealed)
                """)
            return OpeningTotals(
                accounts: Int(try rows.integer(0, 0)), vouchers: Int(try rows.integer(0, 1)),
                openings: Int(try rows.integer(0, 2)), sealed: Int(try rows.integer(0, 3)))
        }
    }

    /// Every source of which something is kept.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func sources() throws(SealedMatchError) -> [StoreIdentity] {
        try pool.read { connection in
            let rows = try connection.run(
                """
                SELECT identity FROM source UNION SELECT source FROM waiting UNION SELECT source FROM sealed ORDER BY 1
                """)
            return try (0..<rows.count).map { try rows.bytes32($0, 0) }
        }
    }

    /// Vouchers of a source that wait for a set's key, after a position, ascending.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func waiting(
        in source: StoreIdentity, after position: Int64, limit: Int
    ) throws(SealedMatchError) -> [WaitingVoucher] {
        try pool.perform { connection in
            let rows = try connection.run(
                """
                SELECT position, \(Rows.bounded("set_root", 32)) FROM waiting
                WHERE source = $1 AND position > $2::int8 ORDER BY position LIMIT $3::int8
                """, .bytes(source.bytes), .integer(position), .integer(max(0, limit)))
            return try (0..<rows.count).map {
                WaitingVoucher(position: try rows.integer($0, 0), root: SetRoot(canonical: try rows.bytes32($0, 1)))
            }
        }
    }

    // MARK: Take

    /// Takes counts of what was opened, in place of what it has of the same epochs and sets.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then none is taken.
    public func take(_ opened: [OpenedCount]) throws(SealedMatchError) {
        guard !opened.isEmpty else { return }
        let (epochs, roots) = (opened.map { Int64($0.epoch) }, opened.map(\.root.encoded.bytes))
        try pool.write { connection in
            try connection.run(
                """
                DELETE FROM opened USING unnest($1::int8[], $2::bytea[]) AS taken (epoch, set_root)
                WHERE opened.epoch = taken.epoch AND opened.set_root = taken.set_root
                """, .integers(epochs), .bytesArray(roots))
            try connection.run(
                """
                INSERT INTO opened (epoch, set_root, vouchers, slots, part)
                SELECT *, 0 FROM unnest($1::int8[], $2::bytea[], $3::int8[], $4::int8[])
                """, .integers(epochs), .bytesArray(roots), .integers(opened.map(\.vouchers)),
                .integers(opened.map(\.slots)))
        }
    }

    /// Takes vouchers of one account and epoch, with their places and openings, in one transaction.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then none was taken.
    public func take(_ vouchers: [KeptVoucher], of name: AccountEpoch) throws(SealedMatchError) {
        guard !vouchers.isEmpty else { return }
        try pool.write { connection in
            try insert(vouchers, of: name, connection)
            try insertSlots(vouchers, of: name, connection)
        }
    }

    private func insert(_ vouchers: [KeptVoucher], of name: AccountEpoch, _ connection: Connection) throws {
        var contents: [[UInt8]] = []
        for voucher in vouchers {
            contents.append(
                try SealedCell.voucher(voucher.header.voucherID, of: name).seal(
                    voucher.header.encoded + voucher.body, keys))
        }
        try connection.run(
            """
            INSERT INTO voucher (pseudonym, epoch, voucher_id, number, threshold, polynomials, place, content)
            SELECT $1::bytea, $2::int8, * FROM unnest($3::bytea[], $4::int8[], $5::int8[], $6::int8[], $7::int8[],
                $8::bytea[])
            ON CONFLICT (pseudonym, epoch, voucher_id) DO NOTHING
            """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch),
            .bytesArray(vouchers.map(\.header.voucherID.encoded)),
            .integers(vouchers.map { _ in Self.freeNumber() }), .integers(vouchers.map { Int64($0.form.threshold) }),
            .integers(vouchers.map { Int64($0.form.polynomials) }), .integers(vouchers.map { Int64($0.place) }),
            .bytesArray(contents))
    }

    private func insertSlots(_ vouchers: [KeptVoucher], of name: AccountEpoch, _ connection: Connection) throws {
        var (ids, slots, numbers): ([[UInt8]], [Int64], [Int64]) = ([], [], [])
        var (keys, quarantined, basis): ([[UInt8]], [Bool], [Bool]) = ([], [], [])
        for voucher in vouchers {
            let id = voucher.header.voucherID
            for slot in voucher.openings {
                ids.append(id.encoded)
                slots.append(Int64(slot.slot))
                numbers.append(Self.freeNumber())
                keys.append(try SealedCell.opening(slot.slot, id, of: name).seal(slot.key.bytes, self.keys))
                quarantined.append(slot.quarantined)
                basis.append(slot.isOfBasis)
            }
        }
        guard !ids.isEmpty else { return }
        try connection.run(
            """
            INSERT INTO opening (pseudonym, epoch, voucher_id, slot, number, rkey, quarantined, basis)
            SELECT $1::bytea, $2::int8, * FROM unnest($3::bytea[], $4::int8[], $5::int8[], $6::bytea[], $7::bool[],
                $8::bool[])
            ON CONFLICT (pseudonym, epoch, voucher_id, slot) DO NOTHING
            """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch), .bytesArray(ids), .integers(slots),
            .integers(numbers), .bytesArray(keys), .flags(quarantined), .flags(basis))
    }

    /// Takes the state of an account and epoch, and K_e, encrypted, if it is revealed, in one transaction. A revealed
    /// one is listed once more.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was taken.
    public func take(_ account: AccountState, epochKey: borrowing SecretBytes?) throws(SealedMatchError) {
        let cell: [UInt8]?
        switch epochKey {
        case .some(let secret):
            cell = try unsafe secret.withBytes { (raw) throws(SealedMatchError) in
                try unsafe SealedCell.epochKey(of: account.name).seal(raw, keys)
            }
        case .none: cell = nil
        }
        let (pseudonym, epoch) = (
            Value.bytes(account.name.pseudonym.encoded.bytes), Value.integer(account.name.epoch)
        )
        try pool.write { connection in
            try connection.run(
                """
                INSERT INTO account (pseudonym, epoch, number, kept, quarantined, commitment, epoch_key)
                VALUES ($1, $2::int8, $3::int8, $4::int8, $5::int8, $6, $7)
                ON CONFLICT (pseudonym, epoch) DO UPDATE SET kept = excluded.kept, quarantined = excluded.quarantined,
                    commitment = excluded.commitment, epoch_key = excluded.epoch_key
                """, pseudonym, epoch, .number(Self.freeNumber()), .integer(account.openings),
                .integer(account.quarantined), .bytes(account.commitment?.encoded.bytes), .bytes(cell))
            for form in account.forms {
                try connection.run(
                    """
                    INSERT INTO form (pseudonym, epoch, threshold, polynomials, kept, vouchers, attempted, places)
                    SELECT $1, $2::int8, $3::int8, $4::int8, $5::int8, $6::int8, $7::int8, coalesce(max(place) + 1, 0)
                    FROM voucher WHERE pseudonym = $1 AND epoch = $2::int8 AND threshold = $3::int8
                        AND polynomials = $4::int8
                    ON CONFLICT (pseudonym, epoch, threshold, polynomials) DO UPDATE SET kept = excluded.kept,
                        vouchers = excluded.vouchers, attempted = excluded.attempted, places = excluded.places
                    """, pseudonym, epoch, .integer(form.form.threshold), .integer(form.form.polynomials),
                    .integer(form.openings), .integer(form.vouchers), .integer(form.tried))
            }
            try Self.refreshDue(account.name, connection)
        }
    }

    /// Takes vouchers that wait for a set's key.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then none was taken.
    public func take(_ waiting: [WaitingVoucher], in source: StoreIdentity) throws(SealedMatchError) {
        guard !waiting.isEmpty else { return }
        try pool.perform { connection in
            try connection.run(
                """
                INSERT INTO waiting (source, position, set_root)
                SELECT $1::bytea, * FROM unnest($2::int8[], $3::bytea[]) ON CONFLICT (source, position) DO NOTHING
                """, .bytes(source.bytes), .integers(waiting.map(\.position)),
                .bytesArray(waiting.map(\.root.encoded.bytes)))
        }
    }

    // MARK: A store that is being filled

    /// Opens a store that a deployment is moved to, or makes one: no role opens it until `endFilling`.
    /// - Throws: as the other initialiser.
    package convenience init(
        filling connection: String, deployment: Bytes32, keys: DataKeys, mayMake: Bool,
        allowsVolatileServer: Bool = false
    ) throws(SealedMatchError) {
        try self.init(
            connection, deployment: deployment, keys: keys, creation: mayMake ? .ifMissing : .never,
            allowsVolatileServer: allowsVolatileServer, filling: true)
    }

    /// Whether a deployment is still being moved here.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    package func isBeingFilled() throws(SealedMatchError) -> Bool {
        try pool.perform { try $0.run("SELECT version FROM store").integer(0, 0) == Schema.filling }
    }

    /// Lets roles use the store.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    package func endFilling() throws(SealedMatchError) {
        try pool.perform {
            try $0.run(
                "UPDATE store SET version = $1::int8 WHERE version = $2::int8", .integer(Schema.version),
                .number(Schema.filling))
        }
    }

    /// Forgets all that was filled in.
    /// - Throws: `fileFailed`, also when roles may use the store; `damagedStore`, `interrupted`.
    package func emptyFilling() throws(SealedMatchError) {
        try pool.write { connection in
            guard try connection.run("SELECT version FROM store FOR UPDATE").integer(0, 0) == Schema.filling else {
                throw SealedMatchError(.fileFailed, "the PostgreSQL store is in use: nothing in it was changed")
            }
            try connection.execute("TRUNCATE account, form, voucher, opening, source, waiting, sealed, opened")
        }
    }
}
