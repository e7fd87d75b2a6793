internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchProtocol

extension Schema {
    /// Sees that a server keeps what it acknowledges, and can do what is asked of it.
    /// - Throws: `fileFailed`.
    static func checkServer(_ connection: Connection, allowsVolatileServer: Bool) throws {
        guard connection.serverVersion >= 150_000 else {
            throw SealedMatchError(.fileFailed, "the PostgreSQL server is older than version 15")
        }
        let setting = {
            try String(decoding: connection.run("SELECT current_setting($1)", $0).bytes(0, 0), as: UTF8.self)
        }
        guard try setting(.bytes(Array("synchronous_commit".utf8))) == "on" else {
            throw SealedMatchError(.fileFailed, "the PostgreSQL server did not take synchronous_commit = on")
        }
        try checkWriting(connection)
        guard !allowsVolatileServer else { return }
        for name in ["fsync", "full_page_writes"] where try setting(.bytes(Array(name.utf8))) != "on" {
            throw SealedMatchError(
                .fileFailed, "the PostgreSQL server loses what it acknowledged: turn on fsync and full_page_writes")
        }
    }

    /// Makes the tables if they are missing and may be made, and sees that they are this version's, this deployment's
    /// and these keys'. Nothing that is not is changed.
    static func open(
        _ connection: Connection, _ deployment: Bytes32, _ keys: DataKeys, _ creation: StoreCreation, filling: Bool
    ) throws {
        try ConnectionPool.transaction("BEGIN", connection) { connection in
            // One process makes it; others wait, and find it made.
            if creation != .never { try connection.run("SELECT pg_advisory_xact_lock($1)", .integer(creationLock)) }
            let isMissing = try relations(connection) == 0
            guard isMissing else {
                guard creation != .always else {
                    throw SealedMatchError(
                        .fileFailed,
                        "there is a schema sealedmatch with tables already; start without a first run if one made it")
                }
                return try check(connection, deployment, keys, filling: filling)
            }
            guard creation != .never else {
                throw SealedMatchError(
                    .fileFailed, "there is no store of openings in this database: name another, or make it once")
            }
            // Its owner may have made it, empty, for a role that may make tables alone.
            let isThere = try connection.run("SELECT 1 FROM pg_namespace WHERE nspname = 'sealedmatch'").count > 0
            try checkMaking(connection, schemaIsThere: isThere)
            if !isThere { try connection.execute("CREATE SCHEMA sealedmatch") }
            try connection.execute("SET LOCAL search_path = sealedmatch, pg_catalog")
            for sql in Schema.creation { try connection.execute(sql) }
            try connection.run(
                "INSERT INTO store (version, deployment, key_check) VALUES ($1::int8, $2, $3)",
                .number(filling ? Schema.filling : Int64(version)), .bytes(deployment.bytes),
                .bytes(keyCheck(deployment, keys)))
        }
    }

    static func keyCheck(_ deployment: Bytes32, _ keys: DataKeys) throws(SealedMatchError) -> [UInt8] {
        try SealedCell.keyCheck(of: deployment).seal([UInt8](repeating: 0, count: 32), keys)
    }

    /// Advisory locks of the database that is the store's: any numbers that nobody else uses.
    private static let creationLock: Int64 = 0x534D_4155_0001
    static let turnLock: Int64 = 0x534D_4155_0002

    private static func relations(_ connection: Connection) throws -> Int64 {
        try connection.run(
            """
            SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE nspname = 'sealedmatch'
            """
        ).integer(0, 0)
    }

    private static func check(
        _ connection: Connection, _ deployment: Bytes32, _ keys: DataKeys, filling: Bool
    ) throws {
        let foreign = SealedMatchError(
            .invalidMagic, "the schema sealedmatch of this database is of something else: name another database")
        // Of another version only the number is known to be there.
        let isVersioned =
            try connection.run(
                """
                SELECT 1 FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                JOIN pg_namespace ON pg_namespace.oid = relnamespace
                WHERE nspname = 'sealedmatch' AND relname = 'store' AND relkind = 'r' AND attname = 'version'
                    AND atttypid = 'int8'::regtype
                """
            ).count == 1
        guard isVersioned else { throw foreign }
        let current = {
            let versions = try connection.run("SELECT version FROM store LIMIT 2")
            guard versions.count == 1 else { throw foreign }
            return try versions.integer(0, 0)
        }
        var version = try current()
        if version == Schema.before {
            // One process brings it up to this version; others wait, and find it there.
            try connection.run("SELECT pg_advisory_xact_lock($1)", .integer(creationLock))
            version = try current()
        }
        guard version <= Schema.version else {
            throw SealedMatchError(
                .invalidMagic,
                "the PostgreSQL store is of a newer version: use the program that made it, or a newer one")
        }
        guard filling || version != Schema.filling else {
            throw SealedMatchError(
                .invalidMagic, "a deployment is still being moved to the PostgreSQL store: let `migrate` end first")
        }
        let isOld = version == Schema.before
        guard isOld || version == Schema.version || version == Schema.filling,
            try connection.run(description).bytes(0, 0) == Array((isOld ? digestBefore : digest).utf8)
        else {
            throw SealedMatchError(
                .damagedStore, "the tables of schema sealedmatch are not exactly ours: see Docs/Protocol.md, 4.11")
        }
        let row = try connection.run(
            "SELECT deployment, \(Rows.bounded("key_check", 32 + SealedCell.overhead)) FROM store")
        guard try row.bytes32(0, 0) == deployment else {
            throw SealedMatchError(.invalidMagic, "the PostgreSQL store is another deployment's: name another database")
        }
        do throws(SealedMatchError) {
            _ = try SealedCell.keyCheck(of: deployment).open(row.bytes(0, 1), keys)
        } catch {
            guard error.code == .damagedStore else { throw error }
            throw SealedMatchError(
                .authenticationFailed,
                "these are not the PostgreSQL store's data keys: give those that it was made with")
        }
        guard isOld else { return }
        try checkMaking(connection, schemaIsThere: true)
        try connection.execute("SET LOCAL search_path = sealedmatch, pg_catalog")
        for sql in additions { try connection.execute(sql) }
        try connection.run(
            "UPDATE store SET version = $1::int8 WHERE version = $2::int8", .integer(Schema.version),
            .integer(Schema.before))
    }
}
