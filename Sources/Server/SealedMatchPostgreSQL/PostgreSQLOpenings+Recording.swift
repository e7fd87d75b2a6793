public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

extension PostgreSQLOpenings {
    /// Records a page of opened vouchers and moves the cursor, in one transaction: a statement for each table, under
    /// locks on the page's accounts. Pages of other accounts are recorded at the same time. (Docs/Protocol.md, 4.11)
    /// - Returns: positions of vouchers of which an opening was not kept, because the account is beyond the caps.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then nothing was recorded.
    public func record(
        _ vouchers: [PositionedVoucher], of source: StoreIdentity, cursor: SourceCursor?,
        commitments: [AccountEpoch: Commitment], during epoch: UInt32?
    ) throws(SealedMatchError) -> [Int64] {
        let opened = vouchers.filter { $0.voucher.status == .opened }
        let names = Self.ordered(opened.filter { !$0.voucher.openings.isEmpty }.map { $0.voucher.header.name })
        return try pool.write { connection in
            try Self.wait(vouchers, of: source, connection)
            if !opened.isEmpty { try Self.stopWaiting(for: opened.map(\.position), in: source, connection) }
            var unkept: [Int64] = []
            if !names.isEmpty {
                var page = RecordedPage(
                    accounts: try lock(names, connection), recorded: try recorded(opened.map(\.voucher), connection))
                for placed in opened where !placed.voucher.openings.isEmpty {
                    let isKept = try page.add(placed.voucher, commitments[placed.voucher.header.name])
                    if !isKept { unkept.append(placed.position) }
                }
                try write(page, connection)
            }
            if let cursor { try Self.move(cursor, of: source, connection) }
            // Last: other openers may wait for these rows.
            if let epoch { try Self.count(OpenedCount.sums(of: vouchers, during: epoch), connection) }
            return unkept
        }
    }

    /// Parts of the counts of a set and epoch.
    private static let parts: Int64 = 16

    private static func count(_ counts: [OpenedCount], _ connection: Connection) throws {
        guard !counts.isEmpty else { return }
        let part = Int64.random(in: 0..<parts)
        try connection.run(
            """
            INSERT INTO opened (epoch, set_root, vouchers, slots, part)
            SELECT *, $5::int8 FROM unnest($1::int8[], $2::bytea[], $3::int8[], $4::int8[])
            ON CONFLICT (epoch, set_root, part) DO UPDATE
                SET vouchers = opened.vouchers + excluded.vouchers, slots = opened.slots + excluded.slots
            """, .integers(counts.map { Int64($0.epoch) }), .bytesArray(counts.map(\.root.encoded.bytes)),
            .integers(counts.map(\.vouchers)), .integers(counts.map(\.slots)), .number(part))
    }

