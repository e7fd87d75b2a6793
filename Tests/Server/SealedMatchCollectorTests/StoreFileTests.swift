import Foundation
import GRDB
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// Who may make, read and change a store's file, and what a file may be. The authority's store is opened by the same
/// code.
@Suite struct StoreFileTests {
    let scratch = TemporaryDirectory()
    let alice = account(1)

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func onlyAFirstRunMakesAFile() throws {
        #expect(code { _ = try CollectorStore(path: scratch.database) } == .fileFailed)
        #expect(!FileManager.default.fileExists(atPath: scratch.database))
        do { _ = try CollectorStore(path: scratch.database, creation: .always) }
        #expect(code { _ = try CollectorStore(path: scratch.database, creation: .always) } == .fileFailed)
        do { _ = try CollectorStore(path: scratch.database) }
        // What is empty was emptied: a file that we made has its tables before it has its name.
        let empty = scratch.path + "/empty.sqlite"
        for content in [Data(), Data([0]), Data([83])] {
            try content.write(to: URL(fileURLWithPath: empty))
            for creation in [StoreCreation.never, .ifMissing] {
                #expect(code { _ = try CollectorStore(path: empty, creation: creation) } == .damagedStore)
            }
            #expect(code { _ = try CollectorStore(path: empty, creation: .always) } == .fileFailed)
            #expect(try Data(contentsOf: URL(fileURLWithPath: empty)) == content)
        }
        #expect(code { _ = try CollectorStore(path: scratch.path, creation: .ifMissing) } == .fileFailed)
    }

    /// The files' identities, as eight see them that open one path at once.
    private func opened(_ path: String, _ creation: StoreCreation) async throws -> Set<StoreIdentity> {
        try await withThrowingTaskGroup(of: StoreIdentity.self) { group in
            for _ in 0..<8 {
                group.addTask { try CollectorStore(path: path, creation: creation).identity() }
            }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
    }

    /// Of many that make one file at once, each has the same one in the end, and nothing is left beside it.
    @Test func oneFileIsMadeOnce() async throws {
        for round in 0..<20 {
            #expect(try await opened("\(scratch.path)/\(round).sqlite", .ifMissing).count == 1)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(names.allSatisfy { !$0.contains(".partial-") }, "\(names)")
    }

    /// A file is what it stays from its first moment: no process has to change its kind while others open it.
    @Test func aFileIsMadeWithItsLog() throws {
        do { _ = try CollectorStore(path: scratch.database, creation: .always) }
        // "The Database Header": write and read version, 2 for a write-ahead log.
        let header = try Data(contentsOf: URL(fileURLWithPath: scratch.database)).prefix(20)
        #expect(header.suffix(2) == Data([2, 2]))
    }

    /// Of many that bring one older file up at once, none takes it for a damaged one.
    @Test func oneFileIsBroughtUpOnce() async throws {
        for round in 0..<20 {
            let path = "\(scratch.path)/\(round).sqlite"
            do { _ = try CollectorStore(path: path, creation: .always) }
            try edit(
                path, "DROP TABLE notice; DROP TABLE run; DELETE FROM grdb_migrations WHERE identifier IN ('4', '5')")
            #expect(try await opened(path, .never).count == 1)
        }
    }

    @Test(arguments: [0o644, 0o666, 0o660, 0o604])
    func aFileThatOthersCanReadBecomesItsOwners(_ permissions: Int) throws {
        do { _ = try CollectorStore(path: scratch.database, creation: .always) }
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: scratch.database)
        let store = try CollectorStore(path: scratch.database)
        _ = try store.register(
            Registration(account: alice, epoch: 7, commitment: commitment(9)), authenticatedAs: alice)
        for beside in ["", "-wal", "-shm"] { #expect(try mode(scratch.database + beside) == 0o600) }
    }

    /// Only root can make another user's file.
    @Test(.enabled(if: geteuid() == 0)) func anotherUsersFileIsRefused() throws {
        do { _ = try CollectorStore(path: scratch.database, creation: .always) }
        for name in [scratch.database, scratch.database + "-wal"] {
            if !FileManager.default.fileExists(atPath: name) { try Data().write(to: URL(fileURLWithPath: name)) }
            try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: name)
            #expect(code { _ = try CollectorStore(path: scratch.database, creation: .ifMissing) } == .fileFailed)
            try FileManager.default.setAttributes([.ownerAccountID: 0], ofItemAtPath: name)
        }
        do { _ = try CollectorStore(path: scratch.database) }
        try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: scratch.path)
        #expect(code { _ = try CollectorStore(path: scratch.database) } == .notPrivate)
    }

