import SealedMatchCollector
import Foundation
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

@Suite struct CollectorConcurrencyTests {
    let scratch = TemporaryDirectory()
    let alice = account(1)

    @Test func exactlyOneOfManyCommitmentsWins() async throws {
        // Two stores on one file stand for two processes.
        let stores = [
            try CollectorStore(path: scratch.database, creation: .ifMissing),
            try CollectorStore(path: scratch.database, creation: .ifMissing),
        ]
        let outcomes = await withTaskGroup(of: (UInt8, SealedMatchError.Code?).self) { group in
            for index in 0..<64 {
                let registration = Registration(account: alice, epoch: 7, commitment: commitment(UInt8(index)))
                let store = stores[index % 2]
                group.addTask {
                    (UInt8(index), code { _ = try store.register(registration, authenticatedAs: account(1)) })
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let winners = outcomes.filter { $0.1 == nil }
        #expect(winners.count == 1)
        #expect(outcomes.filter { $0.1 == .commitmentConflict }.count == 63)
        #expect(try stores[0].registration(account: alice, epoch: 7)?.commitment == commitment(winners[0].0))
    }

    /// Accepts what ends with 7, and takes its time.
    private struct EndsWithSeven: IdentityVerifier {
        func verifies(_ signature: [UInt8], of message: [UInt8], by account: AccountID) -> Bool {
            usleep(200)
            return signature.last == 7
        }
    }

    @Test func oneOfManySignaturesReplacesAFalseOne() async throws {
        var policy = CollectorPolicy()
        let blind = try CollectorStore(path: scratch.database, creation: .ifMissing)
        policy.identities = EndsWithSeven()
        let stores = [
            try CollectorStore(path: scratch.database, policy: policy),
            try CollectorStore(path: scratch.database, policy: policy),
        ]
        var registration = Registration(account: alice, epoch: 7, commitment: commitment(1))
        registration.signature = [1, 2]
        _ = try blind.register(registration, authenticatedAs: alice)
        // What each one finds once it was answered.
        let found = await withTaskGroup(of: [UInt8]?.self) { group in
            for index in 0..<32 as Range<UInt8> {
                var signed = registration
                signed.signature = [index, 7]
                let mine = signed
                let store = stores[Int(index) % 2]
                group.addTask {
                    guard (try? store.register(mine, authenticatedAs: mine.account)) == .alreadyStored else {
                        return nil
                    }
                    return try? store.registration(account: mine.account, epoch: 7)?.signature
                }
            }
            return await group.reduce(into: [[UInt8]?]()) { $0.append($1) }
        }
        #expect(found.count == 32 && Set(found).count == 1)
        #expect(found.first??.last == 7)
    }

    @Test func aVoucherThatManyStoreAtOnceIsStoredOnce() async throws {
        let stores = [
            try CollectorStore(path: scratch.database, creation: .ifMissing),
            try CollectorStore(path: scratch.database, creation: .ifMissing),
        ]
        _ = try stores[0].register(
            Registration(account: alice, epoch: 7, commitment: commitment(1)), authenticatedAs: alice)
        var random = SeededRandom(21)
        let vouchers = (0..<8).map { _ in voucherBytes(alice, random: &random) }
        let outcomes = await withTaskGroup(of: [IntakeOutcome].self) { group in
            for index in 0..<32 {
                group.addTask {
                    let results = try? stores[index % 2].store(all: vouchers.shuffled(), authenticatedAs: account(1))
                    return (results ?? []).compactMap { try? $0.get() }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(outcomes.count == 8 * 32)
        #expect(outcomes.filter { $0 == .stored }.count == 8)
        #expect(try stores[1].count(account: alice, epoch: 7) == 8)
        #expect(try stores[1].vouchers(after: 0, limit: 100).vouchers.count == 8)
    }

    /// Kills a process that stores vouchers, at random moments, again and again on one file: all it acknowledged must
    /// be there.
    @Test func nothingAcknowledgedIsLostByAKill() throws {
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let fixture = URL(fileURLWithPath: executable).deletingLastPathComponent().appending(
            path: "SealedMatchCollectorCrashFixture")
        try #require(FileManager.default.isExecutableFile(atPath: fixture.path), "the crash fixture was not built")
        var random = SeededRandom(22)
        var acknowledged: [String] = []
        for round in 1...8 {
            let process = Process()
            process.executableURL = fixture
            process.arguments = [scratch.database, "\(round % 2 + 1)"]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            // Let it acknowledge at least one, then pull the plug somewhere in the next 60 ms.
            var output = pipe.fileHandleForReading.availableData
            usleep(useconds_t(random.next() % 60_000))
            kill(process.processIdentifier, SIGKILL)
            output += pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal)
            // A line that was cut short was not an acknowledgement yet.
            acknowledged += String(decoding: output, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: true
            )
            .filter { $0.count == 32 }.map(String.init)
        }
        let store = try CollectorStore(path: scratch.database, creation: .ifMissing)
        let page = try store.vouchers(after: 0, limit: 1_000_000)
        let found = Set(
            page.vouchers.map { $0.voucher.header.voucherID.encoded.map { String(format: "%02x", $0) }.joined() })
        #expect(acknowledged.count >= 8)
        #expect(Set(acknowledged).count == acknowledged.count)
        #expect(acknowledged.allSatisfy { found.contains($0) })
        #expect(page.damaged.isEmpty)
        // At most one voucher a round was on disk without its acknowledgement having been read.
        #expect(found.count <= acknowledged.count + 8)
        #expect(try store.accounts().accounts.map(\.vouchers).reduce(0, +) == found.count)
    }
}
