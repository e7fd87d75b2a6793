public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
public import SealedMatchProtocol

extension PostgreSQLOpenings {
    /// Settles the commitment of an account and epoch: the first one stays. (Docs/Protocol.md, "Reveal")
    /// - Throws: `commitmentConflict` if another one was settled; `damagedStore` if nothing of the account ever
    ///   opened; `fileFailed`, `interrupted`.
    public func settle(_ commitment: Commitment, of name: AccountEpoch) throws(SealedMatchError) {
        try change(name) { connection in
            let rows = try connection.run(
                """
                SELECT \(Rows.bounded("commitment", 32)), commitment IS NULL FROM account
                WHERE pseudonym = $1 AND epoch = $2::int8
                """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch))
            if try rows.flag(0, 1) {
                try connection.run(
                    "UPDATE account SET commitment = $3 WHERE pseudonym = $1 AND epoch = $2::int8",
                    .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch), .bytes(commitment.encoded.bytes))
            } else if try rows.bytes32(0, 0) != commitment.encoded {
                throw SealedMatchError(
                    .commitmentConflict, "the registered commitment is not the one that was used before")
            }
        }
    }

    /// Notes that a try of a form ended in a verdict with C = `openings`.
    /// - Throws: `damagedStore` if nothing of the account ever opened; `fileFailed`, `interrupted`.
    public func noteTry(of name: AccountEpoch, _ form: OpeningForm, openings: Int) throws(SealedMatchError) {
        try change(name) { connection in
            try connection.run(
                """
                UPDATE form SET attempted = $5::int8 WHERE pseudonym = $1 AND epoch = $2::int8
                    AND threshold = $3::int8 AND polynomials = $4::int8
                """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch), .integer(form.threshold),
                .integer(form.polynomials), .integer(openings))
            try Self.refreshDue(name, connection)
        }
    }

    /// Keeps K_e, 32 bytes, encrypted, and the numbers of t openings that fix the polynomials. From then on whoever has
    /// database and data keys opens the account's payloads of this epoch.
    /// - Throws: `damagedStore` if nothing of the account ever opened; `fileFailed`, `interrupted`.
    public func keepReveal(
        of name: AccountEpoch, epochKey: borrowing SecretBytes, basis: [Int64]
    ) throws(SealedMatchError) {
        let cell = try unsafe epochKey.withBytes { (raw) throws(SealedMatchError) in
            try unsafe SealedCell.epochKey(of: name).seal(raw, keys)
        }
        try change(name) { connection in
            let (pseudonym, epoch) = (Value.bytes(name.pseudonym.encoded.bytes), Value.integer(name.epoch))
            try connection.run(
                "UPDATE account SET epoch_key = $3 WHERE pseudonym = $1 AND epoch = $2::int8", pseudonym, epoch,
                .bytes(cell))
            try connection.run(
                """
                UPDATE opening SET basis = number = ANY ($3::int8[])
                WHERE pseudonym = $1 AND epoch = $2::int8 AND basis <> (number = ANY ($3::int8[]))
                """, pseudonym, epoch, .integers(basis))
            try Self.refreshDue(name, connection)
        }
    }

    /// K_e of a revealed account, in guarded memory; nil if it is not revealed.
    /// - Throws: `damagedStore`, `outOfMemory`, `fileFailed`, `interrupted`.
    public func epochKey(of name: AccountEpoch) throws(SealedMatchError) -> SecretBytes? {
        let cell: [UInt8]? = try pool.perform { connection in
            let rows = try connection.run(
                """
                SELECT \(Rows.bounded("epoch_key", Bytes32.count + SealedCell.overhead)), epoch_key IS NULL
                FROM account WHERE pseudonym = $1 AND epoch = $2::int8
                """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch))
            return try rows.count == 0 || rows.flag(0, 1) ? nil : rows.bytes(0, 0)
        }
        guard let cell else { return nil }
        var key = try SealedCell.epochKey(of: name).open(cell, keys)
        defer { key.wipe() }
        guard key.count == 32 else { throw SealedMatchError(.damagedStore, "an epoch key has not 32 bytes") }
        return try SecretBytes.copying(key)
    }

    /// A transaction about one account, under a lock on it.
    private func change(_ name: AccountEpoch, _ body: (Connection) throws -> Void) throws(SealedMatchError) {
        try pool.write { connection in
            guard try Self.lock(name, connection) else {
                throw SealedMatchError(.damagedStore, "nothing of this account and epoch ever opened")
            }
            try body(connection)
        }
    }

    /// - Returns: whether it is there.
    static func lock(_ name: AccountEpoch, _ connection: Connection) throws -> Bool {
        try connection.run(
            "SELECT 1 FROM account WHERE pseudonym = $1 AND epoch = $2::int8 FOR UPDATE",
            .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch)
        ).count == 1
    }

    /// Whether a revealer has something to look at, of an account that is locked: as `RecordedPage.Account.isDue`.
    static func refreshDue(_ name: AccountEpoch, _ connection: Connection) throws {
        try connection.run(
            """
            UPDATE account SET due = CASE WHEN epoch_key IS NOT NULL THEN kept + quarantined > listed
                ELSE EXISTS (SELECT 1 FROM form WHERE form.pseudonym = account.pseudonym
                    AND form.epoch = account.epoch AND vouchers >= threshold AND form.kept > attempted) END
            WHERE pseudonym = $1 AND epoch = $2::int8
            """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch))
    }
}
