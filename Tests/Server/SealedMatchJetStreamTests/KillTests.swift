import Foundation
import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchJetStream
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import SealedMatchServerTestSupport
import SealedMatchTesting
import Testing

/// Fronts, openers and servers that are killed under load. A cluster of its own.
@Suite(.serialized) struct KillTests {
    /// A front or an opener in a process of its own.
    private final class Part {
        let process = Process()
        let pipe = Pipe()

        init(_ arguments: [String]) throws {
            let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            process.executableURL = URL(fileURLWithPath: executable).deletingLastPathComponent()
                .appending(path: "SealedMatchQueueFixture")
            process.arguments = arguments
            process.standardOutput = pipe
            try process.run()
        }

        /// Kills it.
        /// - Returns: the whole lines that it said after the first bytes.
        func kill() -> [String] {
            Foundation.kill(process.processIdentifier, SIGKILL)
            let rest = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal, "it ended by itself: \(process.terminationStatus)")
            return String(decoding: first + rest, as: UTF8.self).split(separator: "\n").map(String.init)
        }

        private var first = Data()

        /// Waits for its first words.
        func begin() { first = pipe.fileHandleForReading.availableData }
    }

    @Test func nothingAcknowledgedIsLostOrCountedTwice() async throws {
        let cluster = try Cluster()
        let scratch = TemporaryDirectory()
        let options = cluster.options()
        try JetStreamIntake.setUp(options)
        let file = scratch.file("authority.sqlite")
        let store = try AuthorityStore(path: file, creation: .always)
        let (servers, password) = (options.servers.joined(separator: ","), cluster.password)
        func front(_ seed: Int) throws -> Part { try Part(["front", servers, options.name, password, "\(seed)"]) }
        func opener() throws -> Part { try Part(["opener", servers, options.name, password, file]) }
        var random = SeededRandom(14)
        func pause() async throws { try await Task.sleep(for: .milliseconds(100 + random.next() % 400)) }

        var acknowledged: [String] = []
        var (fronts, openers) = ([try front(1), try front(2)], [try opener(), try opener()])
        for part in fronts + openers { part.begin() }
        for round in 0..<2 {
            try await pause()
            // The server that leads the queue, and later others.
            let server = round == 0 ? try cluster.leader(of: "\(options.name)_vouchers") ?? 0 : round
            cluster.kill(server)
            try await pause()
            _ = openers[round % 2].kill()
            openers[round % 2] = try opener()
            try await pause()
            acknowledged += fronts[round % 2].kill()
            fronts[round % 2] = try front(10 + round)
            fronts[round % 2].begin()
            try cluster.start(server)
            try await pause()
        }
        for part in fronts { acknowledged += part.kill() }
        // A line that was cut short was no acknowledgement.
        acknowledged = acknowledged.filter { $0.utf8.count == 32 }
        let queue = try JetStreamQueue(options)
        try await eventually("the queue is empty") { try queue.depth().new == 0 }
        for part in openers { #expect(part.kill().allSatisfy { $0 == "ready" }) }

        let opened = try openedIDs(store)
        #expect(acknowledged.count > 20 && Set(acknowledged).count == acknowledged.count)
        #expect(Set(acknowledged).subtracting(opened).isEmpty, "acknowledged and lost")
        #expect(Set(opened).count == opened.count, "counted twice")
        #expect(try queue.depth().aside == 0)
        print("vouchers: \(acknowledged.count) acknowledged, \(opened.count) counted")
    }

    /// Two of three servers stand still: calls end with an error, and go on when the servers do.
    @Test func withoutAQuorum() async throws {
        let cluster = try Cluster()
        var vouchers = try OpenableVouchers(seed: 1)
        let deployment = try await Deployment(on: cluster)
        _ = try await deployment.store(1, &vouchers)
        var options = deployment.options
        options.patience = 1
        let (intake, queue) = (try JetStreamIntake(options), try JetStreamQueue(options))
        let voucher = try vouchers.voucher(deployment.name)
        let registration = try OpenableVouchers.registration(2, epoch: 7)
        for index in 0..<2 { cluster.signal(index, SIGSTOP) }
        await #expect(throws: SealedMatchError(.fileFailed, "")) {
            try await intake.store(all: [voucher], authenticatedAs: deployment.registration.account)
        }
        await #expect(throws: SealedMatchError(.fileFailed, "")) {
            try await intake.register(registration, authenticatedAs: registration.account)
        }
        // A name that nobody has is not believed to be missing.
        #expect(throws: SealedMatchError(.fileFailed, "")) {
            try queue.commitments(of: [AccountEpoch(pseudonym: registration.pseudonym, epoch: 7)])
        }
        for index in 0..<2 { cluster.signal(index, SIGCONT) }
        _ = try await deployment.store(1, &vouchers)
        let store = MemoryOpenings()
        let service = deployment.service(deployment.queue, store, [try vouchers.matching()])
        _ = try service.open(2)
        #expect(try openedIDs(store).count >= 2)
    }
}
