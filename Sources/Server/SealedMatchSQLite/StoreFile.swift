package import GRDB
internal import Foundation
internal import GRDBSQLite
internal import SealedMatchCollector
package import SealedMatchCrypto
internal import SealedMatchFiles
internal import Synchronization

/// One SQLite file of a role: opened with the settings that its promises rest on, and never with anybody else's schema.
///
/// Durability: WAL with `synchronous = FULL`, so a transaction that returned survives `kill -9` and power loss, as far
/// as the disk honours fsync(2).
package struct StoreFile: Sendable {
    package let pool: any DatabaseWriter
    /// What the file says: that its contents were moved to a cluster.
    package let isMoved: Bool
    private let kind: Kind
    private let interruption: Interruption
    private let place: StoreFilePlace
    private let forgetting: Forgetting

    /// What a role's files have in common.
    package struct Kind: Sendable {
        /// SQLite's `application_id`. A file with another one, or with tables and none, is left untouched.
        let applicationID: Int32
        /// The same of a file whose contents were moved to a cluster: no role opens it. nil of what is never moved.
        let movedID: Int32?
        /// Bytes of a page of a file that is made.
        var pageSize = 4_096
        let migrator: DatabaseMigrator
    }

    /// Who may have the file open.
    package enum Sharing {
        /// Any number of processes.
        case shared
        /// This object alone, also a file that was moved. An error while somebody else has it open.
        case alone
    }

    /// Opens or creates the file, readable and writable by its owner only, and migrates it. A file that is created has
    /// all its tables before it has its name: a process that is killed, or a full disk, leaves none.
    ///
    /// - Throws: `fileFailed`, also when the file is missing, is there, is another user's, or is open elsewhere and is
    ///   to be used alone; `invalidMagic` for a file of something else, of an older version, or that was moved;
    ///   `damagedStore` for an empty, corrupt or newer one, or one whose schema is not exactly a version's.
    package static func open(
        path: String, _ kind: Kind, creation: StoreCreation, sharing: Sharing = .shared
    ) throws(SealedMatchError) -> StoreFile {
        try FileAccess.checkDirectory(of: path)
        let interruption = Interruption()
        let configuration = configuration(interruption)
        if creation != .never {
            try create(path, kind.applicationID, kind.pageSize, kind.migrator, configuration, creation)
        }
        try StoreFilePermissions.narrow(path)
        let opened = StoreFilePlace.File(path)
        // A process that was killed may have left what it forgot.
        let forgetting = Forgetting(isOwed: StoreFilePlace.hasLog(path))
        return try mappingErrors {
            // Looked at before the pool opens it: the pool would turn somebody else's database into a WAL one.
            let isMoved = try inspect(path, kind, configuration)
            let pool: any DatabaseWriter
            switch sharing {
            case .shared:
                guard !isMoved else {
                    throw SealedMatchError(
                        .invalidMagic,
                        "the store was moved to a cluster: use the cluster's, or take it back (migrate --undo)")
                }
                pool = try DatabasePool(path: path, configuration: configuration)
            case .alone: pool = try queue(path, configuration)
            }
            // GRDB sets NORMAL on the writer after every preparation function has run, so FULL can only be asked for
            // here.
            try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
            try bringUp(pool, kind.migrator)
            let place = StoreFilePlace(path: path)
            guard let opened, place.isOf(opened) else { throw StoreFilePlace.replaced }
            return StoreFile(
                pool: pool, isMoved: isMoved, kind: kind, interruption: interruption, place: place,
                forgetting: forgetting)
        }
    }

    /// Makes a file of an older version one of today's. Another process may be doing the same: what it has done by then
    /// fails here, and is looked at again.
    private static func bringUp(_ pool: any DatabaseWriter, _ migrator: DatabaseMigrator) throws {
        while true {
            let before = try pool.read { db in try migrator.appliedIdentifiers(db).count }
            do {
                return try migrator.migrate(pool)
            } catch {
                let after = try pool.read { db in try migrator.appliedIdentifiers(db).count }
                guard after > before else { throw error }
            }
        }
    }

    /// The one connection to a file, which nobody else can open until it is closed.
    private static func queue(_ path: String, _ shared: Configuration) throws -> DatabaseQueue {
        var configuration = shared
        // Whoever has the file open keeps it open.
        configuration.busyMode = .timeout(0.5)
        // Asked for before the first look at the file: then the lock is taken with it, and kept.
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            // A file that no process has open since it was made has no WAL yet.
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL")
                try db.execute(sql: "BEGIN EXCLUSIVE; SELECT count(*) FROM sqlite_master; COMMIT")
            }
            return queue
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED
        {
            throw SealedMatchError(.fileFailed, "a role, or another program, has the store open: stop it first")
        }
    }

    /// Writes down that the contents were moved to a cluster, or that they were not. Of a file that is used alone.
    /// - Throws: `fileFailed`; then it is as it was.
    package func mark(moved: Bool) throws(SealedMatchError) {
        guard let mark = moved ? kind.movedID : kind.applicationID else {
            throw SealedMatchError(.parameterOutOfRange, "files of this kind are never moved")
        }
        try write { db in try db.execute(sql: "PRAGMA application_id = \(mark)") }
    }

    /// Makes the file where there is none.
    private static func create(
        _ path: String, _ applicationID: Int32, _ pageSize: Int, _ migrator: DatabaseMigrator,
        _ configuration: Configuration, _ creation: StoreCreation
    ) throws(SealedMatchError) {
        let isThere = SealedMatchError(
            .fileFailed, "there is a file of this name already; start without a first run if one made it")
        guard !DurableFile.exists(path) else {
            if creation == .always { throw isThere }
            return
        }
        let temporary = try DurableFile.temporaryName(for: path)
        try StoreFilePermissions.makeEmpty(temporary)
        defer {
            for beside in ["", "-journal", "-wal", "-shm"] { unsafe unlink(temporary + beside) }
        }
        try mappingErrors {
            let queue = try DatabaseQueue(path: temporary, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA page_size = \(pageSize)")
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            }
            try migrator.migrate(queue)
            // Before it has its name: while others open the file, SQLite refuses this change at once, without a wait.
            let mode = try queue.writeWithoutTransaction { db in
                try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
            }
            guard mode == "wal" else {
                throw SealedMatchError(.fileFailed, "a database cannot have a write-ahead log there: use a local disk")
            }
            try queue.close()
        }
        if unsafe link(temporary, path) == 0 { return try DurableFile.syncDirectory(of: path) }
        // Another process was first: its file will do, unless there must be none.
        guard errno == EEXIST else {
            throw SealedMatchError(.fileFailed, "a database cannot be created there", systemError: errno)
        }
        if creation == .always { throw isThere }
    }

    /// Waits for what runs in this store, writes all of it into the one file, and ends its use.
    /// - Throws: `fileFailed`; nothing is lost then, and a part of it may still be in the file ending in `-wal`.
    package func close() throws(SealedMatchError) {
        closeReaders()
        try Self.mappingErrors { try pool.close() }
    }

    /// Writes the file anew, table by table, in the order of keys. What SQLite makes on the way stays in memory.
    package func compact() throws(SealedMatchError) {
        try place.check()
        try Self.mappingErrors {
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM")
                // Into the one file, and not only beside it.
                guard try Self.emptyLog(db) else {
                    throw SealedMatchError(.fileFailed, "another process is reading the database: compact it again")
                }
            }
        }
    }

    /// To be done before the pool goes, too. SQLite takes what is in the file ending in `-wal` into the database, and
    /// removes it, when the last connection is closed, unless that is one that only reads; and the pool closes its
    /// writer first.
    package func closeReaders() { (pool as? DatabasePool)?.invalidateReadOnlyConnections() }

    private static func emptyLog(_ db: Database) throws -> Bool {
        guard let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") else { return false }
        return try RowReader(row).integer(0) == 0
    }

    /// A write transaction that forgets something. It is overwritten in the file; the file ending in `-wal`, which has
    /// it too, is emptied. While somebody reads, that is not possible: then it is owed, and done later.
    /// - Throws: as `write`; what was thrown after the transaction is owed.
    package func forget<Result>(_ body: (Database) throws -> Result) throws(SealedMatchError) -> Result {
        let result = try write(body)
        forgetting.isOwed.store(true, ordering: .relaxed)
        // What was forgotten is told to the caller in any case: he cannot ask again. `finishForgetting` reports.
        _ = try? finishForgetting()
        return result
    }

    /// What was forgotten may still be in the file ending in `-wal`, because somebody was reading.
    package var owesForgetting: Bool { forgetting.isOwed.load(ordering: .relaxed) }

    /// Empties the file ending in `-wal` if that is owed. Readers are not waited for.
    /// - Returns: whether nothing is owed any more.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then it is still owed.
    @discardableResult
    package func finishForgetting() throws(SealedMatchError) -> Bool {
        guard owesForgetting else { return true }
        try place.check()
        let isEmpty = try Self.mappingErrors {
            try pool.writeWithoutTransaction { db in
                unsafe sqlite3_busy_timeout(db.sqliteConnection, 100)
                defer { unsafe sqlite3_busy_timeout(db.sqliteConnection, Self.busySeconds * 1_000) }
                return try Self.emptyLog(db)
            }
        }
        if isEmpty { forgetting.isOwed.store(false, ordering: .relaxed) }
        return isEmpty
    }

    private final class Forgetting: Sendable {
        let isOwed: Atomic<Bool>
        init(isOwed: Bool) { self.isOwed = Atomic(isOwed) }
    }

    /// That the names of the store's files still lead to those that are open. Each transaction asks.
    /// - Throws: `fileFailed`.
    package func checkPlace() throws(SealedMatchError) { try place.check() }

    /// Ends what runs in this store, and what is asked of it later, with `interrupted`. From any thread.
    package func interrupt() { interruption.request() }

    private final class Interruption: Sendable {
        private let flag = Atomic<Bool>(false)
        func request() { flag.store(true, ordering: .relaxed) }
        var isRequested: Bool { flag.load(ordering: .relaxed) }
    }

    /// For how long other processes are waited for.
    private static let busySeconds: Int32 = 10

    /// Longest cell or statement that SQLite handles for us, in bytes; the longest that we write is a voucher.
    private static let maximumCell: Int32 = 1 << 20

    private static func configuration(_ interruption: Interruption) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(TimeInterval(busySeconds))
        configuration.maximumReaderCount = 4
        // Kept by the configuration, which lives as long as a connection does: the handler below gets it unretained.
        configuration.prepareDatabase { [interruption] db in
            // The file may have been edited: its schema is not trusted to call functions, its cells are checked and
            // bounded, and deleted bytes are overwritten.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            try db.execute(sql: "PRAGMA cell_size_check = ON")
            // Temporary files would be in other folders, which others may read, and are not overwritten.
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
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

    /// Refuses what is not wholly a file of this role.
    /// - Returns: whether it was moved.
    private static func inspect(_ path: String, _ kind: Kind, _ configuration: Configuration) throws -> Bool {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read { db in
            let application = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let schema = try StoreSchema(db)
            if schema.isEmpty && application == 0 {
                throw SealedMatchError(
                    .damagedStore, "the file is empty: what was stored in it is gone; if nothing was, remove it")
            }
            guard [kind.applicationID, kind.movedID].contains(where: { $0.map(Int64.init) == application }) else {
                throw SealedMatchError(.invalidMagic, "the database belongs to something else")
            }
            guard try !schema.isOlder(than: kind.migrator, in: db) else {
                throw SealedMatchError(
                    .invalidMagic,
                    "the database is of an older version, which holds other vouchers or openings: see CHANGELOG.md")
            }
            guard try schema.isVersion(of: kind.migrator, in: db) else {
                throw SealedMatchError(
                    .damagedStore, "the database's tables are not ours: it is damaged, or of a newer version")
            }
            return kind.movedID.map(Int64.init) == application
        }
    }

    /// One write transaction: all of it, durably, or nothing.
    /// - Throws: what `body` throws; `fileFailed`, also when the file was replaced, moved or removed meanwhile, and
    ///   nobody may find what was written; `damagedStore`, `interrupted`.
    package func write<Result>(_ body: (Database) throws -> Result) throws(SealedMatchError) -> Result {
        try place.check()
        let result = try Self.mappingErrors { try pool.write(body) }
        try place.check()
        // The transaction ended well; what fails here is still owed, and `finishForgetting` reports it.
        if owesForgetting { _ = try? finishForgetting() }
        return result
    }

    /// One snapshot.
    package func read<Result>(_ body: (Database) throws -> Result) throws(SealedMatchError) -> Result {
        try place.check()
        return try Self.mappingErrors { try pool.read(body) }
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
