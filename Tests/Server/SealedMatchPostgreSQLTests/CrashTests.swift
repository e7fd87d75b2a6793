import Foundation
import SealedMatchPostgreSQL
import SealedMatchServerTestSupport
import SealedMatchTesting
import Synchronization
import Testing

/// Several who record at once, and servers and processes that are killed: nothing that was acknowledged is lost, and
/// nothing counts twice.
@Suite struct CrashTests {
    /// The pages of one recorder: of an account of its own, and of one that all of them share.
    private func pages(_ recorder: Int, _ count: Int) throws -> [[PositionedVoucher]] {
        var synthetic = SyntheticVouchers(seed: UInt64(70 + recorder))
        let names = [AccountEpoch(UInt8(10 + recorder), 7), alice]
        return try (0..<count).map { try synthetic.page(8, from: Int64(8 * $0 + 1), of: names) }
    }

    @Test func theSamePagesByManyAtOnceCountOnce() throws {
        let database = try Database()
        _ = try database.make()
        let pages = try self.pages(0, 12)
        let failures = concurrently(4) { recorder in
            let store = try database.open()
            for page in pages { _ = try store.record(page, of: source, cursor: nil) }
            // The other way round, too.
            for page in pages.reversed() { _ = try store.record(page.reversed(), of: source, cursor: nil) }
        }
        #expect(failures.isEmpty)
        let memory = MemoryOpenings()
        for page in pages { _ = try memory.record(page, of: source, cursor: nil) }
        try database.open().expectSame(as: memory)
    }

    @Test func theSamePagesByTwoProcessesCountOnce() throws {
        let database = try Database()
        let store = try database.make()
        let recorders = try (0..<2).map { _ in try fixture("record", database.connection, "5", "20") }
        for recorder in recorders {
            _ = recorder.output.readDataToEndOfFile()
            recorder.process.waitUntilExit()
            #expect(recorder.process.terminationStatus == 0)
        }
        let memory = MemoryOpenings()
        var synthetic = SyntheticVouchers(seed: 5)
        let names = (1...4).map { AccountEpoch(UInt8($0), 7) }
        for page in 0..<20 {
            _ = try memory.record(synthetic.page(16, from: Int64(page * 16 + 1), of: names), of: source, cursor: nil)
        }
        try store.expectSame(as: memory)
    }

    @Test func aKilledRecorderHasRecordedWholePages() throws {
        let database = try Database()
        let store = try database.make()
        let recorder = try fixture("record", database.connection, "6", "100000")
        var told = Data()
        while told.filter({ $0 == UInt8(ascii: "\n") }).count < 5 {
            let more = recorder.output.availableData
            try #require(!more.isEmpty, "the recorder ended")
            told += more
        }
        kill(recorder.process.processIdentifier, SIGKILL)
        recorder.process.waitUntilExit()
        told += recorder.output.readDataToEndOfFile()
        let acknowledged = told.filter { $0 == UInt8(ascii: "\n") }.count
        // What it had sent is carried out, or was given up.
        try database.server.wait(
            until: """
                SELECT count(*) = 0 FROM pg_stat_activity
                WHERE datname = '\(database.name)' AND (state = 'active' OR state LIKE 'idle in%')
                """)
        var synthetic = SyntheticVouchers(seed: 6)
        let names = (1...4).map { AccountEpoch(UInt8($0), 7) }
        let memory = MemoryOpenings()
        var recorded = 0
        // The page that it was in may be there, whole, or not.
        while true {
            let page = try synthetic.page(16, from: Int64(recorded * 16 + 1), of: names)
            let first = try #require(page.first?.voucher.openings)
            guard try store.kept(of: names[0]).contains(first[0]) else { break }
            _ = try memory.record(page, of: source, cursor: nil)
            recorded += 1
        }
        #expect(recorded == acknowledged || recorded == acknowledged + 1)
        try store.expectSame(as: memory)
    }

    @Test func aKilledServerLosesNothingAndDoublesNothing() throws {
        let server = try Server()
        let database = try Database(on: server)
        _ = try database.make()
        let (recorders, count) = (3, 60)
        let pages = try (0..<recorders).map { try self.pages($0, count) }
        let done = Atomic<Int>(0)
        let failures = concurrently(recorders + 1) { index in
            guard index < recorders else {
                for part in 1...3 {
                    // In the middle of recordings.
                    while done.load(ordering: .relaxed) < part * recorders * count / 4 {
                        Thread.sleep(forTimeInterval: 0.001)
                    }
                    try server.killAndStart()
                }
                return
            }
            let store = try PostgreSQLOpenings(
                database.connection, deployment: deployment, keys: keys(), patience: .seconds(120))
            for page in pages[index] {
                #expect(try store.record(page, of: source, cursor: nil).isEmpty)
                // What was acknowledged is there, after every restart.
                #expect(
                    try store.kept(of: AccountEpoch(UInt8(10 + index), 7)).suffix(1)
                        == page[6].voucher.openings.suffix(1))
                done.add(1, ordering: .relaxed)
            }
        }
        #expect(failures.isEmpty)
        let store = try database.open()
        // Their own accounts are as in memory; the shared one has each recorder's vouchers in its order.
        let memory = MemoryOpenings()
        for page in pages.joined() { _ = try memory.record(page, of: source, cursor: nil) }
        for index in 0..<recorders {
            let name = AccountEpoch(UInt8(10 + index), 7)
            #expect(try store.kept(of: name) == memory.kept(of: name))
            #expect(try store.account(name) == memory.account(name))
            let own = Set(pages[index].joined().map(\.voucher.header.voucherID))
            let shared = try store.kept(of: alice).filter { own.contains($0.header.voucherID) }
            let expected = try memory.kept(of: alice).filter { own.contains($0.header.voucherID) }
            #expect(shared == expected)
        }
        #expect(try store.account(alice) == memory.account(alice))
        #expect(try store.kept(of: alice).count == memory.kept(of: alice).count)
    }

    @Test func aServerThatStaysAwayIsAnError() throws {
        let server = try Server()
        let database = try Database(on: server)
        _ = try database.make()
        let store = try PostgreSQLOpenings(
            database.connection, deployment: deployment, keys: keys(), patience: .milliseconds(300))
        _ = try store.accounts()
        try server.stop()
        #expect(code { _ = try store.accounts() } == .fileFailed)
        try server.start()
        #expect(try store.accounts().accounts.isEmpty)
    }

    @Test func aTurnEndsWithItsProcess() throws {
        let database = try Database()
        let store = try database.make()
        let holder = try fixture("turn", database.connection)
        #expect(String(decoding: holder.output.availableData, as: UTF8.self) == "mine\n")
        #expect(try store.takeTurn() == nil)
        kill(holder.process.processIdentifier, SIGKILL)
        holder.process.waitUntilExit()
        while try store.takeTurn() == nil { Thread.sleep(forTimeInterval: 0.01) }
    }
}
