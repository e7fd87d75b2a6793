internal import SealedMatchCrypto

/// What the server, or the way to it, answered instead of a result. Its messages, which may quote values, are dropped.
struct ServerTrouble: Error {
    /// What to tell when it does not go away.
    let error: SealedMatchError
    /// Whether the same again may succeed: the connection was lost, the server is starting, or another transaction was
    /// in the way.
    let isTransient: Bool

    /// Whether it may be that the role lacks a right. To a role that may not use the schema, no table is in it.
    let mayBeRights: Bool

    private init(
        _ code: SealedMatchError.Code, _ reason: StaticString, isTransient: Bool = false, mayBeRights: Bool = false
    ) {
        error = SealedMatchError(code, reason)
        self.isTransient = isTransient
        self.mayBeRights = mayBeRights
    }

    /// The connection was lost, or cannot be made.
    static let lost = ServerTrouble(
        .fileFailed,
        "the PostgreSQL server cannot be reached: start it, or correct host, port and database of the connection",
        isTransient: true)
    /// It was reached, and answered that it takes none.
    static let noConnectionLeft = ServerTrouble(
        .fileFailed,
        "the PostgreSQL server has no connection left: see max_connections, and CONNECTION LIMIT of role and database",
        isTransient: true)
    static let onlyReads = ServerTrouble(
        .fileFailed,
        "the PostgreSQL server only reads: name the primary (target_session_attrs=read-write), not a standby",
        isTransient: true)
    static let isSetToRead = ServerTrouble(
        .fileFailed,
        "the PostgreSQL database or role is set to only read: see default_transaction_read_only of both",
        isTransient: true)
    static let denied = ServerTrouble(
        .fileFailed,
        "the PostgreSQL server denied access, though the role has its rights: see its log, and who owns the tables",
        mayBeRights: true)
    static let noPassword = ServerTrouble(
        .fileFailed, "the PostgreSQL server asks for a password: put it in a file that the connection names (passfile)")
    /// No result, no reason.
    static let outOfMemory = ServerTrouble(.outOfMemory, "no memory for a result of the PostgreSQL server")
    /// A transaction that was to be committed was rolled back.
    static let rolledBack = ServerTrouble(.fileFailed, "the PostgreSQL server took a transaction back")
    static let notOurs = ServerTrouble(
        .damagedStore, "the PostgreSQL schema is no store of openings, or is damaged: nothing in it was changed",
        mayBeRights: true)

    /// By the five characters of the server's SQLSTATE. (PostgreSQL 15, Appendix A)
    init(state: String) {
        switch state {
        case "40001", "40P01", "55P03":
            self.init(.fileFailed, "others are writing to the PostgreSQL store all the time", isTransient: true)
        case "57P01", "57P02", "57P03", "57P05": self = .lost
        case "25006": self = .onlyReads
        case "57014": self.init(.fileFailed, "the PostgreSQL server cancelled a statement: see its statement_timeout")
        case "53100": self.init(.fileFailed, "the PostgreSQL server's disk is full")
        case "53300": self = .noConnectionLeft
        case "42501": self = .denied
        case "XX001", "XX002":
            self.init(.damagedStore, "the PostgreSQL server says that a table or an index is damaged: see its log")
        default:
            switch state.prefix(2) {
            case "08": self = .lost
            case "28": self.init(.fileFailed, "the PostgreSQL server refused the role or its password")
            case "22", "23", "42", "3F", "0A": self = .notOurs
            case "53": self.init(.fileFailed, "the PostgreSQL server lacks memory or files: see its log")
            // A quota or a limit of a file's size is among these.
            case "58", "XX": self.init(.fileFailed, "the PostgreSQL server cannot use its files: see its log")
            default: self.init(.fileFailed, "the PostgreSQL server cannot read or write")
            }
        }
    }

    /// Why no connection was made. libpq gives its words alone, of which those of a server in English are known here.
    init(connecting words: String) {
        let known: [(words: [String], trouble: ServerTrouble)] = [
            (
                ["too many clients already", "too many connections for", "connection slots are reserved"],
                .noConnectionLeft
            ),
            (
                ["permission denied for database"],
                ServerTrouble(
                    .fileFailed, "the PostgreSQL role may not connect: GRANT CONNECT ON DATABASE … TO it",
                    isTransient: true)
            ),
            (
                ["authentication failed", "no pg_hba.conf entry", "is not permitted to log in"],
                ServerTrouble(
                    .fileFailed, "the PostgreSQL server refused the role or its password", isTransient: true)
            ),
        ]
        self = known.first { known in known.words.contains { words.contains($0) } }?.trouble ?? .lost
    }
}
