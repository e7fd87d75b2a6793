import Foundation
import SealedMatchServerTestSupport
import SealedMatchTesting
import Synchronization
import Testing

@testable import SealedMatchPostgreSQL

/// Which databases are opened, which are refused, and that the latter are left as they are.
@Suite struct OpeningTests {
    @Test func isMadeOnceAndOnlyIfAskedFor() throws {
        let database = try Database()
        #expect(code { _ = try database.open() } == .fileFailed)
        #expect(try database.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'sealedmatch'") == "0\n")
        _ = try database.make()
        #expect(code { _ = try database.make() } == .fileFailed)
        for creation in [StoreCreation.never, .ifMissing] {
            _ = try PostgreSQLOpenings(database.connection, deployment: deployment, keys: keys(), creation: creation)
        }
    }

    @Test func severalMakeItAtOnce() throws {
        let database = try Database()
        let failures = concurrently(4) { _ in
            _ = try PostgreSQLOpenings(database.connection, deployment: deployment, keys: keys(), creation: .ifMissing)
        }
        #expect(failures.isEmpty)
        #expect(try database.sql("SELECT count(*) FROM sealedmatch.store") == "1\n")
    }

    @Test func aURIWorksToo() throws {
        let database = try Database()
        _ = try database.make()
        let folder = database.server.folder.replacingOccurrences(of: "/", with: "%2F")
        _ = try PostgreSQLOpenings(
            "postgresql://sealedmatch@\(folder)/\(database.name)", deployment: deployment, keys: keys())
    }

    @Test func whatIsNotOursIsRefusedAndLeft() throws {
        let change: [(String, SealedMatchError.Code)] = [
            ("UPDATE sealedmatch.store SET version = 3", .invalidMagic),
            // Version 1 has no table `opened`.
            ("UPDATE sealedmatch.store SET version = 1", .damagedStore),
            ("UPDATE sealedmatch.store SET version = 0", .damagedStore),
            ("ALTER TABLE sealedmatch.store DROP COLUMN version", .invalidMagic),
            ("DELETE FROM sealedmatch.store", .invalidMagic),
            ("ALTER TABLE sealedmatch.account ADD COLUMN more int", .damagedStore),
            ("CREATE TABLE sealedmatch.more (id int)", .damagedStore),
            ("DROP INDEX sealedmatch.voucher_place", .damagedStore),
            ("CREATE RULE nothing AS ON INSERT TO sealedmatch.source DO INSTEAD NOTHING", .damagedStore),
            (
                """
                CREATE FUNCTION sealedmatch.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                CREATE TRIGGER t BEFORE INSERT ON sealedmatch.voucher FOR EACH ROW EXECUTE FUNCTION sealedmatch.f()
                """, .damagedStore
            ),
            ("DROP SCHEMA sealedmatch CASCADE; CREATE SCHEMA sealedmatch CREATE TABLE account (id int)", .invalidMagic),
        ]
        for (sql, expected) in change {
            let database = try Database()
            _ = try database.make()
            try database.sql(sql)
            let before = try database.server.dump(database.connection)
            for creation in [StoreCreation.never, .ifMissing] {
                let found = code {
                    _ = try PostgreSQLOpenings(
                        database.connection, deployment: deployment, keys: keys(), creation: creation)
                }
                #expect(found == expected, "\(sql)")
            }
            #expect(try database.server.dump(database.connection) == before)
        }
    }

    /// A store of version 1 gets the table that it lacks, by one of those that open it at a time; what is in it stays.
    @Test func aStoreOfVersionOneIsBroughtUp() throws {
        let database = try Database()
        var synthetic = SyntheticVouchers(seed: 3)
        let page = try synthetic.page(4, of: [alice])
        _ = try database.make().record(page, of: source, cursor: nil)
        try database.sql("DROP TABLE sealedmatch.opened; UPDATE sealedmatch.store SET version = 1")
        // With others' keys nothing is changed.
        #expect(code { _ = try database.open(keys(9)) } == .authenticationFailed)
        #expect(try database.sql("SELECT version FROM sealedmatch.store") == "1\n")
        #expect(concurrently(4) { _ in _ = try database.open() }.isEmpty)
        #expect(try database.sql("SELECT version FROM sealedmatch.store") == "2\n")
        let store = try database.open()
        #expect(try store.kept(of: alice) == page.flatMap(\.voucher.openings))
        _ = try store.record(page, of: source, cursor: nil, commitments: [:], during: 5)
        #expect(try store.opened().map(\.vouchers) == [4])
    }

    @Test func anotherDeploymentAndOtherKeysAreRefused() throws {
        let database = try Database()
        _ = try database.make()
        let other = code { _ = try PostgreSQLOpenings(database.connection, deployment: bytes(8), keys: keys()) }
        #expect(other == .invalidMagic)
        #expect(code { _ = try database.open(keys(2)) } == .authenticationFailed)
        #expect(code { _ = try database.open(keys(2, 1)) } == nil)
        #expect(code { _ = try keys(1, 2, 1) } == .nonCanonical)
        for count in [0, 31, 33, 17 * 32] {
            // A byte of each key is its own.
            let list = (0..<count).map { UInt8($0 / 32) }
            #expect(code { _ = try DataKeys(SecretBytes.copying(list)) } != nil, "\(count) bytes")
        }
    }