    @Test func aDirectoryThatEverybodyCanWriteInIsRefused() throws {
        let directory = scratch.path + "/open"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory)
        let path = directory + "/collector.sqlite"
        #expect(code { _ = try CollectorStore(path: path, creation: .always) } == .notPrivate)
        try FileManager.default.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: directory)
        do { _ = try CollectorStore(path: path, creation: .always) }
    }

    /// Whatever else a file defines is refused before it can run.
    @Test(arguments: [
        "DROP TABLE voucher; CREATE VIEW voucher AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            + "SELECT i AS sequence, zeroblob(32) AS pseudonym, 7 AS epoch, zeroblob(16) AS voucherID, "
            + "zeroblob(32) AS digest, NULL AS bytes FROM n",
        "CREATE TRIGGER t AFTER INSERT ON voucher BEGIN DELETE FROM voucher; END",
        "CREATE INDEX i ON voucher (epoch)", "CREATE TABLE further (a)", "CREATE VIEW further AS SELECT 1",
        "DROP TABLE identity", "DROP TABLE grdb_migrations", "DELETE FROM grdb_migrations",
        "INSERT INTO grdb_migrations VALUES ('6')", "ALTER TABLE registration ADD COLUMN more INTEGER",
        "DROP TABLE expiry; CREATE TABLE expiry (id, firstEpoch)",
    ])
    func anotherSchemaIsRefused(_ change: String) throws {
        do { _ = try CollectorStore(path: scratch.database, creation: .always) }
        try edit(scratch.database, change)
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.database))
        #expect(code { _ = try CollectorStore(path: scratch.database) } == .damagedStore)
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.database)) == before)
    }

    /// A cell of twenty million bytes is a damaged row, and is not loaded.
    @Test func aCellThatIsFarTooLongIsADamagedRow() throws {
        let store = try CollectorStore(path: scratch.database, creation: .always)
        _ = try store.register(
            Registration(account: alice, epoch: 7, commitment: commitment(9)), authenticatedAs: alice)
        var random = SeededRandom(31)
        let vouchers = (0..<3).map { _ in voucherBytes(alice, random: &random) }
        _ = try store.store(all: vouchers, authenticatedAs: alice)
        try edit(scratch.database, "UPDATE voucher SET bytes = zeroblob(20000000) WHERE sequence = 2")
        let page = try store.vouchers(after: 0, limit: 10)
        #expect(page.vouchers.map(\.position) == [1, 3] && page.damaged.map(\.row) == [2] && page.last == 3)
    }

    @Test func anInterruptedStoreSaysSo() throws {
        let store = try CollectorStore(path: scratch.database, creation: .always)
        store.interrupt()
        // Long enough for SQLite to ask.
        #expect(
            code {
                _ = try store.file.read { db in
                    try db.execute(
                        sql: "SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                            + "SELECT i FROM n LIMIT 50000000)")
                }
            } == .interrupted)
    }

    enum Replacing: CaseIterable { case removed, replaced, movedAway, log, folder }

    /// What no name leads to any more is not written: nothing is acknowledged that the next process will not find.
    @Test(arguments: Replacing.allCases) func aFileThatWasReplacedIsNotUsed(_ replacing: Replacing) throws {
        let manager = FileManager.default
        let folder = scratch.path + "/folder"
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let path = folder + "/collector.sqlite"
        let store = try CollectorStore(path: path, creation: .always)
        _ = try store.register(
            Registration(account: alice, epoch: 7, commitment: commitment(9)), authenticatedAs: alice)
        var random = SeededRandom(32)
        let vouchers = (0..<4).map { _ in voucherBytes(alice, random: &random) }
        #expect(try store.store(vouchers[0], authenticatedAs: alice) == .stored)
        let away = scratch.path + "/away"
        switch replacing {
        case .removed: for beside in ["", "-wal", "-shm"] { try manager.removeItem(atPath: path + beside) }
        case .replaced:
            do { _ = try CollectorStore(path: away, creation: .always) }
            #expect(rename(away, path) == 0)
        case .movedAway: try manager.moveItem(atPath: path, toPath: away)
        case .log: try manager.removeItem(atPath: path + "-wal")
        case .folder: try manager.moveItem(atPath: folder, toPath: away)
        }
        for round in 1...2 {
            do {
                _ = try store.store(vouchers[round], authenticatedAs: alice)
                Issue.record("a voucher was acknowledged that nobody finds")
            } catch {
                #expect(error.code == .fileFailed && "\(error.reason)".contains("replaced"), "\(error)")
            }
            #expect(code { _ = try store.vouchers(after: 0, limit: 9) } == .fileFailed)
        }
        // What comes back is used again.
        switch replacing {
        case .movedAway: try manager.moveItem(atPath: away, toPath: path)
        case .folder: try manager.moveItem(atPath: away, toPath: folder)
        default: return
        }
        #expect(try store.store(vouchers[3], authenticatedAs: alice) == .stored)
        try store.close()
        #expect(try CollectorStore(path: path).vouchers(after: 0, limit: 9).vouchers.count == 2)
    }

    enum Reader: CaseIterable { case none, other, otherAndAnotherProcess }

    /// What is forgotten is in none of the files, also while the store is open; where somebody reads, once he ends.
    @Test(arguments: [false, true], Reader.allCases)
    func whatIsForgottenIsInNoFile(_ expires: Bool, _ reader: Reader) throws {
        let store = try CollectorStore(path: scratch.database, creation: .always)
        _ = try store.register(
            Registration(account: alice, epoch: 7, commitment: commitment(9)), authenticatedAs: alice)
        let bob = account(2)
        let registration = Registration(account: bob, epoch: 5, commitment: commitment(8))
        _ = try store.register(registration, authenticatedAs: bob)
        var random = SeededRandom(33)
        let voucher = voucherBytes(bob, epoch: 5, random: &random)
        _ = try store.store(voucher, authenticatedAs: bob)
        let marks = [Array(voucher[200..<232]), bob.encoded.bytes, registration.pseudonym.encoded.bytes]
        func found() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: scratch.path).reduce(0) { count, name in
                let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/" + name))
                return count + marks.count { bytes.range(of: Data($0)) != nil }
            }
        }
        #expect(try found() > 0)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: scratch.database, configuration: configuration)
        if reader != .none {
            try other.writeWithoutTransaction { db in
                try db.execute(sql: "BEGIN; SELECT count(*) FROM voucher")
            }
        }
        if expires { _ = try store.expire(before: 6) } else { #expect(try store.erase(bob).count == 1) }
        var next = store
        if reader != .none {
            #expect(store.file.owesForgetting)
            // One that begins while something is owed, as after a process was killed.
            if reader == .otherAndAnotherProcess { next = try CollectorStore(path: scratch.database) }
            #expect(next.file.owesForgetting)
            try other.writeWithoutTransaction { db in try db.execute(sql: "COMMIT") }
            _ = try next.store(voucherBytes(alice, random: &random), authenticatedAs: alice)
        }
        #expect(try !next.file.owesForgetting && found() == 0)
        try other.close()
        #expect(try store.vouchers(after: 0, limit: 9).vouchers.count == (reader == .none ? 0 : 1))
    }

    /// Vouchers of versions 1 and 2 carry accounts: such a file is refused as what it is, and left as it is.
    @Test(arguments: ["VALUES ('1')", "VALUES ('1'), ('2')"])
    func aFileOfAnOlderVersionIsRefused(_ versions: String) throws {
        do { _ = try CollectorStore(path: scratch.database, creation: .always) }
        try edit(
            scratch.database,
            """
            DROP TABLE registration; DROP TABLE voucher; DROP TABLE resolution; DROP TABLE identity;
            CREATE TABLE registration (id INTEGER PRIMARY KEY, account BLOB, epoch INTEGER, commitment BLOB);
            DELETE FROM grdb_migrations; INSERT INTO grdb_migrations \(versions);
            """)
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.database))
        for creation in [StoreCreation.never, .ifMissing] {
            do {
                _ = try CollectorStore(path: scratch.database, creation: creation)
                Issue.record("an older version was opened")
            } catch {
                #expect(error.code == .invalidMagic && "\(error.reason)".contains("older version"))
            }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.database)) == before)
    }
}
