import Foundation
import SealedMatchPostgreSQL
import SealedMatchTesting
import Synchronization
import Testing

/// Leases of due accounts among several revealers.
@Suite struct LeaseTests {
    @Test func aKilledRevealersAccountsAreLeasedAgain() throws {
        let database = try Database()
        let store = try database.make()
        var synthetic = SyntheticVouchers(seed: 81)
        _ = try store.record(synthetic.page(6, of: [alice, bob]), of: source, cursor: nil)
        let revealer = try fixture("lease", database.connection, "3")
        let told = revealer.output.availableData
        kill(revealer.process.processIdentifier, SIGKILL)
        revealer.process.waitUntilExit()
        let held = try #require(UInt8(String(decoding: told, as: UTF8.self).dropLast()))
        var mine = Set(try store.lease(9, for: .seconds(600)).accounts.map { $0.name.pseudonym.encoded[0] })
        #expect(mine.count <= 2 && mine.contains(3 - held))
        while mine.count < 2 {
            mine.formUnion(try store.lease(9, for: .seconds(600)).accounts.map { $0.name.pseudonym.encoded[0] })
            Thread.sleep(forTimeInterval: 0.05)
        }
        #expect(mine == [1, 2])
    }

    /// Accounts of random openings end in a verdict; each comes to one revealer, once, and none is missed when openings
    /// come in.
    @Test func revealersDivideTheAccounts() throws {
        let database = try Database()
        let store = try database.make()
        let names = (1...24).map { AccountEpoch(UInt8($0), 7) }
        let collector = try MemoryCollector()
        var synthetic = SyntheticVouchers(seed: 82)
        let commitments = Dictionary(
            uniqueKeysWithValues: names.map { ($0, Commitment(canonical: $0.pseudonym.encoded)) })
        func record(_ names: [AccountEpoch]) throws {
            let page = try synthetic.page(4 * names.count, of: names)
            _ = try store.record(page, of: source, cursor: nil, commitments: commitments)
        }
        try record(names)
        let decided = Mutex<[AccountEpoch]>([])
        func reveal() -> [SealedMatchError.Code] {
            concurrently(3) { _ in
                let service = RevealService(source: collector, store: try database.open())
                let run = try service.revealDue(batch: 2) { decision in
                    #expect(decision.result.code == .notDecodable)
                    decided.withLock { $0.append(decision.name) }
                }
                #expect(run.damaged.isEmpty)
            }
        }
        #expect(reveal().isEmpty)
        #expect(decided.withLock { $0.count } == 24 && decided.withLock { Set($0) } == Set(names))
        #expect(reveal().isEmpty)
        #expect(decided.withLock { $0.count } == 24)
        try record(Array(names[0..<5]))
        #expect(reveal().isEmpty)
        #expect(decided.withLock { Set($0.dropFirst(24)) } == Set(names[0..<5]))
        #expect(decided.withLock { $0.count } == 29)
        #expect(try store.accounts().accounts.allSatisfy { !$0.isDue })
    }
}

extension Result where Failure == SealedMatchError {
    var code: SealedMatchError.Code? { if case .failure(let error) = self { error.code } else { nil } }
}