    @Test func aServerThatIsNotThereIsAnError() throws {
        for connection in ["host=/nowhere dbname=none", "host=127.0.0.1 port=1 dbname=none", "nonsense nonsense"] {
            let found = code { _ = try PostgreSQLOpenings(connection, deployment: deployment, keys: keys()) }
            #expect(found == .fileFailed)
        }
        let server = try Server.shared.get()
        let found = code {
            _ = try PostgreSQLOpenings(server.connection(to: "none"), deployment: deployment, keys: keys())
        }
        #expect(found == .fileFailed)
    }

    /// The rights that Docs/Operating.md, "A cluster", names.
    @Test func aRoleThatMadeNothingNeedsRightsOnTheTablesAlone() throws {
        let database = try Database()
        _ = try database.make()
        let role = "role_\(database.name)"
        try database.sql("CREATE ROLE \(role) LOGIN")
        let connection = "\(database.connection) user=\(role)"
        func open() throws -> PostgreSQLOpenings {
            try PostgreSQLOpenings(connection, deployment: deployment, keys: keys())
        }
        // The schema that it may not use is none to it.
        #expect(code { _ = try open() } != nil)
        try database.sql("GRANT USAGE ON SCHEMA sealedmatch TO \(role)")
        try database.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA sealedmatch TO \(role)")
        let store = try open()
        #expect(try store.takeTurn() != nil)
        #expect(try store.waitingCount() == 0 && store.opened().isEmpty)
        try store.erase([alice])
        try store.expire(before: 3)
    }

    @Test func theLibrarysWordsAreToldWithoutASecret() throws {
        let found = Mutex<[String]>([])
        _ = code {
            _ = try PostgreSQLOpenings(
                "postgresql://anna:cor%20rect@127.0.0.1:1/none?nonsense=1", deployment: deployment, keys: keys(),
                report: { line in found.withLock { $0.append(line) } })
        }
        #expect(found.withLock { $0 } == [#"invalid URI query parameter: "nonsense""#])
        let uri = "postgresql://anna:a%20b%zz@h/d?password=c%20d&x=1"
        for secret in [uri, "a%20b%zz", "c%20d", "c d"] {
            let line = ConnectionMessage.line("what is\n \u{1b}[1m\"\(secret)\" ?", of: uri)
            #expect(line == "what is [1m\"…\" ?")
        }
        for (text, secret) in [("host=h password=abc", "abc"), ("password = 'a b' host=h", "a b")] {
            #expect(ConnectionMessage.line("no \(secret).", of: text) == "no ….")
        }
        #expect(ConnectionMessage.line("user anna", of: "postgresql://anna@h/d") == "user anna")
    }

    @Test func aServerThatLosesWhatItAcknowledgedIsRefused() throws {
        let server = try Server()
        let database = try Database(on: server)
        _ = try database.make()
        for setting in ["fsync", "full_page_writes"] {
            try server.configure("\(setting) = off")
            #expect(code { _ = try database.open() } == .fileFailed)
            _ = try PostgreSQLOpenings(
                database.connection, deployment: deployment, keys: keys(), allowsVolatileServer: true)
            try server.configure("\(setting) = on")
        }
        // Whatever the server's default is.
        try server.configure("synchronous_commit = off")
        _ = try database.open()
    }

    @Test func anEndedStoreSaysSo() throws {
        let database = try Database()
        let store = try database.make()
        store.interrupt()
        #expect(code { _ = try store.accounts() } == .interrupted)
        #expect(code { _ = try store.takeTurn() } == .interrupted)
        let closed = try database.open()
        closed.close()
        #expect(code { _ = try closed.accounts() } == .fileFailed)
    }

    @Test func whatRunsIsInterrupted() throws {
        let database = try Database()
        let store = try database.make()
        var synthetic = SyntheticVouchers(seed: 41)
        _ = try store.record(synthetic.page(1, of: [alice]), of: source, cursor: nil)
        // Somebody holds the account's lock: the store waits in the server.
        let holder = try database.server.hold("SELECT 1 FROM sealedmatch.account FOR UPDATE", in: database.connection)
        // A child of a thread that blocks signals blocks them, too: SIGTERM would leave it there, with all that it has
        // inherited of other tests.
        defer {
            kill(holder.processIdentifier, SIGKILL)
            holder.waitUntilExit()
        }
        let failures = concurrently(2) { index in
            if index == 0 {
                try store.noteTry(of: alice, form, openings: 1)
            } else {
                try database.server.wait(
                    until: "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                store.interrupt()
            }
        }
        #expect(failures == [.interrupted])
    }
}
