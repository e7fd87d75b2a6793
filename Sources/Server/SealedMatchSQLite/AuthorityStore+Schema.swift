internal import GRDB

extension AuthorityStore {
    /// "SMAU": SQLite's application_id of an authority's file.
    static let applicationID: Int32 = 0x534D_4155
    /// "SMAM": the same of one whose contents were moved to a cluster.
    static let movedID: Int32 = 0x534D_414D

    // A voucher's row of 2.4 kB would fill a page of 4 kB alone.
    static let kind = StoreFile.Kind(
        applicationID: applicationID, movedID: movedID, pageSize: 8_192, migrator: migrator)

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        // Versions up to 3 kept the words of each opening; 4 numbered all rows in the order of arrival.
        migrator.registerMigration("5") { db in
            try db.execute(
                sql: """
                    -- Numbers of accounts, vouchers and openings are random: only an account's own vouchers have
                    -- an order.
                    CREATE TABLE account (
                        id INTEGER PRIMARY KEY,
                        pseudonym BLOB NOT NULL CHECK (length(pseudonym) = 32),
                        epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
                        -- openings that were not quarantined; and those that were, as far as they are kept
                        kept INTEGER NOT NULL DEFAULT 0,
                        quarantined INTEGER NOT NULL DEFAULT 0,
                        -- the commitment of the first attempt: the collector cannot replace it later
                        commitment BLOB CHECK (commitment IS NULL OR length(commitment) = 32),
                        -- K_e once revealed
                        epochKey BLOB CHECK (epochKey IS NULL OR length(epochKey) = 32),
                        UNIQUE (pseudonym, epoch)
                    ) STRICT;
                    -- Openings under different sets are tried jointly where t and k are the same.
                    CREATE TABLE form (
                        account INTEGER NOT NULL REFERENCES account (id),
                        threshold INTEGER NOT NULL,
                        polynomials INTEGER NOT NULL,
                        kept INTEGER NOT NULL DEFAULT 0,
                        -- vouchers with an opening that was not quarantined
                        vouchers INTEGER NOT NULL DEFAULT 0,
                        -- kept at the last decoding
                        attempted INTEGER NOT NULL DEFAULT 0,
                        PRIMARY KEY (account, threshold, polynomials)
                    ) STRICT, WITHOUT ROWID;
                    -- vouchers with an opening that is kept
                    CREATE TABLE voucher (
                        id INTEGER PRIMARY KEY,
                        account INTEGER NOT NULL REFERENCES account (id),
                        threshold INTEGER NOT NULL,
                        polynomials INTEGER NOT NULL,
                        -- how many vouchers of the account and form are recorded before it
                        place INTEGER NOT NULL,
                        voucherID BLOB NOT NULL CHECK (length(voucherID) = 16),
                        header BLOB NOT NULL,
                        body BLOB NOT NULL,
                        UNIQUE (account, voucherID)
                    ) STRICT;
                    -- in the account's order, without sorting bodies
                    CREATE INDEX voucherForm ON voucher (account, threshold, polynomials, place);
                    CREATE TABLE opening (
                        id INTEGER PRIMARY KEY,
                        voucher INTEGER NOT NULL REFERENCES voucher (id),
                        slot INTEGER NOT NULL,
                        -- rkey', which opens the voucher's body if the slot is a match
                        rkey BLOB NOT NULL CHECK (length(rkey) = 32),
                        quarantined INTEGER NOT NULL,
                        -- one of the t that fix a revealed account's polynomials
                        basis INTEGER NOT NULL DEFAULT 0,
                        UNIQUE (voucher, slot)
                    ) STRICT;
                    -- Positions are those of one source, told by its identity.
                    CREATE TABLE source (
                        id INTEGER PRIMARY KEY,
                        identity BLOB NOT NULL UNIQUE CHECK (length(identity) = 32),
                        position INTEGER NOT NULL,
                        -- the digest of the voucher at the position
                        mark BLOB CHECK (mark IS NULL OR length(mark) = 32)
                    ) STRICT;
                    -- vouchers of sets whose key is not here yet
                    CREATE TABLE waiting (
                        source INTEGER NOT NULL REFERENCES source (id),
                        position INTEGER NOT NULL,
                        setRoot BLOB NOT NULL CHECK (length(setRoot) = 32),
                        PRIMARY KEY (source, position)
                    ) STRICT, WITHOUT ROWID;
                    -- vouchers that the source was told to forget, and of which an opening beyond the caps was not kept
                    CREATE TABLE sealed (
                        source INTEGER NOT NULL REFERENCES source (id),
                        position INTEGER NOT NULL,
                        bytes BLOB NOT NULL,
                        PRIMARY KEY (source, position)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("6") { db in
            try db.execute(
                sql: """
                    -- what was opened of a set while an epoch ran; nothing of it is an account's
                    CREATE TABLE opened (
                        epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
                        setRoot BLOB NOT NULL CHECK (length(setRoot) = 32),
                        vouchers INTEGER NOT NULL,
                        slots INTEGER NOT NULL,
                        PRIMARY KEY (epoch, setRoot)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        return migrator
    }()
}