    /// How much was opened, by epoch and set, in the order of epochs and roots.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func opened() throws(SealedMatchError) -> [OpenedCount] {
        try pool.read { connection in
            let rows = try connection.run(
                """
                SELECT epoch, set_root, sum(vouchers)::int8, sum(slots)::int8 FROM opened
                GROUP BY epoch, set_root ORDER BY epoch, set_root
                """)
            return try (0..<rows.count).map { row in
                OpenedCount(
                    root: SetRoot(canonical: try rows.bytes32(row, 1)), epoch: try rows.epoch(row, 0),
                    vouchers: try rows.integer(row, 2), slots: try rows.integer(row, 3))
            }
        }
    }

    private static func wait(
        _ vouchers: [PositionedVoucher], of source: StoreIdentity, _ connection: Connection
    ) throws {
        let waiting = vouchers.filter { $0.voucher.status == .unknownSet }.sorted { $0.position < $1.position }
        guard !waiting.isEmpty else { return }
        try connection.run(
            """
            INSERT INTO waiting (source, position, set_root)
            SELECT $1::bytea, * FROM unnest($2::int8[], $3::bytea[]) ON CONFLICT (source, position) DO NOTHING
            """, .bytes(source.bytes), .integers(waiting.map(\.position)),
            .bytesArray(waiting.map(\.voucher.header.setRoot.encoded.bytes)))
    }

    /// Each once, in the order in which everybody locks accounts: so nobody waits in a circle.
    static func ordered(_ names: [AccountEpoch]) -> [AccountEpoch] {
        Set(names).sorted { a, b in
            a.pseudonym == b.pseudonym ? a.epoch < b.epoch : a.pseudonym.encoded < b.pseudonym.encoded
        }
    }

    /// A number for a new row, at random: it says nothing of the order in which vouchers came. (Docs/Protocol.md, 4.11)
    static func freeNumber() -> Int64 { Int64.random(in: 1...Int64.max) }

    /// Locks the accounts, made if they are missing, until the end of the transaction.
    private func lock(
        _ names: [AccountEpoch], _ connection: Connection
    ) throws -> [AccountEpoch: RecordedPage.Account] {
        let (pseudonyms, epochs) = (names.map(\.pseudonym.encoded.bytes), names.map { Int64($0.epoch) })
        while true {
            try connection.run(
                """
                INSERT INTO account (pseudonym, epoch, number)
                SELECT * FROM unnest($1::bytea[], $2::int8[], $3::int8[]) ON CONFLICT (pseudonym, epoch) DO NOTHING
                """, .bytesArray(pseudonyms), .integers(epochs), .integers(names.map { _ in Self.freeNumber() }))
            let rows = try connection.run(
                """
                SELECT account.pseudonym, account.epoch, kept, quarantined, \(Rows.bounded("commitment", 32)),
                    commitment IS NULL, epoch_key IS NOT NULL, listed
                FROM unnest($1::bytea[], $2::int8[]) AS name (pseudonym, epoch)
                JOIN account ON account.pseudonym = name.pseudonym AND account.epoch = name.epoch
                ORDER BY account.pseudonym, account.epoch FOR UPDATE OF account
                """, .bytesArray(pseudonyms), .integers(epochs))
            // One was erased in between: it is made anew.
            guard rows.count == names.count else { continue }
            // Only now: who held a lock before may have changed them.
            let forms = try Self.forms(of: names, connection)
            var accounts: [AccountEpoch: RecordedPage.Account] = [:]
            for row in 0..<rows.count {
                let name = AccountEpoch(
                    pseudonym: Pseudonym(canonical: try rows.bytes32(row, 0)), epoch: try rows.epoch(row, 1))
                let most = 0...Int(Int32.max)
                accounts[name] = RecordedPage.Account(
                    kept: try rows.integer(row, 2, in: most), quarantined: try rows.integer(row, 3, in: most),
                    commitment: try rows.flag(row, 5) ? nil : Commitment(canonical: rows.bytes32(row, 4)),
                    isRevealed: try rows.flag(row, 6), listed: try rows.integer(row, 7, in: most),
                    forms: Dictionary(
                        uniqueKeysWithValues: try forms[name]?.get().map { ($0.count.form, $0) } ?? []))
            }
            return accounts
        }
    }

    /// What is recorded under the voucher IDs of these: all that opens of it.
    private func recorded(
        _ vouchers: [OpenedVoucher], _ connection: Connection
    ) throws -> [VoucherKey: [Opening]] {
        let asked = vouchers.filter { !$0.openings.isEmpty }.map(\.header)
        let rows = try connection.run(
            """
            SELECT voucher.pseudonym, voucher.epoch, voucher.voucher_id, \(Rows.bounded("content", Self.mostContent))
            FROM unnest($1::bytea[], $2::int8[], $3::bytea[]) AS name (pseudonym, epoch, voucher_id)
            JOIN voucher ON voucher.pseudonym = name.pseudonym AND voucher.epoch = name.epoch
                AND voucher.voucher_id = name.voucher_id
            """, .bytesArray(asked.map(\.pseudonym.encoded.bytes)), .integers(asked.map { Int64($0.epoch) }),
            .bytesArray(asked.map(\.voucherID.encoded)))
        var known: [VoucherKey: Voucher?] = [:]
        for row in 0..<rows.count {
            let name = AccountEpoch(
                pseudonym: Pseudonym(canonical: try rows.bytes32(row, 0)), epoch: try rows.epoch(row, 1))
            let id = try VoucherID(canonical: rows.bytes(row, 2))
            // What is damaged is like nothing that could be sent again.
            known[VoucherKey(id: id, name: name)] = .some(try? voucher(id, of: name, content: rows.bytes(row, 3)))
        }
        let cells = try openings(of: known.keys.map { ($0.id, $0.name) }, connection)
        var recorded: [VoucherKey: [Opening]] = [:]
        for (key, voucher) in known {
            recorded[key] = (cells[key] ?? []).compactMap { cell in
                voucher.flatMap { try? opening(cell, of: $0) }
            }
        }
        return recorded
    }

    private func write(_ page: RecordedPage, _ connection: Connection) throws {
        try insertVouchers(page.vouchers, connection)
        try insertOpenings(page.vouchers, connection)
        let forms = page.changedForms.compactMap { key in
            page.accounts[key.name]?.forms[key.form].map { (name: key.name, form: $0) }
        }
        if !forms.isEmpty {
            try connection.run(
                """
                INSERT INTO form (pseudonym, epoch, threshold, polynomials, kept, vouchers, places)
                SELECT * FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[],
                    $7::int8[])
                ON CONFLICT (pseudonym, epoch, threshold, polynomials)
                DO UPDATE SET kept = excluded.kept, vouchers = excluded.vouchers, places = excluded.places
                """, .bytesArray(forms.map(\.name.pseudonym.encoded.bytes)),
                .integers(forms.map { Int64($0.name.epoch) }),
                .integers(forms.map { Int64($0.form.count.form.threshold) }),
                .integers(forms.map { Int64($0.form.count.form.polynomials) }),
                .integers(forms.map { Int64($0.form.count.openings) }),
                .integers(forms.map { Int64($0.form.count.vouchers) }), .integers(forms.map { Int64($0.form.places) }))
        }
        let changed = page.accounts.filter(\.value.isChanged)
        guard !changed.isEmpty else { return }
        try connection.run(
            """
            UPDATE account SET kept = new.kept, quarantined = new.quarantined, commitment = new.commitment,
                due = new.due
            FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[], $5::bytea[], $6::bool[])
                AS new (pseudonym, epoch, kept, quarantined, commitment, due)
            WHERE account.pseudonym = new.pseudonym AND account.epoch = new.epoch
            """, .bytesArray(changed.map(\.key.pseudonym.encoded.bytes)),
            .integers(changed.map { Int64($0.key.epoch) }), .integers(changed.map { Int64($0.value.kept) }),
            .integers(changed.map { Int64($0.value.quarantined) }),
            .bytesArray(changed.map { $0.value.commitment?.encoded.bytes }), .flags(changed.map(\.value.isDue)))
    }

    private func insertVouchers(_ vouchers: [RecordedPage.NewVoucher], _ connection: Connection) throws {
        guard !vouchers.isEmpty else { return }
        var contents: [[UInt8]] = []
        for new in vouchers {
            let header = new.voucher.header
            contents.append(
                try SealedCell.voucher(header.voucherID, of: new.name).seal(
                    header.encoded + (new.openings.first?.body ?? []), keys))
        }
        try connection.run(
            """
            INSERT INTO voucher (pseudonym, epoch, voucher_id, number, threshold, polynomials, place, content)
            SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bytea[], $4::int8[], $5::int8[], $6::int8[], $7::int8[],
                $8::bytea[])
            """, .bytesArray(vouchers.map(\.name.pseudonym.encoded.bytes)),
            .integers(vouchers.map { Int64($0.name.epoch) }),
            .bytesArray(vouchers.map(\.voucher.header.voucherID.encoded)),
            .integers(vouchers.map { _ in Self.freeNumber() }),
            .integers(vouchers.map { Int64($0.voucher.threshold) }),
            .integers(vouchers.map { Int64($0.voucher.header.polynomials) }),
            .integers(vouchers.map { Int64($0.place) }), .bytesArray(contents))
    }

    private func insertOpenings(_ vouchers: [RecordedPage.NewVoucher], _ connection: Connection) throws {
        var (names, ids, slots, numbers): ([AccountEpoch], [[UInt8]], [Int64], [Int64]) = ([], [], [], [])
        var (keys, quarantined): ([[UInt8]], [Bool]) = ([], [])
        for new in vouchers {
            let id = new.voucher.header.voucherID
            for (index, opening) in new.openings.enumerated() {
                names.append(new.name)
                ids.append(id.encoded)
                slots.append(Int64(opening.slot))
                numbers.append(Self.freeNumber())
                keys.append(
                    try SealedCell.opening(opening.slot, id, of: new.name).seal(opening.key.bytes, self.keys))
                quarantined.append(index >= new.counting)
            }
        }
        guard !names.isEmpty else { return }
        try connection.run(
            """
            INSERT INTO opening (pseudonym, epoch, voucher_id, slot, number, rkey, quarantined)
            SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bytea[], $4::int8[], $5::int8[], $6::bytea[], $7::bool[])
            """, .bytesArray(names.map(\.pseudonym.encoded.bytes)), .integers(names.map { Int64($0.epoch) }),
            .bytesArray(ids), .integers(slots), .integers(numbers), .bytesArray(keys), .flags(quarantined))
    }
}

extension VoucherHeader {
    var name: AccountEpoch { AccountEpoch(pseudonym: pseudonym, epoch: epoch) }
}
