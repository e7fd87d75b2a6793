internal import SealedMatchCrypto

/// What the server, or the way to it, answered instead of a result. Its messages, which may quote values, are dropped.
struct ServerTrouble: Error {
    /// What to tell when it does not go away.
    let error: SealedMatchError
    /// Whether the same again may succeed: the connection was lost, the server is starting, or another transaction was
    /// in the way.
    let isTransient: Bool

    private init(_ code: SealedMatchError.Code, _ reason: StaticString, isTransient: Bool = false) {
        error = SealedMatchError(code, reason)
        self.isTransient = isTransient
    }

    /// The connection was lost, or cannot be made.
    static let lost = ServerTrouble(
        .fileFailed,
        "the PostgreSQL server cannot be reached: start it, or correct host, port and database of the connection",
        isTransient: true)
    static let noPassword = ServerTrouble(
        .fileFailed, "the PostgreSQL server asks for a password: put it in a file that the connection names (passfile)")
    /// No result, no reason.
    static let outOfMemory = ServerTrouble(.outOfMemory, "no memory for a result of the PostgreSQL server")
    /// A transaction that was to be committed was rolled back.
    static let rolledBack = ServerTrouble(.fileFailed, "the PostgreSQL server took a transaction back")
    static let notOurs = ServerTrouble(
        .damagedStore, "the PostgreSQL schema is no store of openings, or is damaged: nothing in it was changed")

    /// By the five characters of the server's SQLSTATE. (PostgreSQL 15, Appendix A)
    init(state: String) {
        switch state {
        case "40001", "40P01", "55P03":
            self.init(.fileFailed, "others are writing to the PostgreSQL store all the time", isTransient: true)
        case "57P01", "57P02", "57P03", "57P05": self = .lost
        case "25006":
            self.init(
                .fileFailed, "the PostgreSQL server only reads: name the primary (target_session_attrs=read-write)",
                isTransient: true)
        case "57014": self.init(.fileFailed, "the PostgreSQL server cancelled a statement: see its statement_timeout")
        case "53100": self.init(.fileFailed, "the PostgreSQL server's disk is full")
        case "53300":
            self.init(
                .fileFailed, "the PostgreSQL server has no connection left: see its max_connections",
                isTransient: true)
        case "42501":
            self.init(
                .fileFailed, "the PostgreSQL role may not do this: it needs the rights on the schema sealedmatch")
        default:
            switch state.prefix(2) {
            case "08": self = .lost
            case "28": self.init(.fileFailed, "the PostgreSQL server refused the role or its password")
            case "22", "23", "42", "3F", "0A", "XX": self = .notOurs
            default: self.init(.fileFailed, "the PostgreSQL server cannot read or write")
            }
        }
    }
}
