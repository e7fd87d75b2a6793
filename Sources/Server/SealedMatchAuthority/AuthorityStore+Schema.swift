internal import GRDB

extension AuthorityStore {
    /// "SMAU": SQLite's application_id of an authority's file.
    static let applicationID: Int32 = 0x534D_4155

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE account (
                        id INTEGER PRIMARY KEY,
                        account BLOB NOT NULL CHECK (length(account) = 32),
                        epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
                        -- openings that were not quarantined; and those that were, kept or not
                        kept INTEGER NOT NULL DEFAULT 0,
                        quarantined INTEGER NOT NULL DEFAULT 0,
                        -- the commitment of the first attempt: the collector cannot replace it later
                        commitment BLOB CHECK (commitment IS NULL OR length(commitment) = 32),
                        -- K_e once revealed
                        epochKey BLOB CHECK (epochKey IS NULL OR length(epochKey) = 32),
                        UNIQUE (account, epoch)
                    ) STRICT;
                    -- Openings under different sets count jointly where t and k are the same: they fix the polynomials.
                    CREATE TABLE form (
                        account INTEGER NOT NULL REFERENCES account (id),
                        threshold INTEGER NOT NULL,
                        polynomials INTEGER NOT NULL,
                        kept INTEGER NOT NULL DEFAULT 0,
                        -- kept at the last decoding
                        attempted INTEGER NOT NULL DEFAULT 0,
                        PRIMARY KEY (account, threshold, polynomials)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE opening (
                        id INTEGER PRIMARY KEY,
                        account INTEGER NOT NULL REFERENCES account (id),
                        threshold INTEGER NOT NULL,
                        polynomials INTEGER NOT NULL,
                        voucherID BLOB NOT NULL CHECK (length(voucherID) = 16),
                        slot INTEGER NOT NULL,
                        header BLOB NOT NULL,
                        words BLOB NOT NULL,
                        inner BLOB NOT NULL,
                        quarantined INTEGER NOT NULL,
                        -- one of the t that fix a revealed account's polynomials
                        basis INTEGER NOT NULL DEFAULT 0,
                        UNIQUE (account, voucherID, slot)
                    ) STRICT;
                    -- vouchers of sets whose key is not here yet, by the collector's sequence
                    CREATE TABLE waiting (
                        sequence INTEGER PRIMARY KEY,
                        setRoot BLOB NOT NULL CHECK (length(setRoot) = 32)
                    ) STRICT;
                    CREATE TABLE cursor (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        sequence INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO cursor VALUES (1, 0);
                    """)
        }
        return migrator
    }()
}
