import Foundation
import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchJetStream
import SealedMatchMigration
import SealedMatchOpenings
import SealedMatchPostgreSQL
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchServerTestSupport
import SealedMatchTestSupport
import SealedMatchTesting
import Testing

/// A deployment is moved from SQLite files to real servers of JetStream and PostgreSQL, and goes on there.
@Suite(.serialized) struct MigrationTests {
    private static let cluster = Result { try Cluster(servers: 1) }
    private static let traffic = Result { try SampleTraffic() }
    private let deployment = try! Bytes32(exactly: [UInt8](repeating: 7, count: 32))

    private func keys() throws -> DataKeys {
        try DataKeys(SecretBytes.copying([UInt8](repeating: 1, count: 32)))
    }

    private func places(_ files: SampleFiles) throws -> MigrationPlaces {
        MigrationPlaces(
            collector: files.collector, authority: files.authority, jetStream: try Self.cluster.get().options(),
            postgreSQL: try Server.shared.get().newDatabase(), deployment: deployment, keys: try keys())
    }

    /// What a failed move says.
    private func failure(_ body: () throws(MigrationFailure) -> Void) -> String {
        do throws(MigrationFailure) { try body() } catch { return error.description }
        return "no failure"
    }

    /// The cluster's stores, as roles open them.
    private func openRoles(_ places: MigrationPlaces) throws -> (JetStreamIntake, JetStreamQueue, PostgreSQLOpenings) {
        (
            try JetStreamIntake(places.jetStream), try JetStreamQueue(places.jetStream),
            try PostgreSQLOpenings(places.postgreSQL, deployment: deployment, keys: keys())
        )
    }

