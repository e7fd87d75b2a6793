internal import CSealedMatchPQ
internal import Foundation
internal import SealedMatchCrypto

/// One connection to the server, of one thread at a time. Statements are prepared when they are first run, and values
/// travel beside them, in binary: no value is ever part of a statement's text.
@safe
final class Connection {
    private let handle: OpaquePointer
    private let canceller: Canceller
    private var prepared: [String: String] = [:]

    /// Ends what a connection runs, from any thread.
    @safe
    final class Canceller: @unchecked Sendable {
        // Made once, and only read from then on.
        private let handle: OpaquePointer?

        fileprivate init(_ connection: OpaquePointer) { unsafe handle = PQgetCancel(connection) }

        deinit { unsafe PQfreeCancel(handle) }

        func cancel() {
            var message = [CChar](repeating: 0, count: 256)
            unsafe PQcancel(handle, &message, 256)
        }
    }

    /// What is asked of the way to the server, unless the connection string says otherwise: a machine that vanished is
    /// noticed within seconds, and not after a quarter of an hour.
    private static let defaults = [
        ("connect_timeout", "10"), ("tcp_user_timeout", "30000"), ("keepalives_idle", "30"),
        ("application_name", "sealedmatch"),
    ]

    /// Each statement of ours follows an index. Without statistics, in a new store, the planner would not know that.
    private static let settings = """
        SET client_min_messages = error; SET client_encoding = 'UTF8';
        SET search_path = pg_catalog, sealedmatch, pg_temp;
        SET synchronous_commit = on; SET default_transaction_isolation = 'read committed';
        SET plan_cache_mode = force_generic_plan;
        SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
        """

    /// - Parameters:
    ///   - text: libpq's connection string or URI.
    ///   - report: told why no connection is made, in libpq's words.
    init(_ text: String, report: (@Sendable (String) -> Void)? = nil) throws {
        let pairs = Self.defaults + [("dbname", text)]
        var keywords: [UnsafePointer<CChar>?] = unsafe pairs.map { unsafe UnsafePointer(strdup($0.0)) } + [nil]
        var values: [UnsafePointer<CChar>?] = unsafe pairs.map { unsafe UnsafePointer(strdup($0.1)) } + [nil]
        defer {
            for index in pairs.indices {
                unsafe free(UnsafeMutablePointer(mutating: keywords[index]))
                unsafe free(UnsafeMutablePointer(mutating: values[index]))
            }
        }
        // A database's name that is a connection string is read as one, and overrides what is before it.
        guard let handle = unsafe PQconnectdbParams(&keywords, &values, 1) else { throw ServerTrouble.outOfMemory }
        guard unsafe PQstatus(handle) == CONNECTION_OK else {
            let needsPassword = unsafe PQconnectionNeedsPassword(handle) != 0
            let words = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? ""
            report?(ConnectionMessage.line(words, of: text))
            unsafe PQfinish(handle)
            throw needsPassword ? ServerTrouble.noPassword : ServerTrouble(connecting: words)
        }
        unsafe self.handle = handle
        canceller = unsafe Canceller(handle)
        // What the server remarks is not printed.
        unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try execute(Self.settings)
    }

    deinit { unsafe PQfinish(handle) }

    var isLost: Bool { unsafe PQstatus(handle) != CONNECTION_OK }
    var isInTransaction: Bool { unsafe PQtransactionStatus(handle) != PQTRANS_IDLE }
    /// As 150018 for version 15.18.
    var serverVersion: Int { Int(unsafe PQserverVersion(handle)) }
    /// For another thread to end what runs here.
    var cancel: Canceller { canceller }

    /// Runs statements without values.
    @discardableResult
    func execute(_ sql: String) throws -> Rows { try unsafe checked(PQexec(handle, sql)) }

    /// Runs a statement that is prepared once.
    @discardableResult
    func run(_ sql: String, _ values: Value...) throws -> Rows { try run(sql, values: values) }

    /// The same with an array of values.
    @discardableResult
    func run(_ sql: String, values: [Value]) throws -> Rows {
        let name = try prepare(sql)
        var bytes: [UInt8] = []
        let sizes = values.map { $0.append(to: &bytes) }
        return try unsafe bytes.withUnsafeBufferPointer { bytes in
            // An empty array has no address, but a value that is not NULL needs one.
            var empty: CChar = 0
            return try unsafe withUnsafePointer(to: &empty) { empty in
                let base = unsafe bytes.baseAddress.map { unsafe UnsafeRawPointer($0) }
                var offset = 0
                let starts: [UnsafePointer<CChar>?] = unsafe sizes.map { size in
                    guard let size else { return nil }
                    defer { offset += size }
                    return unsafe base.map { unsafe ($0 + offset).assumingMemoryBound(to: CChar.self) } ?? empty
                }
                return try unsafe checked(
                    PQexecPrepared(
                        handle, name, Int32(values.count), starts, sizes.map { Int32($0 ?? 0) },
                        [Int32](repeating: 1, count: values.count), 1))
            }
        }
    }

    private func prepare(_ sql: String) throws -> String {
        if let name = prepared[sql] { return name }
        let name = "s\(prepared.count)"
        _ = try unsafe checked(PQprepare(handle, name, sql, 0, nil))
        prepared[sql] = name
        return name
    }

    private func checked(_ result: OpaquePointer?) throws -> Rows {
        guard let result = unsafe result else { throw isLost ? ServerTrouble.lost : .outOfMemory }
        let rows = unsafe Rows(result)
        let status = unsafe PQresultStatus(result)
        if status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK { return rows }
        guard !isLost else { throw ServerTrouble.lost }
        guard let state = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else {
            throw ServerTrouble(state: "")
        }
        throw unsafe ServerTrouble(state: String(cString: state))
    }
}
