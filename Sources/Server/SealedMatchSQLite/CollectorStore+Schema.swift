internal import GRDB
internal import SealedMatchCrypto

extension CollectorStore {
    /// "SMCL": SQLite's application_id of a collector's file.
    static let applicationID: Int32 = 0x534D_434C

    // No time of arrival is kept: whoever takes the file would learn from it when each account sent media. The epoch,
    // which the voucher names anyway, is all that expiry needs. The order of arrival remains, in `sequence`.
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE registration (
                        id INTEGER PRIMARY KEY,
                        account BLOB NOT NULL CHECK (length(account) = 32),
                        epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
                        commitment BLOB NOT NULL CHECK (length(commitment) = 32),
                        vouchers INTEGER NOT NULL DEFAULT 0,
                        UNIQUE (account, epoch)
                    ) STRICT;
                    -- sequence is never used twice, not even after a deletion: it is the authority's cursor.
                    CREATE TABLE voucher (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        account BLOB NOT NULL CHECK (length(account) = 32),
                        epoch INTEGER NOT NULL,
                        voucherID BLOB NOT NULL CHECK (length(voucherID) = 16),
                        digest BLOB NOT NULL CHECK (length(digest) = 32),
                        -- NULL once pruned: the digest still tells a retry from a conflict.
                        bytes BLOB,
                        UNIQUE (account, epoch, voucherID)
                    ) STRICT;
                    CREATE TABLE expiry (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        firstEpoch INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO expiry VALUES (1, 0);
                    """)
        }
        migrator.registerMigration("2") { db in
            // Whoever reads the vouchers keeps it with how far it is: a file that was made anew has another one.
            try db.execute(
                sql: """
                    CREATE TABLE identity (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        bytes BLOB NOT NULL CHECK (length(bytes) = 32)
                    ) STRICT
                    """)
            try Sodium.start()
            var random = SystemRandom()
            try db.execute(sql: "INSERT INTO identity VALUES (1, ?)", arguments: [random.bytes32().databaseBlob])
        }
        return migrator
    }()
}
