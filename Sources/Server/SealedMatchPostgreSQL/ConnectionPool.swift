internal import Foundation
internal import SealedMatchCrypto

/// A few connections that are lent to one thread each.
final class ConnectionPool: @unchecked Sendable {
    // All that changes is guarded by the condition.
    private let condition = NSCondition()
    private var idle: [Connection] = []
    private var lent: [ObjectIdentifier: Connection.Canceller] = [:]
    private var room: Int
    private var ending: SealedMatchError?

    private let text: String
    private let patience: Duration
    private let report: (@Sendable (String) -> Void)?
    private let check: @Sendable (Connection) throws -> Void
    /// Sees what the role may do.
    let rights: @Sendable (Connection) throws -> Void

    /// - Parameters:
    ///   - text: libpq's connection string or URI.
    ///   - most: connections at a time.
    ///   - patience: for how long what may be repeated is repeated.
    ///   - report: told why a connection cannot be made.
    ///   - check: of each new connection.
    ///   - rights: sees what the role may do; of each new connection, and when it was denied something.
    init(
        _ text: String, most: Int, patience: Duration, report: (@Sendable (String) -> Void)? = nil,
        check: @escaping @Sendable (Connection) throws -> Void,
        rights: @escaping @Sendable (Connection) throws -> Void
    ) {
        self.report = report
        self.text = text
        self.patience = patience
        self.check = check
        self.rights = rights
        room = max(1, most)
    }

    /// Work on a connection. It is done again while that may help, on a new connection if this one was lost: so it must
    /// be such that doing it twice is doing it once.
    @discardableResult
    func perform<Result>(_ body: (Connection) throws -> Result) throws(SealedMatchError) -> Result {
        try persist { try lend(body) }
    }

    /// The same without a connection.
    func persist<Result>(_ body: () throws -> Result) throws(SealedMatchError) -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        var pause = 0.02
        while true {
            do {
                if let ending = condition.withLock({ ending }) { throw ending }
                return try body()
            } catch let error as SealedMatchError {
                throw error
            } catch let trouble as ServerTrouble {
                // Perhaps its own cancellation.
                if let ending = condition.withLock({ ending }) { throw ending }
                guard trouble.isTransient, clock.now - start < patience else { throw trouble.error }
                Thread.sleep(forTimeInterval: pause)
                pause = min(2 * pause, 2)
            } catch {
                throw SealedMatchError(.fileFailed, "the PostgreSQL store cannot be read or written")
            }
        }
    }

    /// One transaction: all of it, durably, or nothing.
    func write<Result>(_ body: (Connection) throws -> Result) throws(SealedMatchError) -> Result {
        try perform { try Self.transaction("BEGIN", $0, body) }
    }

    /// One snapshot.
    func read<Result>(_ body: (Connection) throws -> Result) throws(SealedMatchError) -> Result {
        try perform { try Self.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", $0, body) }
    }

    static func transaction<Result>(
        _ begin: String, _ connection: Connection, _ body: (Connection) throws -> Result
    ) throws -> Result {
        try connection.execute(begin)
        let result = try body(connection)
        // Where the connection is lost here, nobody knows whether it was committed: it is done again.
        guard try connection.execute("COMMIT").command == "COMMIT" else { throw ServerTrouble.rolledBack }
        return result
    }

    /// A connection of the caller's own.
    func connect() throws -> Connection {
        let connection = try Connection(text, report: report)
        try check(connection)
        try rights(connection)
        return connection
    }

    /// The same once, whatever comes of it.
    func once<Result>(_ body: (Connection) throws -> Result) throws(SealedMatchError) -> Result {
        do {
            return try lend(body)
        } catch let error as SealedMatchError {
            throw error
        } catch let trouble as ServerTrouble {
            throw trouble.error
        } catch {
            throw SealedMatchError(.fileFailed, "the PostgreSQL store cannot be read or written")
        }
    }

    private func lend<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        let connection = try take()
        do {
            let result = try body(connection)
            giveBack(connection)
            return result
        } catch {
            // A transaction that was not finished is given up.
            if connection.isInTransaction { _ = try? connection.execute("ROLLBACK") }
            defer { giveBack(connection) }
            // A right may have been taken away: which one?
            if let trouble = error as? ServerTrouble, trouble.mayBeRights { try rights(connection) }
            throw error
        }
    }

    private func take() throws -> Connection {
        let known: Connection? = try condition.withLock {
            while room == 0 && ending == nil { condition.wait() }
            if let ending { throw ending }
            room -= 1
            return idle.popLast()
        }
        do {
            let connection = try known ?? connect()
            condition.withLock { lent[ObjectIdentifier(connection)] = connection.cancel }
            return connection
        } catch {
            condition.withLock {
                room += 1
                condition.signal()
            }
            throw error
        }
    }

    private func giveBack(_ connection: Connection) {
        var dropped: [Connection] = []
        condition.withLock {
            lent[ObjectIdentifier(connection)] = nil
            room += 1
            if connection.isLost {
                // The others are most likely lost, too.
                swap(&dropped, &idle)
            } else if !connection.isInTransaction && ending == nil {
                idle.append(connection)
            }
            condition.signal()
        }
    }

    /// Ends what runs, and what is asked later, with this error.
    func end(with error: SealedMatchError) {
        var dropped: [Connection] = []
        condition.withLock {
            ending = error
            for canceller in lent.values { canceller.cancel() }
            swap(&dropped, &idle)
            condition.broadcast()
        }
    }
}
