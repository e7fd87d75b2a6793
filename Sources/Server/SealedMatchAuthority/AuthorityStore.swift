package import SealedMatchCollector
internal import GRDB
internal import SealedMatchProtocol
public import SealedMatchCrypto

/// What the authority keeps: openings, how far it has read the collector's vouchers, and the keys K_e of revealed
/// accounts, in one SQLite file.
///
/// **The file is as sensitive as α.** It tells which accounts opened slots and how many, which shrinks what decoys hide
/// to the printed curves; above the threshold it holds the keys that open payloads. It is owner-readable only; keep it
/// on an encrypted disk, and never where the collector can read it. (Docs/Protocol.md, "Openings")
public final class AuthorityStore: Sendable {
    package let file: StoreFile
    /// Openings of one account-epoch that count; later ones are quarantined.
    public static let openingsPerEpoch = 4_096
    /// Quarantined openings of one account-epoch that are kept at most; later ones are only counted. Their sealed
    /// vouchers stay with the collector.
    public static let quarantinedPerEpoch = 4_096

    /// Opens or creates the file.
    /// - Throws: `fileFailed`; `invalidMagic` for a database of something else, which is left untouched; `damagedStore`
    ///   for a corrupt or newer one.
    public init(path: String) throws(SealedMatchError) {
        file = try StoreFile.open(path: path, applicationID: Self.applicationID, migrator: Self.migrator)
    }

    /// The collector's sequence number up to which every voucher has been dealt with.
    public func cursor() throws(SealedMatchError) -> Int64 {
        try file.read { db in try Self.cursor(db) }
    }

    private static func cursor(_ db: Database) throws -> Int64 {
        guard let row = try Row.fetchOne(db, sql: "SELECT sequence FROM cursor WHERE id = 1") else {
            throw SealedMatchError(.damagedStore, "the database has lost its cursor")
        }
        return try RowReader(row).integer(0)
    }

    /// Records a page of opened vouchers and moves the cursor behind it, in one transaction: a process that is killed
    /// loses nothing and repeats nothing.
    ///
    /// Idempotent: an opening that is known, by account, epoch, voucher ID and slot, is not recorded or counted again.
    /// - Parameters:
    ///   - vouchers: with their sequence numbers.
    ///   - last: the page's end; a number behind the cursor does not turn it back.
    package func record(_ vouchers: [(sequence: Int64, voucher: OpenedVoucher)], last: Int64) throws(SealedMatchError) {
        try file.write { db in
            for (sequence, voucher) in vouchers {
                switch voucher.status {
                case .setMismatch:
                    break
                case .unknownSet:
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO waiting (sequence, setRoot) VALUES (?, ?)",
                        arguments: [sequence, voucher.header.setRoot.databaseBlob])
                case .opened:
                    try db.cachedStatement(sql: "DELETE FROM waiting WHERE sequence = ?").execute(arguments: [sequence])
                    try Self.insert(voucher, db)
                }
            }
            try db.execute(sql: "UPDATE cursor SET sequence = max(sequence, ?) WHERE id = 1", arguments: [last])
        }
    }

    private static func insert(_ voucher: OpenedVoucher, _ db: Database) throws {
        guard !voucher.openings.isEmpty else { return }
        let header = voucher.header
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO account (account, epoch) VALUES (?, ?)")
            .execute(arguments: [header.account.encoded.databaseBlob, header.epoch])
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT id, kept, quarantined FROM account WHERE account = ? AND epoch = ?"),
                arguments: [header.account.encoded.databaseBlob, header.epoch])
        else { throw SealedMatchError(.damagedStore, "an account could not be recorded") }
        let account = try RowReader(row).integer(0)
        var kept = try RowReader(row).integer(1, in: 0...Int64(Int32.max))
        var quarantined = try RowReader(row).integer(2, in: 0...Int64(Int32.max))
        let keptBefore = kept
        let slots = voucher.openings.map { ($0, false) } + voucher.excess.map { ($0, true) }
        for (opening, isExcess) in slots {
            let isQuarantined = isExcess || kept >= openingsPerEpoch
            if isQuarantined && quarantined >= quarantinedPerEpoch {
                quarantined = min(quarantined + 1, Int(Int32.max))
                continue
            }
            try db.cachedStatement(
                sql: """
                    INSERT OR IGNORE INTO opening
                        (account, threshold, polynomials, voucherID, slot, header, words, inner, quarantined)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(
                arguments: StatementArguments([
                    account.databaseValue, voucher.threshold.databaseValue, header.polynomials.databaseValue,
                    header.voucherID.encoded.databaseBlob, opening.slot.databaseValue, header.encoded.databaseBlob,
                    encodedWords(opening.words).databaseBlob, opening.inner.databaseBlob, isQuarantined.databaseValue,
                ]))
            guard db.changesCount == 1 else { continue }
            if isQuarantined { quarantined += 1 } else { kept += 1 }
        }
        try db.cachedStatement(sql: "UPDATE account SET kept = ?, quarantined = ? WHERE id = ?")
            .execute(arguments: [kept, quarantined, account])
        try db.cachedStatement(
            sql: """
                INSERT INTO form (account, threshold, polynomials, kept) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET kept = kept + excluded.kept
                """
        ).execute(arguments: [account, voucher.threshold, header.polynomials, kept - keptBefore])
    }

    static func encodedWords(_ words: [UInt64]) -> [UInt8] {
        var out = ByteWriter(capacity: 8 * words.count)
        for word in words { out.put(word) }
        return out.bytes
    }

    /// Sequence numbers of vouchers that waited for the key of one of these sets.
    func waiting(for roots: Set<Bytes32>, limit: Int) throws(SealedMatchError) -> [Int64] {
        try file.read { db in
            var sequences: [Int64] = []
            for root in roots where sequences.count < limit {
                let rows = try Row.fetchAll(
                    db, sql: "SELECT sequence FROM waiting WHERE setRoot = ? ORDER BY sequence LIMIT ?",
                    arguments: [root.databaseBlob, limit - sequences.count])
                for row in rows { sequences.append(try RowReader(row).integer(0)) }
            }
            return sequences.sorted()
        }
    }

    /// Stops waiting for vouchers that the collector no longer has.
    func stopWaiting(for sequences: [Int64]) throws(SealedMatchError) {
        try file.write { db in
            for sequence in sequences {
                try db.execute(sql: "DELETE FROM waiting WHERE sequence = ?", arguments: [sequence])
            }
        }
    }

    /// How many vouchers wait for a set's key.
    public func waitingCount() throws(SealedMatchError) -> Int {
        try file.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM waiting") ?? 0 }
    }
}
