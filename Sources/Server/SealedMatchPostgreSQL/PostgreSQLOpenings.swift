public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings

/// What the authority keeps, in a PostgreSQL server (version 15 or later): for any number of openers and revealers on
/// any machines.
///
/// What opens something is encrypted under keys that are not in the database: rkeys, bodies, sealed vouchers, K_e. So a
/// dump opens nothing. It still tells which pseudonyms opened slots, and how many; the server's log and the numbers of
/// its transactions (`xmin`) tell in which order rows came. **The database is as sensitive as an authority's file, but
/// for the keys.** (Docs/Protocol.md, "Openings"; Docs/Security.md, 19)
///
/// What a function returned is on the server's disk. A lost connection is made again, and what was under way is done
/// again: each function is such that twice is once. A server that stays away for longer than the patience is
/// `fileFailed`. Prepared statements and locks belong to connections, so a pooler between must be in its session mode.
public final class PostgreSQLOpenings: OpeningStore {
    let pool: ConnectionPool
    let keys: DataKeys
    let deployment: Bytes32

    /// Opens the store, or makes it.
    /// - Parameters:
    ///   - connection: libpq's connection string or URI, `host=/run/postgresql dbname=openings` for example. Put a
    ///     password into a file that it names (`passfile`). Several hosts: add `target_session_attrs=read-write`.
    ///   - deployment: 32 bytes, drawn once for each deployment: the store of another one is refused. Not secret.
    ///   - keys: what secret cells are encrypted under.
    ///   - creation: whether the tables may be made, in the schema `sealedmatch`.
    ///   - connections: how many are used at a time, beside one for the turn.
    ///   - patience: for how long a function waits for a server that is away.
    ///   - allowsVolatileServer: for tests: take a server that is set up to lose what it acknowledged.
    ///   - report: told on one line, for a log, why a connection cannot be made, in libpq's words, without the
    ///     password, with hosts, users and paths; and which rights the role lacks. From any thread, and for each try.
    /// - Throws: `fileFailed` for a server that is away, refuses or only reads, and if the tables are missing and may
    ///   not be made; `invalidMagic` for something else, another deployment's or a newer version's; `damagedStore` for
    ///   tables that are not exactly ours; `authenticationFailed` for other keys. Nothing is changed then.
    public convenience init(
        _ connection: String, deployment: Bytes32, keys: DataKeys, creation: StoreCreation = .never,
        connections: Int = 4, patience: Duration = .seconds(30), allowsVolatileServer: Bool = false,
        report: (@Sendable (String) -> Void)? = nil
    ) throws(SealedMatchError) {
        try self.init(
            connection, deployment: deployment, keys: keys, creation: creation, connections: connections,
            patience: patience, allowsVolatileServer: allowsVolatileServer, filling: false, report: report)
    }

    /// - Parameter filling: a store that is made is one that a deployment is moved to, and one that is there may be.
    init(
        _ connection: String, deployment: Bytes32, keys: DataKeys, creation: StoreCreation, connections: Int = 4,
        patience: Duration = .seconds(30), allowsVolatileServer: Bool, filling: Bool,
        report: (@Sendable (String) -> Void)? = nil
    ) throws(SealedMatchError) {
        self.keys = keys
        self.deployment = deployment
        pool = ConnectionPool(
            connection, most: connections, patience: patience, report: report,
            check: { try Schema.checkServer($0, allowsVolatileServer: allowsVolatileServer) },
            rights: { try Schema.checkRights($0, report: report) })
        try pool.once { try Schema.open($0, deployment, keys, creation, filling: filling) }
    }

    /// Ends the use of the store. What is asked of it later fails.
    public func close() { pool.end(with: SealedMatchError(.fileFailed, "the PostgreSQL store was closed")) }

    /// Ends what runs in this store, and what is asked of it later, with `interrupted`. From any thread.
    public func interrupt() { pool.end(with: SealedMatchError(.interrupted, "interrupted")) }

    /// Sees once, without patience, that the server can be reached, writes, and lets the role do what it needs.
    /// - Throws: `fileFailed`, whose text says what is wrong; `interrupted`.
    public func check() throws(SealedMatchError) {
        try pool.once { connection in
            try Schema.checkWriting(connection)
            try pool.rights(connection)
            try connection.run("SELECT version FROM store")
        }
    }

    /// Takes the turn of opening into this store, on a connection of its own.
    /// - Returns: nil while another holder, maybe in another process, has it.
    /// - Throws: `fileFailed`, `interrupted`.
    public func takeTurn() throws(SealedMatchError) -> PostgreSQLTurn? {
        try pool.persist { try PostgreSQLTurn.take(self.pool.connect()) }
    }

    /// How many vouchers wait for a set's key, of all sources.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func waitingCount() throws(SealedMatchError) -> Int {
        try pool.perform { try Int($0.run("SELECT count(*) FROM waiting").integer(0, 0)) }
    }
}
