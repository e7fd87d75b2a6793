import Foundation
import SealedMatchServerTestSupport
import SealedMatchTesting
import Synchronization
import Testing

@testable import SealedMatchPostgreSQL

/// What a server does not let us do: it is said what is missing, nothing is lost, and it goes on by itself.
@Suite(.serialized) struct ServerTests {
    /// Lines that a log gets.
    private final class Lines: Sendable {
        private let all = Mutex<[String]>([])
        @Sendable func say(_ line: String) { all.withLock { $0.append(line) } }
        var taken: [String] {
            all.withLock { lines in
                defer { lines = [] }
                return lines
            }
        }
    }

    private static func failure(_ body: () throws -> Void) -> SealedMatchError? {
        do { try body() } catch { return error as? SealedMatchError }
        return nil
    }

    private static func expect(
        _ found: SealedMatchError?, _ words: String, location: SourceLocation = #_sourceLocation
    ) {
        #expect(found?.code == .fileFailed, sourceLocation: location)
        #expect(found.map { "\($0.reason)".contains(words) } == true, "\(found as Any)", sourceLocation: location)
    }

    @Test func aRightThatIsMissingIsNamed() throws {
        let database = try Database()
        _ = try database.make()
        let role = "role_\(database.name)"
        try database.sql("CREATE ROLE \(role) LOGIN")
        let lines = Lines()
        func open(_ creation: StoreCreation = .never) throws -> PostgreSQLOpenings {
            try PostgreSQLOpenings(
                "\(database.connection) user=\(role)", deployment: deployment, keys: keys(), creation: creation,
                patience: .milliseconds(500), report: lines.say)
        }
        Self.expect(Self.failure { _ = try open() }, "may not use the schema: GRANT USAGE ON SCHEMA sealedmatch")
        #expect(lines.taken.first == "the role lacks a right: GRANT USAGE ON SCHEMA sealedmatch TO \(role)")
        try database.sql("GRANT USAGE ON SCHEMA sealedmatch TO \(role)")
        Self.expect(Self.failure { _ = try open() }, "on sealedmatch.account")
        #expect(lines.taken.count == 9)
        try database.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA sealedmatch TO \(role)")
        // What only the store's owner needs.
        try database.sql("REVOKE INSERT, UPDATE, DELETE ON sealedmatch.store FROM \(role)")
        let tables = ["account", "form", "voucher", "opening", "source", "waiting", "sealed", "opened"]
        for table in tables {
            try database.sql("REVOKE UPDATE, DELETE ON sealedmatch.\(table) FROM \(role)")
            Self.expect(Self.failure { _ = try open() }, "sealedmatch.\(table): the log")
            #expect(lines.taken == ["the role lacks a right: GRANT UPDATE, DELETE ON sealedmatch.\(table) TO \(role)"])
            try database.sql("GRANT UPDATE, DELETE ON sealedmatch.\(table) TO \(role)")
        }
        try database.sql("REVOKE SELECT ON sealedmatch.store FROM \(role)")
        Self.expect(Self.failure { _ = try open() }, "may not SELECT from sealedmatch.store")
        try database.sql("GRANT SELECT ON sealedmatch.store TO \(role)")
        #expect(lines.taken == ["the role lacks a right: GRANT SELECT ON sealedmatch.store TO \(role)"])
        let store = try open()
        var synthetic = SyntheticVouchers(seed: 71)
        let page = try synthetic.page(4, of: [alice])
        _ = try store.record(page, of: source, cursor: nil)
        // Taken away while it is open.
        try database.sql("REVOKE INSERT ON sealedmatch.voucher FROM \(role)")
        let more = try synthetic.page(4, from: 5, of: [alice])
        Self.expect(Self.failure { _ = try store.record(more, of: source, cursor: nil) }, ".voucher")
        Self.expect(Self.failure { try store.check() }, ".voucher")
        try database.sql("GRANT INSERT ON sealedmatch.voucher TO \(role)")
        try database.sql("REVOKE USAGE ON SCHEMA sealedmatch FROM \(role)")
        Self.expect(Self.failure { try store.check() }, "may not use the schema")
        try database.sql("GRANT USAGE ON SCHEMA sealedmatch TO \(role)")
        try store.check()
        #expect(try store.kept(of: alice) == page.flatMap(\.voucher.openings))
    }

    @Test func whoMayMakeNoTablesIsToldSo() throws {
        let database = try Database()
        let role = "role_\(database.name)"
        try database.sql("CREATE ROLE \(role) LOGIN")
        func make() throws {
            _ = try PostgreSQLOpenings(
                "\(database.connection) user=\(role)", deployment: deployment, keys: keys(), creation: .ifMissing)
        }
        Self.expect(Self.failure { try make() }, "GRANT CREATE ON DATABASE")
        try database.sql("CREATE SCHEMA sealedmatch; GRANT USAGE ON SCHEMA sealedmatch TO \(role)")
        Self.expect(Self.failure { try make() }, "may not make tables")
        try database.sql("GRANT CREATE ON SCHEMA sealedmatch TO \(role)")
        try make()
    }

