internal import GRDB
public import SealedMatchProtocol
public import SealedMatchCrypto

/// A voucher with its place in the order of arrival.
public struct StoredVoucher: Equatable, Sendable {
    /// Ascending, never used twice.
    public let sequence: Int64
    public let voucher: SealedVoucher
}

/// Part of the collector's vouchers, in the order of arrival.
public struct VoucherPage: Sendable {
    public let vouchers: [StoredVoucher]
    /// Rows that were skipped. They stay in the file.
    public let damaged: [DamagedRow]
    /// Where the next page begins after; equal to the argument when there was nothing more.
    public let last: Int64
}

extension CollectorStore {
    /// At most `limit` vouchers after a sequence number (0 for the first).
    ///
    /// Every row is checked again: it parses, its columns are those of its header, and its digest is the one it was
    /// stored with. A row that fails is reported and skipped.
    /// - Throws: `fileFailed`, `damagedStore` for a file that cannot be read at all.
    public func vouchers(after sequence: Int64, limit: Int) throws(SealedMatchError) -> VoucherPage {
        try file.read { db in
            var vouchers: [StoredVoucher] = []
            var damaged: [DamagedRow] = []
            var last = sequence
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT sequence, account, epoch, voucherID, digest, bytes FROM voucher
                    WHERE sequence > ? AND bytes IS NOT NULL ORDER BY sequence LIMIT ?
                    """, arguments: [sequence, max(0, limit)])
            while let row = try rows.next() {
                let reader = RowReader(row)
                let number = try reader.integer(0)
                last = number
                do throws(SealedMatchError) {
                    vouchers.append(StoredVoucher(sequence: number, voucher: try Self.voucher(reader)))
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
        guard try row.bytes32(1) == voucher.header.account.encoded, try row.epoch(2) == voucher.header.epoch,
            try row.blob(3) == voucher.header.voucherID.encoded, try row.bytes32(4) == digest(bytes)
        else {
            throw SealedMatchError(.damagedStore, "a voucher is not the one that was stored")
        }
        return voucher
    }

    /// The vouchers with these sequence numbers that are still there, as `vouchers(after:limit:)` gives them.
    public func vouchers(at sequences: [Int64]) throws(SealedMatchError) -> VoucherPage {
        var vouchers: [StoredVoucher] = []
        var damaged: [DamagedRow] = []
        for sequence in sequences where sequence > 0 {
            let page = try self.vouchers(after: sequence - 1, limit: 1)
            guard page.last == sequence else { continue }
            vouchers += page.vouchers
            damaged += page.damaged
        }
        return VoucherPage(vouchers: vouchers, damaged: damaged, last: sequences.max() ?? 0)
    }

    /// The registration of an account and epoch, if there is one.
    /// - Throws: `damagedStore` when the row was damaged.
    public func registration(account: AccountID, epoch: UInt32) throws(SealedMatchError) -> Registration? {
        try file.read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT commitment FROM registration WHERE account = ? AND epoch = ?",
                    arguments: [account.encoded.databaseBlob, epoch])
            else { return nil }
            guard let commitment = try? RowReader(row).bytes32(0) else {
                throw SealedMatchError(.damagedStore, "a registered commitment has not 32 bytes")
            }
            return Registration(account: account, epoch: epoch, commitment: Commitment(canonical: commitment))
        }
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
        public let registration: Registration
        /// Vouchers stored, pruned ones included.
        public let vouchers: Int
    }

    /// All registered accounts and epochs, in the order of registration, after the row `after`.
    public func accounts(after: Int64 = 0, limit: Int = 1000) throws(SealedMatchError) -> (
        accounts: [Account], damaged: [DamagedRow], last: Int64
    ) {
        try file.read { db in
            var accounts: [Account] = []
            var damaged: [DamagedRow] = []
            var last = after
            let rows = try Row.fetchCursor(
                db,
                sql:
                    "SELECT id, account, epoch, commitment, vouchers FROM registration WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [after, max(0, limit)])
            while let row = try rows.next() {
                let reader = RowReader(row)
                last = try reader.integer(0)
                do throws(SealedMatchError) {
                    let registration = Registration(
                        account: AccountID(canonical: try reader.bytes32(1)), epoch: try reader.epoch(2),
                        commitment: Commitment(canonical: try reader.bytes32(3)))
                    accounts.append(
                        Account(registration: registration, vouchers: try reader.integer(4, in: 0...Int64(Int32.max))))
                } catch {
                    damaged.append(DamagedRow(table: .registration, row: last, error: error))
                }
            }
            return (accounts, damaged, last)
        }
    }

    /// Forgets the bytes of vouchers that opened nothing, and keeps their digests, so that a retry and a conflict are
    /// still told apart, in the same way as before.
    /// - Returns: how many had bytes to forget.
    @discardableResult
    public func prune(_ sequences: [Int64]) throws(SealedMatchError) -> Int {
        try file.write { db in
            let statement = try db.cachedStatement(
                sql: "UPDATE voucher SET bytes = NULL WHERE sequence = ? AND bytes IS NOT NULL")
            var pruned = 0
            for sequence in sequences {
                try statement.execute(arguments: [sequence])
                pruned += db.changesCount
            }
            return pruned
        }
    }

    /// Forgets everything of epochs before `epoch`, and refuses them from now on. It cannot be turned back.
    public func expire(before epoch: UInt32) throws(SealedMatchError) {
        try file.write { db in
            try db.execute(sql: "UPDATE expiry SET firstEpoch = max(firstEpoch, ?)", arguments: [epoch])
            try db.execute(sql: "DELETE FROM voucher WHERE epoch < ?", arguments: [epoch])
            try db.execute(sql: "DELETE FROM registration WHERE epoch < ?", arguments: [epoch])
        }
    }
}
