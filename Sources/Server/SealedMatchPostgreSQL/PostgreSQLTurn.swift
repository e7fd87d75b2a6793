internal import Synchronization

/// The right to open into one store, by an advisory lock of the server: one holder among all processes. It ends with
/// this object, with the process, and with its connection. Where the server restarts, two may open for a while: what
/// they record counts once.
public final class PostgreSQLTurn: Sendable {
    // Only for its end.
    private let connection: Mutex<Connection>

    private init(_ connection: sending Connection) { self.connection = Mutex(connection) }

    /// - Returns: nil while somebody else has the lock.
    static func take(_ connection: sending Connection) throws -> PostgreSQLTurn? {
        let isFree = try connection.run("SELECT pg_try_advisory_lock($1)", .integer(Schema.turnLock)).flag(0, 0)
        return isFree ? PostgreSQLTurn(connection) : nil
    }

    deinit {
        // The server takes its time to notice that a connection was closed. One that is lost has no lock.
        connection.withLock { _ = try? $0.run("SELECT pg_advisory_unlock($1)", .integer(Schema.turnLock)) }
    }
}
