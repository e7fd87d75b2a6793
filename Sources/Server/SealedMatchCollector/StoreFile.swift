internal import CSealedMatchPlatform
internal import Foundation
package import GRDB
public import SealedMatchCrypto

extension SealedMatchError.Code {
    /// A database file is not SQLite's, is corrupt, was made by a newer version, or holds a row that no version wrote.
    public static let damagedStore = SealedMatchError.Code(rawValue: 703)
}

/// One SQLite file of a role: opened with the settings that its promises rest on, and never with anybody else's schema.
///
/// Durability: WAL with `synchronous = FULL`, so a transaction that returned survives `kill -9` and power loss, as far
/// as the disk honours fsync(2).
package struct StoreFile: Sendable {
    package let pool: DatabasePool

    /// Opens or creates the file, owner-readable only, and migrates it.
    ///
    /// - Parameters:
    ///   - applicationID: SQLite's `application_id` of this role's files. A file with another one, or with tables and
    ///     none, is left untouched.
    /// - Throws: `fileFailed`, `invalidMagic` for a file of something else, `damagedStore` for a corrupt or newer one.
    package static func open(
        path: String, applicationID: Int32, migrator: DatabaseMigrator
    ) throws(SealedMatchError) -> StoreFile {
        let descriptor = unsafe platform_open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            throw SealedMatchError(.fileFailed, "a database cannot be opened or created there")
        }
        close(descriptor)
        return try mappingErrors {
            // Looked at before the pool opens it: the pool would turn somebody else's database into a WAL one.
            try inspect(path: path, applicationID: applicationID)
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                // GRDB sets NORMAL on the writer after every preparation function has run, so FULL can only be asked
                // for here.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            }
            guard try pool.read({ db in try !migrator.hasBeenSuperseded(db) }) else {
                throw SealedMatchError(.damagedStore, "the database was written by a newer version")
            }
            try migrator.migrate(pool)
            return StoreFile(pool: pool)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            // The file may have been edited: its schema is not trusted to call functions, its cells are checked, and
            // deleted bytes are overwritten.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            try db.execute(sql: "PRAGMA cell_size_check = ON")
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA secure_delete = ON") }
        }
        return configuration
    }

    private static func inspect(path: String, applicationID: Int32) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        let found = try queue.read { db in
            (
                application: try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
                tables: try Int64.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
            )
        }
        guard found.application == Int64(applicationID) || (found.application == 0 && found.tables == 0) else {
            throw SealedMatchError(.invalidMagic, "the database belongs to something else")
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
                .SQLITE_ERROR:
                throw SealedMatchError(.damagedStore, "the file is no database of this kind, or is corrupt")
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

/// A row that no version wrote: truncated, of another type, or inconsistent. It was skipped and left where it is.
public struct DamagedRow: Equatable, Sendable {
    public enum Table: String, Sendable {
        case registration, voucher, opening, account
    }
    public let table: Table
    /// The row's number in its table.
    public let row: Int64
    /// What is wrong with it.
    public let error: SealedMatchError

    package init(table: Table, row: Int64, error: SealedMatchError) {
        self.table = table
        self.row = row
        self.error = error
    }
}

/// Reads a column without trusting its type: GRDB's own conversions end the process on a value that does not convert.
package struct RowReader {
    private let row: Row

    package init(_ row: Row) { self.row = row }

    private func storage(_ column: Int) -> DatabaseValue.Storage {
        let value: DatabaseValue = row[column]
        return value.storage
    }

    package func integer(_ column: Int) throws(SealedMatchError) -> Int64 {
        guard case .int64(let value) = storage(column) else {
            throw SealedMatchError(.damagedStore, "a column of the database is no integer")
        }
        return value
    }

    /// An integer of a range.
    package func integer(_ column: Int, in range: ClosedRange<Int64>) throws(SealedMatchError) -> Int {
        let value = try integer(column)
        guard range.contains(value) else {
            throw SealedMatchError(.damagedStore, "a column of the database is out of range")
        }
        return Int(value)
    }

    package func epoch(_ column: Int) throws(SealedMatchError) -> UInt32 {
        UInt32(try integer(column, in: 0...Int64(UInt32.max)))
    }

    package func blob(_ column: Int) throws(SealedMatchError) -> [UInt8] {
        guard case .blob(let data) = storage(column) else {
            throw SealedMatchError(.damagedStore, "a column of the database is no byte string")
        }
        return [UInt8](data)
    }

    package func bytes32(_ column: Int) throws(SealedMatchError) -> Bytes32 {
        let bytes = try blob(column)
        guard bytes.count == 32 else {
            throw SealedMatchError(.damagedStore, "a column of the database has not 32 bytes")
        }
        return try Bytes32(exactly: bytes)
    }

    package func isNull(_ column: Int) -> Bool {
        if case .null = storage(column) { true } else { false }
    }
}

extension Array where Element == UInt8 {
    /// As SQLite takes it.
    package var databaseBlob: DatabaseValue { Data(self).databaseValue }
}

extension Bytes32 {
    package var databaseBlob: DatabaseValue { bytes.databaseBlob }
}
