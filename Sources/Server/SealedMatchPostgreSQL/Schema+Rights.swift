internal import SealedMatchCrypto

/// What the server lets a role do with the store. (Docs/Operating.md, "A cluster")
extension Schema {
    /// Sees that what is written now is taken: a standby only reads, and so may a database or a role be set.
    static func checkWriting(_ connection: Connection) throws {
        let state = try connection.run("SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'")
        if try state.flag(0, 0) { throw ServerTrouble.onlyReads }
        if try state.flag(0, 1) { throw ServerTrouble.isSetToRead }
    }

    /// Sees that the role may use the schema and each table in it that is ours; one that is missing is none of its
    /// rights' business.
    /// - Parameter report: told all that is missing, as the statements that give it.
    /// - Throws: `fileFailed`, which names the first that is missing.
    static func checkRights(_ connection: Connection, report: (@Sendable (String) -> Void)? = nil) throws {
        let schema = try connection.run(
            """
            SELECT has_schema_privilege(oid, 'USAGE'), quote_ident(current_user) FROM pg_namespace
            WHERE nspname = 'sealedmatch'
            """)
        guard schema.count == 1 else { return }
        let role = try text(schema.bytes(0, 1))
        var missing: [StaticString] = []
        if try !schema.flag(0, 0) {
            report?(ConnectionMessage.visible("the role lacks a right: GRANT USAGE ON SCHEMA sealedmatch TO \(role)"))
            missing.append("the PostgreSQL role may not use the schema: GRANT USAGE ON SCHEMA sealedmatch TO it")
        }
        let tables = try connection.run(
            """
            SELECT relname::text, string_agg(wanted, ', ' ORDER BY place)
            FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS w (wanted, place)
            WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'sealedmatch')
                AND relkind IN ('r', 'p') AND NOT relispartition AND (relname <> 'store' OR wanted = 'SELECT')
                AND NOT has_table_privilege(pg_class.oid, wanted)
            GROUP BY relname ORDER BY relname
            """)
        for row in 0..<tables.count {
            let (table, rights) = try (text(tables.bytes(row, 0)), text(tables.bytes(row, 1)))
            guard let reason = lacking(table) else { continue }
            report?(
                ConnectionMessage.visible("the role lacks a right: GRANT \(rights) ON sealedmatch.\(table) TO \(role)"))
            missing.append(reason)
        }
        if let first = missing.first { throw SealedMatchError(.fileFailed, first) }
    }

    /// Sees that the role may make tables: of a new store, or those that an older one lacks.
    static func checkMaking(_ connection: Connection, schemaIsThere: Bool) throws {
        guard schemaIsThere else {
            guard try connection.run("SELECT has_database_privilege(current_database(), 'CREATE')").flag(0, 0) else {
                throw SealedMatchError(
                    .fileFailed, "the PostgreSQL role may not make the schema: GRANT CREATE ON DATABASE … TO it")
            }
            return
        }
        guard try connection.run("SELECT has_schema_privilege('sealedmatch', 'CREATE')").flag(0, 0) else {
            throw SealedMatchError(
                .fileFailed,
                "the PostgreSQL role may not make tables that are missing: start once as the role that owns the others")
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// What an error says of a table of ours; nil for any other.
    private static func lacking(_ table: String) -> StaticString? {
        switch table {
        case "store": "the PostgreSQL role may not SELECT from sealedmatch.store: the log has the GRANT"
        case "account": "the PostgreSQL role lacks a right on sealedmatch.account: the log has the GRANT"
        case "form": "the PostgreSQL role lacks a right on sealedmatch.form: the log has the GRANT"
        case "voucher": "the PostgreSQL role lacks a right on sealedmatch.voucher: the log has the GRANT"
        case "opening": "the PostgreSQL role lacks a right on sealedmatch.opening: the log has the GRANT"
        case "source": "the PostgreSQL role lacks a right on sealedmatch.source: the log has the GRANT"
        case "waiting": "the PostgreSQL role lacks a right on sealedmatch.waiting: the log has the GRANT"
        case "sealed": "the PostgreSQL role lacks a right on sealedmatch.sealed: the log has the GRANT"
        case "opened": "the PostgreSQL role lacks a right on sealedmatch.opened: the log has the GRANT"
        default: nil
        }
    }
}
