internal import GRDB
internal import SealedMatchCrypto

extension CollectorStore {
    /// "SMCL": SQLite's application_id of a collector's file.
    static let applicationID: Int32 = 0x534D_434C
    /// "SMCM": the same of one whose contents were moved to a cluster.
    static let movedID: Int32 = 0x534D_434D

    static let kind = StoreFile.Kind(applicationID: applicationID, movedID: movedID, migrator: migrator)

    // No time of arrival is kept: whoever takes the file would learn from it when each account sent media. The epoch,
    // which the voucher names anyway, is all that expiry needs. The order of arrival remains, in `sequence`.
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        // Versions 1 and 2 had vouchers that carry accounts.
        migrator.registerMigration("3") { db in
            try db.execute(
                sql: """
                    CREATE TABLE registration (
                        id INTEGER PRIMARY KEY,
                        account BLOB NOT NULL CHECK (length(account) = 32),
                        epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
                        pseudonym BLOB NOT NULL CHECK (length(pseudonym) = 32),
                        commitment BLOB NOT NULL CHECK (length(commitment) = 32),
                        -- by the account's identity key; empty if it made none
                        signature BLOB NOT NULL CHECK (length(signature) <= 8192),
                        vouchers INTEGER NOT NULL DEFAULT 0,
                        -- the number of its release, once its name was released
                        released INTEGER UNIQUE,
                        UNIQUE (account, epoch),
                        UNIQUE (epoch, pseudonym)
                    ) STRICT;
                    -- sequence is never used twice, not even after a deletion: it is the authority's cursor.
                    CREATE TABLE voucher (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        pseudonym BLOB NOT NULL CHECK (length(pseudonym) = 32),
                        epoch INTEGER NOT NULL,
                        voucherID BLOB NOT NULL CHECK (length(voucherID) = 16),
                        digest BLOB NOT NULL CHECK (length(digest) = 32),
                        -- NULL once pruned: the digest still tells a retry from a conflict.
                        bytes BLOB,
                        UNIQUE (pseudonym, epoch, voucherID)
                    ) STRICT;
                    CREATE TABLE expiry (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        firstEpoch INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO expiry VALUES (1, 0);
                    -- requests for names by epoch, -1 for those of none
                    CREATE TABLE resolution (
                        epoch INTEGER PRIMARY KEY CHECK (epoch BETWEEN -1 AND 4294967295),
                        releases INTEGER NOT NULL DEFAULT 0,
                        repeats INTEGER NOT NULL DEFAULT 0,
                        refusals INTEGER NOT NULL DEFAULT 0
                    ) STRICT;
                    -- Whoever reads the vouchers keeps it with how far it is: a file that was made anew has another one.
                    CREATE TABLE identity (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        bytes BLOB NOT NULL CHECK (length(bytes) = 32)
                    ) STRICT
                    """)
            try Sodium.start()
            var random = SystemRandom()
            try db.execute(sql: "INSERT INTO identity VALUES (1, ?)", arguments: [random.bytes32().databaseBlob])
        }
        migrator.registerMigration("4") { db in
            // What accounts are to be told. It goes with the registration.
            try db.execute(
                sql: """
                    CREATE TABLE notice (
                        registration INTEGER NOT NULL,
                        root BLOB NOT NULL CHECK (length(root) = 32),
                        kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 2),
                        -- since 1970
                        day INTEGER NOT NULL CHECK (day BETWEEN 0 AND 4294967295),
                        PRIMARY KEY (registration, root, kind)
                    ) STRICT, WITHOUT ROWID
                    """)
        }
        migrator.registerMigration("5") { db in
            // Who stored vouchers, and from which position on: an older copy that was used again has others. It says
            // nothing of any account, and stays when vouchers go.
            try db.execute(
                sql: """
                    CREATE TABLE run (
                        first INTEGER PRIMARY KEY CHECK (first > 0),
                        token BLOB NOT NULL UNIQUE CHECK (length(token) = 16)
                    ) STRICT
                    """)
        }
        return migrator
    }()
}