    @Test func aMovedDeploymentRevealsWhatItWouldHave() async throws {
        let traffic = try Self.traffic.get()
        let files = try await SampleFiles.running(traffic)
        let stayed = try files.copy()
        let before = try files.contents()
        let places = try places(files)
        let report = try Migration(places).run()
        // Anna, bert and cleo are left. Eight are not opened: bert's five, anna's one, and cleo's two, which wait.
        #expect(report.registrations == 3 && report.released == 1 && report.notices == 1)
        #expect(report.queued == 8 && report.differenceCount == 0 && report.damaged.isEmpty)
        #expect(report.accounts == 3 && report.revealed == 1 && report.vouchers == 14)
        #expect(report.openings > 14)
        #expect(try files.contents() == before, "the source is as it was")
        #expect(try Migration(places).check().differenceCount == 0)
        #expect(try Migration(places).run().isOlder, "a second run has nothing to do")
        // No role opens the files any more.
        expectCode(.invalidMagic) { _ = try CollectorStore(path: files.collector) }
        expectCode(.invalidMagic) { _ = try AuthorityStore(path: files.authority) }

        let (intake, queue, store) = try openRoles(places)
        defer {
            intake.close()
            queue.close()
        }
        // What is gone stays gone, and a name has the number that it had.
        let emil = try traffic.registration("emil")
        await #expect(throws: SealedMatchError(.epochInPast, "")) {
            try await intake.register(emil, authenticatedAs: emil.account)
        }
        let dora = try traffic.name("dora")
        #expect(try queue.commitment(of: dora.pseudonym, epoch: dora.epoch) == nil)
        #expect(try store.account(dora) == nil)
        // Both go on, with the same that comes.
        let more = { (intake: any Intake) async throws in
            try await traffic.send("bert", 7..<10, to: intake)
            try await traffic.send("cleo", 6..<7, to: intake)
            try await traffic.send("anna", 9..<10, to: intake)
        }
        try await more(intake)
        let service = QueueOpeningService(queue: queue, store: store, opener: traffic.opener)
        let progress = try service.openPending(waiting: 30) { $0.vouchers < 13 ? .proceed : .stop }
        #expect(progress.vouchers == 13 && progress.dropped == 0)
        let moved = SampleFiles.reveals(try RevealService(source: queue, store: store).revealReady())
        let expected = try await stayed.goOn(traffic) { try await more($0) }
        #expect(moved == expected)
        #expect(moved.count == 2 && moved.allSatisfy { $0.matches.count == 7 })
        for reveal in moved {
            let number = try await intake.resolve(reveal.request.encoded).number
            #expect(number == (reveal.pseudonym == (try traffic.name("anna")).pseudonym ? 1 : 2))
        }
        let counts = try await intake.resolutionCounts()
        #expect(counts.map(\.releases) == [2] && counts.map(\.repeats) == [1])
        // What an account was to be told it is told.
        let anna = try traffic.registration("anna").account
        let notices = try await intake.notices(of: anna)
        #expect(notices.map(\.day) == [20_000] && notices.map(\.kind) == [.revealed])
        // Revealers of the cluster find the moved reveal due, once more.
        #expect(try store.lease(10, for: .seconds(60)).accounts.filter(\.isRevealed).count == 2)
    }

    @Test func aRunningRoleIsRefused() async throws {
        let files = try await SampleFiles.running(try Self.traffic.get())
        let places = try places(files)
        for path in [files.collector, files.authority] {
            let role: [any Sendable] = [
                path == files.collector
                    ? try CollectorStore(path: path) as any Sendable : try AuthorityStore(path: path)
            ]
            let text = failure { () throws(MigrationFailure) in _ = try Migration(places).run() }
            #expect(text.contains(path) && text.contains("has the store open: stop it first"), "\(text)")
            withExtendedLifetime(role) {}
        }
        _ = try Migration(places).run()
        let undone = try Migration.undo(collector: files.collector, authority: files.authority)
        #expect(undone)
        let again = try Migration.undo(collector: files.collector, authority: files.authority)
        #expect(!again)
        _ = try files.open()
        // The cluster may have been used since: nothing is moved over it.
        let text = failure { () throws(MigrationFailure) in _ = try Migration(places).run() }
        #expect(text.contains("in use"), "\(text)")
    }

    @Test func anotherDeploymentsStoresAreRefused() async throws {
        let traffic = try Self.traffic.get()
        let files = try await SampleFiles.running(traffic)
        let places = try places(files)
        _ = try Migration(places).run()
        let others = try await SampleFiles.running(traffic)
        var taken = places
        (taken.collector, taken.authority) = (others.collector, others.authority)
        let before = try Server.shared.get().dump(places.postgreSQL)
        #expect(
            failure { () throws(MigrationFailure) in _ = try Migration(taken).run() }.contains("another deployment"))
        // A name of its own, but the database of the first.
        taken.jetStream = try Self.cluster.get().options()
        #expect(failure { () throws(MigrationFailure) in _ = try Migration(taken).run() }.contains("in use"))
        taken.deployment = try Bytes32(exactly: [UInt8](repeating: 8, count: 32))
        #expect(
            failure { () throws(MigrationFailure) in _ = try Migration(taken).run() }.contains("another deployment"))
        #expect(try Server.shared.get().dump(places.postgreSQL) == before)
        // Neither marks were made.
        _ = try others.open()
    }

    @Test func damagedRowsAreNamedAndWhatChangedSinceIsSeen() async throws {
        let traffic = try Self.traffic.get()
        let files = try await SampleFiles.running(traffic)
        let places = try places(files)
        let whole = try files.copy()
        try SampleFiles.edit(
            files.collector,
            """
            UPDATE voucher SET bytes = substr(bytes, 1, 100) WHERE sequence = (SELECT max(sequence) FROM voucher);
            UPDATE registration SET commitment = x'01' WHERE account = \
            x'\(try #require(traffic.accounts["cleo"]).encoded.bytes.map { String(format: "%02x", $0) }.joined())'
            """)
        try SampleFiles.edit(
            files.authority, "UPDATE opening SET rkey = x'02' WHERE id = (SELECT min(id) FROM opening)")
        let text = failure { () throws(MigrationFailure) in _ = try Migration(places).run() }
        #expect(text.contains("of registration:") && text.contains("of voucher:") && text.contains("of opening:"))
        // Nothing is marked, and no role opens what is not complete.
        _ = try files.open()
        expectCode(.invalidMagic) { _ = try JetStreamQueue(places.jetStream) }
        expectCode(.invalidMagic) {
            _ = try PostgreSQLOpenings(places.postgreSQL, deployment: deployment, keys: keys())
        }
        // A copy is put back, an account is erased, and one voucher comes more: what was filled in is too much.
        let (collector, authority) = (
            try CollectorStore(path: whole.collector), try AuthorityStore(path: whole.authority)
        )
        try authority.erase(collector.erase(try #require(traffic.accounts["anna"])))
        try collector.close()
        try authority.close()
        var again = places
        (again.collector, again.authority) = (whole.collector, whole.authority)
        #expect(failure { () throws(MigrationFailure) in _ = try Migration(again).run() }.contains("--anew"))
        let report = try Migration(again).run(anew: true)
        #expect(report.registrations == 2 && report.accounts == 2 && report.queued == 7)
        // Without the damaged rows, when that is wanted.
        var skipping = try self.places(files)
        skipping.deployment = deployment
        let left = try Migration(skipping, skipsDamaged: true).run()
        #expect(left.damaged.count == 3 && left.registrations == 2 && left.queued == 7)
    }

    /// Of an account beyond the caps some openings are nowhere but in its vouchers: they are opened again.
    @Test func vouchersOfAccountsBeyondTheCapsGoAlong() throws {
        let files = SampleFiles()
        try fill(files, 3, accounts: 2)
        let (collector, authority) = try files.open()
        let (identity, end) = (try collector.identity(), try collector.end())
        _ = try authority.record(
            [], of: identity, cursor: SourceCursor(source: identity, position: end, mark: try collector.mark(at: end)))
        try collector.close()
        try authority.close()
        let places = try places(files)
        let copy = try files.copy()
        let before = try Migration(self.places(copy)).run()
        #expect(before.queued == 0 && before.opened == 20)
        try SampleFiles.edit(
            files.authority,
            "UPDATE account SET quarantined = \(OpeningCaps.quarantined) WHERE id = (SELECT min(id) FROM account)")
        let report = try Migration(places).run()
        #expect(report.queued == 10 && report.opened == 10)
    }

    /// The program itself, killed at random moments of one move.
    @Test(arguments: [UInt64(1)]) func killedAnywhereItEndsComplete(seed: UInt64) async throws {
        let files = SampleFiles()
        var random = SeededRandom(seed)
        try fill(files, seed)
        let places = try places(files)
        let keyFile = files.scratch.file("data.keys")
        try Data([UInt8](repeating: 1, count: 32)).write(to: URL(fileURLWithPath: keyFile))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keyFile)
        let cluster = try Self.cluster.get()
        let parts = Dictionary(
            uniqueKeysWithValues: places.postgreSQL.split(separator: " ").map { part in
                let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
                return (pair[0], pair[1])
            })
        let arguments = [
            "migrate", "--from-database", files.collector, "--from-authority", files.authority, "--database",
            cluster.options().servers[0].replacingOccurrences(of: "//", with: "//tests:\(cluster.password)@"),
            "--authority",
            "postgresql:///\(parts["dbname"] ?? "")?host=\(parts["host"] ?? "")&user=\(parts["user"] ?? "")",
            "--deployment", places.jetStream.name, "--nats-replicas", "1", "--data-keys", keyFile,
        ]
        var kills = 0
        var output = ""
        while true {
            let (process, pipe) = try start(arguments)
            // Later and later, so that it comes to its end.
            try await Task.sleep(for: .milliseconds(100 + 200 * kills + Int(random.next() % 400)))
            if kills < 6, process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                kills += 1
                continue
            }
            output = String(decoding: pipe.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(output)")
            break
        }
        #expect(output.contains("start its roles") || output.contains("it was moved before"), "\(output)")
        var byName = places
        byName.deployment = try KDF.plainDigest(of: Array("SealedMatch deployment \(places.jetStream.name)".utf8))
        let report = try Migration(byName).check()
        #expect(report.registrations == 200 && report.queued == 2_000)
        #expect(report.accounts == 200 && report.vouchers == 2_000 && report.openings == 4_000)
        let queue = try JetStreamQueue(places.jetStream)
        defer { queue.close() }
        var leased = 0
        while case let leases = try queue.lease(.new, limit: 4_000, waiting: 0.5), !leases.isEmpty {
            leased += leases.reduce(0) { $0 + $1.vouchers.count }
        }
        #expect(leased == 2_000)
    }

    /// Accounts, each with ten vouchers that are opened and ten that are not.
    private func fill(_ files: SampleFiles, _ seed: UInt64, accounts: UInt8 = 200) throws {
        let (collector, authority) = try files.open()
        var synthetic = SyntheticVouchers(seed: seed)
        var pages: [PositionedVoucher] = []
        for byte in 1...accounts {
            let name = AccountEpoch(byte, 7)
            let registration = try OpenableVouchers.registration(byte, epoch: 7)
            _ = try collector.register(registration, authenticatedAs: registration.account)
            for _ in 0..<10 {
                pages.append(PositionedVoucher(position: 1, voucher: try synthetic.opened(name, openings: 2)))
            }
            let vouchers = try (0..<10).map { _ in try synthetic.voucher(name) }
            _ = try collector.store(all: vouchers, authenticatedAs: registration.account)
        }
        _ = try authority.record(pages, of: collector.identity(), cursor: nil)
        try collector.close()
        try authority.close()
    }

    private func start(_ arguments: [String]) throws -> (Process, FileHandle) {
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable).deletingLastPathComponent()
            .appendingPathComponent("sealedmatchd")
        process.arguments = arguments
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        return (process, pipe.fileHandleForReading)
    }
}
