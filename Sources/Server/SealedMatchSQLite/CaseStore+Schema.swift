internal import GRDB
internal import SealedMatchCases
internal import SealedMatchCrypto

extension CaseStore {
    /// "SMCS": SQLite's application_id of a library of cases.
    static let applicationID: Int32 = 0x534D_4353

    static func kind(_ migrator: DatabaseMigrator) -> StoreFile.Kind {
        StoreFile.Kind(applicationID: applicationID, movedID: nil, migrator: migrator)
    }

    /// Bytes of a piece of a case file.
    static let piece = 1 << 19

    /// - Parameter first: the event that founds the library, for a file that is made: it has it before it has its name.
    static func migrator(founding first: CaseRecord? = nil) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
                    -- The chain. An event's previous hash is the hash of the event before it.
                    CREATE TABLE event (
                        number INTEGER PRIMARY KEY CHECK (number > 0),
                        -- the case; 0 for the library
                        subject INTEGER NOT NULL CHECK (subject >= 0),
                        digest BLOB NOT NULL CHECK (length(digest) = 32),
                        hash BLOB NOT NULL CHECK (length(hash) = 32),
                        signature BLOB NOT NULL CHECK (length(signature) = 64),
                        -- both NULL once erased
                        salt BLOB CHECK (length(salt) = 32),
                        content BLOB CHECK (length(content) <= 524288)
                    ) STRICT;
                    CREATE INDEX event_subject ON event (subject, number);
                    -- Case files in pieces, as they were taken in.
                    CREATE TABLE document (
                        event INTEGER NOT NULL,
                        place INTEGER NOT NULL,
                        bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND 524288),
                        UNIQUE (event, place)
                    ) STRICT;
                    -- What the events say, for lists: computed from them, and compared with them.
                    CREATE TABLE review (
                        number INTEGER PRIMARY KEY CHECK (number > 0),
                        -- both NULL once erased
                        pseudonym BLOB CHECK (length(pseudonym) = 32),
                        epoch INTEGER CHECK (epoch BETWEEN 0 AND 4294967295),
                        -- their places among the states and outcomes
                        state INTEGER NOT NULL,
                        outcome INTEGER,
                        matches INTEGER NOT NULL,
                        listed INTEGER NOT NULL,
                        viewed INTEGER NOT NULL,
                        assignee BLOB CHECK (length(assignee) <= 64),
                        opened INTEGER NOT NULL,
                        changed INTEGER NOT NULL,
                        UNIQUE (pseudonym, epoch)
                    ) STRICT;
                    CREATE INDEX review_state ON review (state, number);
                    CREATE INDEX review_outcome ON review (outcome, number);
                    CREATE INDEX review_assignee ON review (assignee, number);
                    CREATE INDEX review_epoch ON review (epoch, number);
                    CREATE INDEX review_changed ON review (state, outcome, changed)
                    """)
            if let first { try insert(first, db) }
        }
        return migrator
    }
}
