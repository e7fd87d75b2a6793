internal import GRDB

/// Everything that a database defines: its tables, indices, views and triggers, as SQLite keeps them.
struct StoreSchema: Equatable {
    private let definitions: [[DatabaseValue]]

    /// More than any version has.
    private static let most = 100

    init(_ db: Database) throws {
        definitions = try Row.fetchAll(
            db, sql: "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name LIMIT ?",
            arguments: [Self.most]
        ).map { row in (0..<4).map { row[$0] } }
    }

    var isEmpty: Bool { definitions.isEmpty }

    /// Whether the database says that it is of a version before the first that is read: what it holds has another form.
    func isOlder(than migrator: DatabaseMigrator, in db: Database) throws -> Bool {
        guard try db.tableExists("grdb_migrations"), let oldest = migrator.migrations.first.flatMap({ Int($0) }),
            let row = try Row.fetchOne(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid LIMIT 1"),
            case .string(let first) = (row[0] as DatabaseValue).storage, let version = Int(first)
        else { return false }
        return version < oldest
    }

    /// Whether it is exactly what the first migrations make, and the database says that just these have been applied. A
    /// view in a table's place, a trigger or a further table is none of ours: it could run for ever, or change what is
    /// written.
    func isVersion(of migrator: DatabaseMigrator, in db: Database) throws -> Bool {
        let reference = try DatabaseQueue()
        for (index, migration) in migrator.migrations.enumerated() {
            try migrator.migrate(reference, upTo: migration)
            guard try reference.read({ try StoreSchema($0) }) == self else { continue }
            // The table is GRDB's own now.
            let applied = try Row.fetchAll(
                db, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid LIMIT ?", arguments: [Self.most]
            ).map { row -> DatabaseValue in row[0] }
            return Set(applied) == Set(migrator.migrations[...index].map(\.databaseValue))
        }
        return false
    }
}
