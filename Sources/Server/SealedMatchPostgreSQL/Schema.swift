/// The tables, version 2. (Docs/Protocol.md, 4.11)
///
/// Every table of an account is divided by a hash of the pseudonym. There are no foreign keys: what belongs together is
/// written in one transaction, under a lock on the account's row.
enum Schema {
    static let version = 2
    /// The version before, which opening a store brings up to this one.
    static let before = 1
    /// In the version's place while a deployment is being moved here: no role opens it.
    static let filling: Int64 = -1

    /// Parts of each table of accounts.
    private static let partitions = 16

    /// The statements that make an empty schema `sealedmatch` the store's.
    static let creation: [String] =
        [
            """
            -- One row: what this is, whose it is, and 32 zero bytes under the first data key.
            CREATE TABLE store (
                version int8 NOT NULL,
                deployment bytea NOT NULL CHECK (octet_length(deployment) = 32),
                key_check bytea NOT NULL
            )
            """,
            """
            CREATE TABLE account (
                pseudonym bytea NOT NULL CHECK (octet_length(pseudonym) = 32),
                epoch int8 NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
                -- at random, as the numbers of all rows: they say nothing of the order in which vouchers came
                number int8 NOT NULL,
                -- openings that were not quarantined; and those that were, as far as they are kept
                kept int4 NOT NULL DEFAULT 0,
                quarantined int4 NOT NULL DEFAULT 0,
                -- the first commitment: the collector cannot replace it later
                commitment bytea CHECK (octet_length(commitment) = 32),
                -- K_e once revealed, encrypted
                epoch_key bytea,
                -- kept and quarantined openings when the revealed account was last listed
                listed int4 NOT NULL DEFAULT 0,
                -- whether a revealer has something to look at
                due bool NOT NULL DEFAULT false,
                -- who looks at it, and until when that is believed
                lease bytea CHECK (octet_length(lease) = 32),
                lease_end timestamptz,
                PRIMARY KEY (pseudonym, epoch)
            ) PARTITION BY HASH (pseudonym)
            """,
            "CREATE INDEX account_due ON account (pseudonym, epoch) WHERE due",
            """
            -- Openings under different sets are tried jointly where t and k are the same.
            CREATE TABLE form (
                pseudonym bytea NOT NULL,
                epoch int8 NOT NULL,
                threshold int4 NOT NULL,
                polynomials int4 NOT NULL,
                kept int4 NOT NULL,
                -- vouchers with an opening that was not quarantined
                vouchers int4 NOT NULL,
                -- the next voucher's place
                places int4 NOT NULL,
                -- kept at the last decoding
                attempted int4 NOT NULL DEFAULT 0,
                PRIMARY KEY (pseudonym, epoch, threshold, polynomials)
            ) PARTITION BY HASH (pseudonym)
            """,
            """
            -- vouchers with an opening that is kept
            CREATE TABLE voucher (
                pseudonym bytea NOT NULL,
                epoch int8 NOT NULL,
                voucher_id bytea NOT NULL CHECK (octet_length(voucher_id) = 16),
                number int8 NOT NULL,
                threshold int4 NOT NULL,
                polynomials int4 NOT NULL,
                -- how many vouchers of the account and form are recorded before it
                place int4 NOT NULL,
                -- header and body, encrypted
                content bytea NOT NULL,
                PRIMARY KEY (pseudonym, epoch, voucher_id)
            ) PARTITION BY HASH (pseudonym)
            """,
            "CREATE INDEX voucher_place ON voucher (pseudonym, epoch, threshold, polynomials, place)",
            "ALTER TABLE voucher ALTER content SET STORAGE EXTERNAL",
            """
            CREATE TABLE opening (
                pseudonym bytea NOT NULL,
                epoch int8 NOT NULL,
                voucher_id bytea NOT NULL,
                slot int2 NOT NULL,
                number int8 NOT NULL,
                -- rkey', which opens the voucher's body if the slot is a match, encrypted
                rkey bytea NOT NULL,
                quarantined bool NOT NULL,
                -- one of the t that fix a revealed account's polynomials
                basis bool NOT NULL DEFAULT false,
                PRIMARY KEY (pseudonym, epoch, voucher_id, slot)
            ) PARTITION BY HASH (pseudonym)
            """,
            """
            CREATE TABLE source (
                identity bytea PRIMARY KEY CHECK (octet_length(identity) = 32),
                position int8 NOT NULL,
                -- the digest of the voucher at the position
                mark bytea CHECK (octet_length(mark) = 32)
            )
            """,
            """
            -- vouchers of sets whose key is not here yet
            CREATE TABLE waiting (
                source bytea NOT NULL,
                position int8 NOT NULL,
                set_root bytea NOT NULL CHECK (octet_length(set_root) = 32),
                PRIMARY KEY (source, position)
            )
            """,
            "CREATE INDEX waiting_root ON waiting (source, set_root, position)",
            """
            -- vouchers that the source was told to forget, and of which an opening beyond the caps was not kept
            CREATE TABLE sealed (
                source bytea NOT NULL,
                position int8 NOT NULL,
                pseudonym bytea NOT NULL,
                epoch int8 NOT NULL,
                -- as they came, encrypted
                bytes bytea NOT NULL,
                PRIMARY KEY (source, position)
            )
            """,
            "CREATE INDEX sealed_account ON sealed (pseudonym, epoch)",
        ]
        + additions
        + ["account", "form", "voucher", "opening"].flatMap { table in
            (0..<partitions).map { part in
                // Rows whose counts change keep their place on the page; a voucher of 2.4 kB lies in its row.
                let storage =
                    table == "voucher"
                    ? "toast_tuple_target = 8160" : table == "opening" ? "fillfactor = 100" : "fillfactor = 80"
                return """
                    CREATE TABLE \(table)_\(part) PARTITION OF \(table)
                    FOR VALUES WITH (MODULUS \(partitions), REMAINDER \(part)) WITH (\(storage))
                    """
            }
        }

