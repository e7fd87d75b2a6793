package import GRDB
internal import GRDBSQLite
package import SealedMatchCollector
package import SealedMatchCrypto
internal import Synchronization

/// One SQLite file of a role: opened with the settings that its promises rest on, and never with anybody else's schema.
///
/// Durability: WAL with `synchronous = FULL`, so a transaction that returned survives `kill -9` and power loss, as far
/// as the disk honours fsync(2).
package struct StoreFile: Sendable {
    package let pool: DatabasePool
    private let interruption: Interruption

    /// Opens or creates the file, readable and writable by its owner only, and migrates it.
    ///
    /// - Parameters:
    ///   - applicationID: SQLite's `application_id` of this role's files. A file with another one, or with tables and
    ///     none, is left untouched.
    /// - Throws: `fileFailed`, also when the file is missing, is there, or is another user's; `invalidMagic` for a file
    ///   of something else; `damagedStore` for a corrupt or newer one, or one whose schema is not exactly a version's.
    package static func open(
        path: String, applicationID: Int32, migrator: DatabaseMigrator, creation: StoreCreation
    ) throws(SealedMatchError) -> StoreFile {
        try StoreFilePermissions.prepare(path, creation: creation)
        let interruption = Interruption()
        let configuration = configuration(interruption)
        return try mappingErrors {
            // Looked at before the pool opens it: the pool would turn somebody else's database into a WAL one.
            let isEmpty = try inspect(path, applicationID, migrator, configuration)
            switch creation {
            case .never where isEmpty:
                throw SealedMatchError(.fileFailed, "the database is empty: it was never made")
            case .always where !isEmpty:
                throw SealedMatchError(.fileFailed, "there is a database already; this is not the first run")
            default: break
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                // GRDB sets NORMAL on the writer after every preparation function has run, so FULL can only be asked
                // for here.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            }
            try migrator.migrate(pool)
            return StoreFile(pool: pool, interruption: interruption)
        }
    }

    /// Ends what runs in this store, and what is asked of it later, with `interrupted`. From any thread.
    package func interrupt() { interruption.request() }

    private final class Interruption: Sendable {
        private let flag = Atomic<Bool>(false)
        func request() { flag.store(true, ordering: .relaxed) }
        var isRequested: Bool { flag.load(ordering: .relaxed) }
    }

    /// Longest cell or statement that SQLite handles for us, in bytes; the longest that we write is a voucher.
    private static let maximumCell: Int32 = 1 << 20

    private static func configuration(_ interruption: Interruption) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        // Kept by the configuration, which lives as long as a connection does: the handler below gets it unretained.
        configuration.prepareDatabase { [interruption] db in
            // The file may have been edited: its schema is not trusted to call functions, its cells are checked and
            // bounded, and deleted bytes are overwritten.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            try db.execute(sql: "PRAGMA cell_size_check = ON")
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA secure_delete = ON") }
            unsafe sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_LENGTH, maximumCell)
            let context = unsafe Unmanaged.passUnretained(interruption).toOpaque()
            unsafe sqlite3_progress_handler(
                db.sqliteConnection, 10_000,
                { context in
                    guard let context = unsafe context else { return 0 }
                    return unsafe Unmanaged<Interruption>.fromOpaque(context).takeUnretainedValue().isRequested ? 1 : 0
                }, context)
        }
        return configuration
    }

    /// - Returns: whether nothing is in the file yet.
    private static func inspect(
        _ path: String, _ applicationID: Int32, _ migrator: DatabaseMigrator, _ configuration: Configuration
    ) throws -> Bool {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read { db in
            let application = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let schema = try StoreSchema(db)
            if schema.isEmpty && application == 0 { return true }
            guard application == Int64(applicationID) || schema.isEmpty else {
                throw SealedMatchError(.invalidMagic, "the database belongs to something else")
            }
            // Of our kind, and killed before its first table: made again.
            if schema.isEmpty && application == Int64(applicationID) { return true }
            guard !schema.isEmpty, try schema.isVersion(of: migrator, in: db) else {
                throw SealedMatchError(
                    .damagedStore, "the database's tables are not ours: it is damaged, or of a newer version")
            }
            return false
        }
    }

    /// One write transaction: all of it, durably, or nothing.
    package func write<Result>(_ body: (Database) throws -> Result) throws(SealedMatchError) -> Result {
        try Self.mappingErrors { try pool.write(body) }
    }

    /// One snapshot.
    package func read<Result>(_ body: (Database) throws -> Result) throws(SealedMatchError) -> Result {
        try Self.mappingErrors { try pool.read(body) }
    }

    /// SQLite's errors as the library's. Their messages, which may quote paths and values, are dropped.
    package static func mappingErrors<Result>(_ body: () throws -> Result) throws(SealedMatchError) -> Result {
        do {
            return try body()
        } catch let error as SealedMatchError {
            throw error
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT, .SQLITE_SCHEMA, .SQLITE_MISMATCH, .SQLITE_CONSTRAINT,
                .SQLITE_ERROR, .SQLITE_TOOBIG:
                throw SealedMatchError(.damagedStore, "the file is no database of this kind, or is corrupt")
            case .SQLITE_INTERRUPT, .SQLITE_ABORT:
                throw SealedMatchError(.interrupted, "interrupted")
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                throw SealedMatchError(.fileFailed, "another process is holding the database")
            case .SQLITE_FULL:
                throw SealedMatchError(.fileFailed, "the disk is full")
            default:
                throw SealedMatchError(.fileFailed, "the database cannot be read or written")
            }
        } catch {
            throw SealedMatchError(.fileFailed, "the database cannot be read or written")
        }
    }
}
