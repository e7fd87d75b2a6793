import SealedMatchCollector
import Foundation
import GRDB
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// What arrives is hostile, and so may the file be.
@Suite struct CollectorHostileTests {
    let scratch = TemporaryDirectory()
    let alice = account(1)

    func store(vouchers count: Int, seed: UInt64) throws -> (CollectorStore, [[UInt8]]) {
        let store = try CollectorStore(path: scratch.database, creation: .ifMissing)
        _ = try store.register(
            Registration(account: alice, epoch: 7, commitment: commitment(9)), authenticatedAs: alice)
        var random = SeededRandom(seed)
        let vouchers = (0..<count).map { _ in voucherBytes(alice, random: &random) }
        _ = try store.store(all: vouchers, authenticatedAs: alice)
        return (store, vouchers)
    }

    @Test func mutatedVouchersAreRefusedOrStoredAndNeverTrap() throws {
        let (store, _) = try store(vouchers: 0, seed: 11)
        var random = SeededRandom(12)
        var mutants: [[UInt8]] = []
        for _ in 0..<5_000 {
            var bytes = voucherBytes(alice, random: &random)
            switch random.next() % 5 {
            case 0:
                for _ in 0...(random.next() % 8) {
                    bytes[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
                }
            case 1: bytes[Int(random.next() % 96)] ^= UInt8(truncatingIfNeeded: random.next())
            case 2: bytes = Array(bytes.prefix(Int(random.next() % UInt64(bytes.count))))
            case 3: bytes += [UInt8](repeating: 0, count: 1 + Int(random.next() % 100))
            default: bytes = (0..<Int(random.next() % 4_000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
            mutants.append(bytes)
        }
        mutants.append([UInt8](repeating: 0xFF, count: 1 << 20))
        let outcomes = try store.store(all: mutants, authenticatedAs: alice)
        let allowed: Set<SealedMatchError.Code> = [
            .wrongLength, .invalidMagic, .parameterOutOfRange, .authenticationFailed, .notRegistered, .voucherConflict,
        ]
        var stored: [[UInt8]] = []
        for (bytes, outcome) in zip(mutants, outcomes) {
            if let code = outcome.code { #expect(allowed.contains(code)) } else { stored.append(bytes) }
        }
        #expect(stored.count > 300)
        let page = try store.vouchers(after: 0, limit: 10_000)
        #expect(page.vouchers.map(\.voucher.encoded) == stored)
        #expect(page.damaged.isEmpty)
    }

    @Test func damagedRowsAreSkippedReportedAndKept() throws {
        let (store, vouchers) = try store(vouchers: 12, seed: 13)
        // Behind the store's back, without the checks of the schema.
        try edit(
            scratch.database,
            """
            PRAGMA ignore_check_constraints = ON;
            UPDATE voucher SET bytes = substr(bytes, 1, 500) WHERE sequence = 1;
            UPDATE voucher SET bytes = x'' WHERE sequence = 2;
            UPDATE voucher SET bytes = zeroblob(1000000) WHERE sequence = 3;
            UPDATE voucher SET pseudonym = zeroblob(32) WHERE sequence = 4;
            UPDATE voucher SET pseudonym = x'01' WHERE sequence = 5;
            UPDATE voucher SET epoch = -5 WHERE sequence = 6;
            UPDATE voucher SET voucherID = zeroblob(3) WHERE sequence = 7;
            UPDATE voucher SET digest = zeroblob(32) WHERE sequence = 8;
            UPDATE voucher SET epoch = 9223372036854775807 WHERE sequence = 9;
            UPDATE voucher SET bytes = (SELECT bytes FROM voucher WHERE sequence = 12) WHERE sequence = 10;
            """)
        let page = try store.vouchers(after: 0, limit: 100)
        #expect(page.vouchers.map(\.voucher.encoded) == Array(vouchers[10...]))
        #expect(page.damaged.map(\.row) == Array(1...10))
        #expect(page.damaged.allSatisfy { $0.table == .voucher })
        #expect(page.last == 12)
        #expect(try store.file.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM voucher") } == 12)
    }

    /// A sender's copy goes only if the store gives the voucher back as it came.
    @Test func whatIsDamagedIsNotHeld() throws {
        let (store, vouchers) = try store(vouchers: 8, seed: 21)
        #expect(try vouchers.allSatisfy { try store.holds($0) })
        _ = try store.acknowledge([7])
        try edit(
            scratch.database,
            """
            PRAGMA ignore_check_constraints = ON;
            UPDATE voucher SET bytes = zeroblob(500) WHERE sequence = 1;
            UPDATE voucher SET digest = zeroblob(32) WHERE sequence = 2;
            UPDATE voucher SET voucherID = zeroblob(16) WHERE sequence = 3;
            UPDATE voucher SET bytes = (SELECT bytes FROM voucher WHERE sequence = 6) WHERE sequence = 4;
            DELETE FROM voucher WHERE sequence = 5;
            UPDATE voucher SET digest = zeroblob(32) WHERE sequence = 8;
            """)
        #expect(try vouchers.map { try store.holds($0) } == [false, false, false, false, false, true, true, false])
        var other = vouchers[6]
        other[300] ^= 1
        #expect(try !store.holds(other))
        #expect(code { _ = try store.holds([1, 2, 3]) } == .wrongLength)
    }

    @Test func rowsOfOtherTypesAreReported() throws {
        let (store, vouchers) = try store(vouchers: 3, seed: 14)
        // A file whose tables were made anew without types, so that a row can hold anything.
        try edit(
            scratch.database,
            """
            CREATE TABLE copy AS SELECT * FROM voucher;
            DROP TABLE voucher;
            CREATE TABLE voucher (sequence INTEGER PRIMARY KEY, pseudonym, epoch, voucherID, digest, bytes);
            INSERT INTO voucher SELECT * FROM copy;
            DROP TABLE copy;
            UPDATE voucher SET bytes = 'text' WHERE sequence = 1;
            UPDATE voucher SET epoch = 1.5 WHERE sequence = 2;
            INSERT INTO voucher VALUES (4, NULL, NULL, NULL, NULL, 7);
            CREATE TABLE copy AS SELECT * FROM registration;
            DROP TABLE registration;
            CREATE TABLE registration (
                id INTEGER PRIMARY KEY, account, epoch, pseudonym, commitment, signature, vouchers, released);
            INSERT INTO registration SELECT * FROM copy;
            UPDATE registration SET commitment = 'text', vouchers = x'00';
            """)
        let page = try store.vouchers(after: 0, limit: 100)
        #expect(page.vouchers.map(\.voucher.encoded) == [vouchers[2]])
        #expect(page.damaged.map(\.row) == [1, 2, 4])
        #expect(code { _ = try store.registration(account: alice, epoch: 7) } == .damagedStore)
        #expect(code { _ = try store.count(account: alice, epoch: 7) } == .damagedStore)
        #expect(try store.accounts().damaged.map(\.table) == [.registration])
        var random = SeededRandom(15)
        #expect(
            code { _ = try store.store(voucherBytes(alice, random: &random), authenticatedAs: alice) } == .damagedStore)
        let registration = Registration(account: alice, epoch: 7, commitment: commitment(9))
        #expect(code { _ = try store.register(registration, authenticatedAs: alice) } == .damagedStore)
        // Opened anew, a file with other tables than ours is none of ours.
        #expect(code { _ = try CollectorStore(path: scratch.database) } == .damagedStore)
    }

    @Test func otherFilesAreLeftUntouched() throws {
        // Text
        try Data(
            "This is no database, and it is long enough to be taken for one: \(String(repeating: "x", count: 2000))"
                .utf8
        )
        .write(to: URL(fileURLWithPath: scratch.database))
        let text = try Data(contentsOf: URL(fileURLWithPath: scratch.database))
        #expect(code { _ = try CollectorStore(path: scratch.database, creation: .ifMissing) } == .damagedStore)
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.database)) == text)
        // Somebody else's database
        let other = scratch.path + "/other.sqlite"
        try edit(other, "CREATE TABLE photos (id INTEGER)")
        let before = try Data(contentsOf: URL(fileURLWithPath: other))
        #expect(code { _ = try CollectorStore(path: other, creation: .ifMissing) } == .invalidMagic)
        #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == before)
        // No file at all
        #expect(code { _ = try CollectorStore(path: scratch.path, creation: .ifMissing) } == .fileFailed)
        #expect(
            code { _ = try CollectorStore(path: scratch.path + "/missing/collector.sqlite", creation: .ifMissing) }
                == .fileFailed)
    }

    @Test func corruptFilesGiveTypedErrors() throws {
        do { _ = try store(vouchers: 200, seed: 16) }
        try edit(scratch.database, "PRAGMA user_version = 1")
        let good = try Data(contentsOf: URL(fileURLWithPath: scratch.database))
        var random = SeededRandom(17)
        for round in 0..<60 {
            var bad = good
            if round % 3 == 0 { bad = bad.prefix(Int(random.next() % UInt64(good.count))) }
            for _ in 0..<(round * 4) where !bad.isEmpty {
                bad[Int(random.next() % UInt64(bad.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            let path = scratch.path + "/corrupt-\(round).sqlite"
            try bad.write(to: URL(fileURLWithPath: path))
            do {
                let store = try CollectorStore(path: path, creation: .ifMissing)
                _ = try store.vouchers(after: 0, limit: 1_000)
                _ = try store.accounts()
                _ = try store.store(voucherBytes(alice, random: &random), authenticatedAs: alice)
            } catch {
                #expect([.damagedStore, .fileFailed, .invalidMagic, .notRegistered].contains(error.code))
            }
        }
    }
}