    /// The statements that make a store of the version before one of this version, but for its number.
    static let additions = [
        """
        -- What was opened of a set while an epoch ran; nothing of it is an account's. In parts, chosen at random: openers
        -- that record at a time seldom wait for each other.
        CREATE TABLE opened (
            epoch int8 NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
            set_root bytea NOT NULL CHECK (octet_length(set_root) = 32),
            part int2 NOT NULL,
            vouchers int8 NOT NULL,
            slots int8 NOT NULL,
            PRIMARY KEY (epoch, set_root, part)
        ) WITH (fillfactor = 80)
        """
    ]

    /// SHA-256 of everything that the schema defines: relations, columns, indices, and how many triggers, rules,
    /// policies, functions and constraints there are. A view in a table's place, a trigger or a further table is none
    /// of ours: it could change what is written. Only words that every PostgreSQL from 15 on writes alike.
    static let description = """
        WITH space AS (SELECT oid FROM pg_namespace WHERE nspname = 'sealedmatch'),
        relation AS (SELECT * FROM pg_class WHERE relnamespace = (SELECT oid FROM space)),
        line AS (
            SELECT concat_ws(' ', 'relation', relname, relkind, relpersistence, relispartition, relhassubclass,
                relrowsecurity, relhasrules, relhastriggers) AS text FROM relation
            UNION ALL
            SELECT concat_ws(' ', 'column', relname, attnum, attname, format_type(atttypid, atttypmod), attnotnull,
                atthasdef, attgenerated, attidentity)
            FROM pg_attribute JOIN relation ON relation.oid = attrelid WHERE attnum > 0 AND relkind IN ('r', 'p')
            UNION ALL
            SELECT concat_ws(' ', 'index', (SELECT relname FROM pg_class WHERE oid = indrelid), relname, indkey,
                indisunique, indisprimary, indisvalid, indpred IS NOT NULL, indexprs IS NOT NULL)
            FROM pg_index JOIN relation ON relation.oid = indexrelid
            UNION ALL
            SELECT concat_ws(' ', 'constraint', contype, count(*)) FROM pg_constraint
            WHERE connamespace = (SELECT oid FROM space) AND contype IN ('c', 'f', 'x') GROUP BY contype
            UNION ALL
            SELECT concat_ws(' ', 'functions', count(*)) FROM pg_proc WHERE pronamespace = (SELECT oid FROM space)
        )
        SELECT encode(sha256(convert_to(string_agg(text, E'\\n' ORDER BY text COLLATE "C"), 'UTF8')), 'hex') FROM line
        """

    /// What `description` gives of this version, and of the one before.
    static let digest = "6724570e5a8c166a4ccba2a0f01b3883583f7d1e5641abcc97c69584a759d447"
    static let digestBefore = "b556107d0a2b6534d4755f2c5c4c4a2ac69a3d47420b78635ec06dd39f05c193"
}
