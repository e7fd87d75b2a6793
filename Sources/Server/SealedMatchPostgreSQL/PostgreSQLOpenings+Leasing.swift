public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

extension PostgreSQLOpenings: DueAccounts {
    /// Leases at most `limit` due accounts that nobody else has, those with few openings first. Leases are in the
    /// database, by its clock: for any number of revealers on any machines.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func lease(_ limit: Int, for duration: Duration) throws(SealedMatchError) -> AccountLease {
        var random = SystemRandom()
        // One token for all tries: where the connection is lost at the end, its own leases are found again.
        let token = try random.bytes32()
        return try pool.write { connection in
            let rows = try connection.run(
                """
                WITH chosen AS (
                    SELECT pseudonym, epoch FROM account
                    WHERE due AND (lease_end IS NULL OR lease_end <= clock_timestamp() OR lease = $1)
                    ORDER BY kept LIMIT $2::int8 FOR UPDATE SKIP LOCKED)
                UPDATE account SET lease = $1, lease_end = clock_timestamp() + $3::int8 * interval '1 microsecond'
                FROM chosen WHERE account.pseudonym = chosen.pseudonym AND account.epoch = chosen.epoch
                RETURNING \(Self.stateColumns)
                """, .bytes(token.bytes), .integer(max(0, limit)), .integer(Self.microseconds(duration)))
            let (accounts, damaged) = try Self.states(rows, connection)
            return AccountLease(
                token: token, accounts: accounts.sorted { $0.openings < $1.openings }, damaged: damaged)
        }
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        // A century at most, so that the server's time does not overflow.
        let seconds = min(max(0, duration.components.seconds), 100 * 365 * 86_400)
        return seconds * 1_000_000 + max(0, duration.components.attoseconds) / 1_000_000_000_000
    }

    /// Begins the lease of one account anew.
    /// - Returns: false if it has ended, and somebody else may have the account, or if it was finished or erased.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func renew(
        _ name: AccountEpoch, of lease: AccountLease, for duration: Duration
    ) throws(SealedMatchError) -> Bool {
        try pool.perform { connection in
            try connection.run(
                """
                UPDATE account SET lease_end = clock_timestamp() + $4::int8 * interval '1 microsecond'
                WHERE pseudonym = $1 AND epoch = $2::int8 AND lease = $3 AND lease_end > clock_timestamp()
                RETURNING 1
                """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch), .bytes(lease.token.bytes),
                .integer(Self.microseconds(duration))
            ).count == 1
        }
    }

    /// Ends the lease of one account that was decided.
    /// - Parameter isListed: its reveal went where it belongs: it is due again when an opening comes in beyond those
    ///   that the lease counted for it.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func finish(_ name: AccountEpoch, of lease: AccountLease, isListed: Bool) throws(SealedMatchError) {
        try pool.write { connection in
            // Whoever records in between has added to what is counted when the lock is free.
            guard try Self.lock(name, connection) else { return }
            let ended = try connection.run(
                """
                UPDATE account SET lease = NULL, lease_end = NULL,
                    listed = CASE WHEN $5::int8 = 1 THEN $4::int8 ELSE listed END
                WHERE pseudonym = $1 AND epoch = $2::int8 AND lease = $3 RETURNING 1
                """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch), .bytes(lease.token.bytes),
                .integer(lease.openings(of: name)), .integer(isListed ? 1 : 0))
            if ended.count == 1 { try Self.refreshDue(name, connection) }
        }
    }

    /// Gives back accounts and damaged rows of a lease that are not finished: others may lease them at once.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func giveBack(_ lease: AccountLease) throws(SealedMatchError) {
        let names = Self.ordered(lease.accounts.map(\.name))
        guard !names.isEmpty || !lease.damaged.isEmpty else { return }
        try pool.perform { connection in
            if !names.isEmpty {
                try connection.run(
                    """
                    UPDATE account SET lease = NULL, lease_end = NULL
                    FROM unnest($1::bytea[], $2::int8[]) AS name (pseudonym, epoch)
                    WHERE account.pseudonym = name.pseudonym AND account.epoch = name.epoch AND lease = $3
                    """, .bytesArray(names.map(\.pseudonym.encoded.bytes)), .integers(names.map { Int64($0.epoch) }),
                    .bytes(lease.token.bytes))
            }
            // Their names may be what is damaged. Only due rows are leased, and these have an index.
            if !lease.damaged.isEmpty {
                try connection.run(
                    """
                    UPDATE account SET lease = NULL, lease_end = NULL
                    WHERE due AND lease = $1 AND number = ANY ($2::int8[])
                    """, .bytes(lease.token.bytes), .integers(lease.damaged.map(\.row)))
            }
        }
    }
}