    /// Whatever path a database or a role has been given, ours is meant.
    @Test func anotherSearchPathChangesNothing() throws {
        let database = try Database()
        let before = try database.make()
        var synthetic = SyntheticVouchers(seed: 72)
        let page = try synthetic.page(4, of: [alice])
        _ = try before.record(page, of: source, cursor: nil)
        try database.sql(
            """
            CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.store (version int8); CREATE TABLE elsewhere.account (i int);
            ALTER DATABASE \(database.name) SET search_path = elsewhere, public
            """)
        #expect(try database.open().kept(of: alice) == page.flatMap(\.voucher.openings))
    }

    @Test func aDatabaseThatOnlyReads() throws {
        let database = try Database()
        let store = try database.make()
        try database.sql("ALTER DATABASE \(database.name) SET default_transaction_read_only = on")
        Self.expect(Self.failure { _ = try database.open() }, "default_transaction_read_only")
        try database.server.sql(
            "ALTER DATABASE \(database.name) RESET default_transaction_read_only", in: "postgres")
        _ = try database.open()
        try store.check()
    }

    /// A standby reads all that a primary has. A role that is led there says so at once, and not when it first writes.
    @Test func aStandby() throws {
        let server = try Server()
        let database = try Database(on: server)
        let store = try database.make()
        try store.check()
        try server.stop()
        #expect(FileManager.default.createFile(atPath: server.folder + "/data/standby.signal", contents: nil))
        try server.start()
        Self.expect(Self.failure { _ = try database.open() }, "only reads: name the primary")
        // The first that is asked finds the old connection lost.
        var found: [SealedMatchError?] = []
        while found.count < 8, found.last.map({ "\($0?.reason ?? "")".contains("only reads") }) != true {
            found.append(Self.failure { try store.check() })
        }
        Self.expect(found.last ?? nil, "only reads: name the primary")
        #expect(found.count < 4)
        try server.sql("SELECT pg_promote()", in: "postgres")
        try store.check()
        _ = try database.open()
    }

    @Test func connectionsThatAreUsedUp() throws {
        let database = try Database()
        _ = try database.make()
        let role = "role_\(database.name)"
        try database.sql("CREATE ROLE \(role) LOGIN")
        for setting in ["ROLE \(role)", "DATABASE \(database.name)"] {
            try database.sql("ALTER \(setting) CONNECTION LIMIT 0")
            let found = Self.failure {
                _ = try PostgreSQLOpenings("\(database.connection) user=\(role)", deployment: deployment, keys: keys())
            }
            Self.expect(found, "no connection left")
            try database.sql("ALTER \(setting) CONNECTION LIMIT -1")
        }
        try database.sql("REVOKE CONNECT ON DATABASE \(database.name) FROM PUBLIC")
        let found = Self.failure {
            _ = try PostgreSQLOpenings("\(database.connection) user=\(role)", deployment: deployment, keys: keys())
        }
        Self.expect(found, "GRANT CONNECT ON DATABASE")
    }

    /// The server's files may not grow: it says that its disk is full, as it does where one is.
    @Test func aFullDisk() throws {
        let server = try Server()
        let database = try Database(on: server)
        let store = try database.make()
        var synthetic = SyntheticVouchers(seed: 73)
        let page = try synthetic.page(4, of: [alice])
        _ = try store.record(page, of: source, cursor: nil)
        // The part that has the account's vouchers, up to what a file may have.
        let limit = 16 << 20
        let name = try database.sql("SELECT tableoid::regclass FROM sealedmatch.voucher LIMIT 1").dropLast()
        // Bytes that are alike take their room, too, and none of a page is left.
        try database.sql("ALTER TABLE \(name) ALTER content SET STORAGE PLAIN")
        try database.sql(
            """
            INSERT INTO sealedmatch.voucher SELECT pseudonym, epoch,
                decode(lpad(to_hex(i + 10), 32, '0'), 'hex'), i + 2000, threshold, polynomials, i + 2000,
                decode(repeat('00', 7900), 'hex')
            FROM (SELECT * FROM sealedmatch.voucher LIMIT 1) one, generate_series(1, \(limit / 8_192 - 2)) i
            """)
        #expect(try database.sql("SELECT pg_relation_size('\(name)') / 8192 >= \(limit / 8_192 - 2)") == "t\n")
        try server.limitFiles(to: limit + 1_024)
        var pages = [page]
        var failure: SealedMatchError?
        while failure == nil, pages.count < 40 {
            let more = try synthetic.page(8, from: Int64(8 * pages.count), of: [alice])
            failure = Self.failure { _ = try store.record(more, of: source, cursor: nil) }
            pages.append(more)
        }
        Self.expect(failure, "disk is full")
        try server.limitFiles(to: nil)
        try database.sql("DELETE FROM sealedmatch.voucher WHERE octet_length(content) = 7900")
        // The page that found no room.
        _ = try store.record(pages[pages.count - 1], of: source, cursor: nil)
        let memory = MemoryOpenings()
        for page in pages { _ = try memory.record(page, of: source, cursor: nil) }
        #expect(try store.kept(of: alice) == memory.kept(of: alice))
    }
}
