import Foundation
import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchJetStream
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchServerTestSupport
import SealedMatchTestSupport
import SealedMatchTesting
import Synchronization
import Testing

/// Servers that are not there, full, or others' streams.
@Suite(.serialized) struct FaultTests {
    @Test func noServer() throws {
        var options = JetStreamOptions(servers: ["nats://127.0.0.1:1"], name: "none")
        options.patience = 0.3
        #expect(throws: SealedMatchError(.fileFailed, "")) { try JetStreamIntake(options) }
        #expect(throws: SealedMatchError(.fileFailed, "")) { try JetStreamIntake.setUp(options) }
        #expect(throws: SealedMatchError(.fileFailed, "")) { try JetStreamQueue(options) }
        options.name = "a.b"
        #expect(throws: SealedMatchError(.parameterOutOfRange, "")) { try JetStreamIntake(options) }
        options.name = "none"
        options.credentials = .file("/nonexistent")
        #expect(throws: SealedMatchError(.fileFailed, "")) { try JetStreamIntake(options) }
    }

    @Test func credentials() throws {
        var options = try Shared.cluster.get().options()
        options.credentials = .user("tests", password: "wrong")
        #expect(throws: SealedMatchError(.authenticationFailed, "")) { try JetStreamIntake.setUp(options) }
        options.credentials = .none
        #expect(throws: SealedMatchError(.authenticationFailed, "")) { try JetStreamQueue(options) }
    }

    /// Servers and clients get new credentials one after the other. A client that was refused meanwhile, and was given
    /// up by its library, comes in again.
    @Test func credentialsThatChange() async throws {
        let cluster = try Cluster(servers: 1)
        let deployment = try await Deployment(on: cluster) { $0.patience = 1 }
        func register(_ number: UInt8) async throws {
            let registration = try OpenableVouchers.registration(number, epoch: 7)
            _ = try await deployment.intake.register(registration, authenticatedAs: registration.account)
        }
        cluster.kill(0)
        try cluster.admit(0, password: "another")
        try cluster.start(0)
        for number in 2..<7 as Range<UInt8> {
            await #expect(throws: SealedMatchError(.fileFailed, "")) { try await register(number) }
        }
        cluster.kill(0)
        try cluster.admit(0, password: cluster.password)
        try cluster.start(0)
        try await eventually("the intake is connected again") { (try? await register(7)) != nil }
    }

    /// Servers tell of what they do not permit beside, and do not answer. It is said what, and nothing is acknowledged.
    @Test func permissionsThatAreMissing() async throws {
        let cluster = try Cluster(servers: 1)
        let lines = Lines()
        let deployment = try await Deployment(on: cluster) {
            $0.patience = 1
            $0.report = lines.say
        }
        let (intake, queue, name) = (deployment.intake, deployment.queue, deployment.options.name)
        func restart(_ permissions: String) throws {
            cluster.kill(0)
            try cluster.admit(0, password: cluster.password, permissions: permissions)
            try cluster.start(0)
        }
        var vouchers = try OpenableVouchers(seed: 1)
        let denied = [
            (#"publish: { deny: "\#(name).v.new" }"#, "may not publish", "the user may not publish to \(name).v.new"),
            (
                #"publish: { deny: "$JS.API.STREAM.MSG.GET.>" }"#, "may not publish",
                "the user may not publish to $JS.API.STREAM.MSG.GET.\(name)_registrations"
            ),
            (#"subscribe: { deny: "_INBOX.>" }"#, "may not subscribe to _INBOX.>", "may not subscribe to _INBOX.>"),
        ]
        for (number, (permissions, reason, line)) in denied.enumerated() {
            try restart(permissions)
            let registration = try OpenableVouchers.registration(UInt8(number + 2), epoch: 7)
            let made = [try vouchers.voucher(deployment.name)]
            // Until it is connected again, other words say that there is no server.
            try await eventually("\(permissions) is told") {
                let failure: SealedMatchError?
                do throws(SealedMatchError) {
                    if number == 0 {
                        _ = try await intake.store(all: made, authenticatedAs: deployment.registration.account)
                    } else {
                        _ = try await intake.register(registration, authenticatedAs: registration.account)
                    }
                    failure = nil
                } catch { failure = error }
                #expect(failure?.code == .fileFailed)
                return failure.map { "\($0.reason)".contains(reason) } == true
            }
            #expect(lines.all.contains { $0.contains(line) })
            if number != 1 {
                let seen = #expect(throws: SealedMatchError.self) { try intake.check() }
                #expect(seen.map { "\($0.reason)".contains(reason) } == true)
            }
        }
        try restart("publish: { deny: \"\(name).v.aside\" }")
        try await eventually("the queue says what is missing") {
            do throws(SealedMatchError) { try queue.check() } catch {
                return "\(error.reason)".contains("may not publish")
            }
            return false
        }
        try restart("")
        try await eventually("both work again") { (try? intake.check()) != nil && (try? queue.check()) != nil }
        let kept = try await deployment.store(2, &vouchers)
        let store = MemoryOpenings()
        _ = try deployment.service(queue, store, [try vouchers.matching()]).open(kept.count)
        #expect(try Set(openedIDs(store)) == Set(kept.map { try $0.voucherID }))
        // No line tells of an account or pseudonym.
        #expect(lines.all.allSatisfy { $0.firstMatch(of: /[0-9a-f]{64}/) == nil })
    }

    /// Lines that a log gets.
    private final class Lines: Sendable {
        private let said = Mutex<[String]>([])
        @Sendable func say(_ line: String) { said.withLock { $0.append(line) } }
        var all: [String] { said.withLock { $0 } }
    }

    /// A server that has no room for any stream, and not only one stream that is full.
    @Test func aFullServer() async throws {
        let cluster = try Cluster(servers: 1, maximumStore: "200KB")
        var vouchers = try OpenableVouchers(seed: 1)
        let deployment = try await Deployment(on: cluster) { $0.patience = 2 }
        try deployment.intake.check()
        await #expect(throws: SealedMatchError(.fileFailed, "")) {
            for _ in 0..<100 { _ = try await deployment.store(5, &vouchers) }
        }
        #expect(throws: SealedMatchError(.fileFailed, "")) { try deployment.intake.check() }
        #expect(
            try cluster.request("STREAM.PURGE.\(deployment.options.name)_vouchers").contains("\"success\":true"))
        try await eventually("there is room again") { (try? await deployment.store(1, &vouchers)) != nil }
        try deployment.intake.check()
    }

    @Test func serversThatAreAway() async throws {
        let cluster = try Cluster(servers: 1)
        let deployment = try await Deployment(on: cluster) { $0.patience = 0.5 }
        let before = try cluster.request("STREAM.INFO.\(deployment.options.name)_registrations")
        try deployment.intake.check()
        try deployment.queue.check()
        // It stores nothing.
        let state = try #require(before.firstMatch(of: /"state":\{[^}]*"last_seq":[0-9]+/)).output
        #expect(try cluster.request("STREAM.INFO.\(deployment.options.name)_registrations").contains(state))
        cluster.kill(0)
        #expect(throws: SealedMatchError(.fileFailed, "")) { try deployment.intake.check() }
        #expect(throws: SealedMatchError(.fileFailed, "")) { try deployment.queue.check() }
        try cluster.start(0)
        try await eventually("they work again") {
            (try? deployment.intake.check()) != nil && (try? deployment.queue.check()) != nil
        }
        _ = try cluster.request("STREAM.DELETE.\(deployment.options.name)_registrations")
        #expect(throws: SealedMatchError(.damagedStore, "")) { try deployment.intake.check() }
        _ = try cluster.request("STREAM.DELETE.\(deployment.options.name)_vouchers")
        try JetStreamIntake.setUp(deployment.options)
        // Another deployment's, though all is as it should be.
        #expect(throws: SealedMatchError(.damagedStore, "")) { try deployment.intake.check() }
        #expect(throws: SealedMatchError(.damagedStore, "")) { try deployment.queue.check() }
    }

    @Test func streamsThatAreNotOurs() throws {
        let cluster = try Shared.cluster.get()
        var options = cluster.options()
        #expect(throws: SealedMatchError(.fileFailed, "")) { try JetStreamIntake(options) }
        try JetStreamIntake.setUp(options)
        let identity = try JetStreamIntake(options).identity
        // Again it changes nothing.
        try JetStreamIntake.setUp(options)
        #expect(try JetStreamQueue(options).identity() == identity)
        options.replicas = 1
        let lines = Lines()
        options.report = lines.say
        let found = #expect(throws: SealedMatchError.self) { try JetStreamIntake(options) }
        #expect(found?.code == .damagedStore && found.map { "\($0.reason)".contains("replicas") } == true)
        #expect(lines.all == ["the stream \(options.name)_vouchers: num_replicas is 3, and 1 is asked for"])
        options.replicas = 3
        options.maximumBytes = 1 << 20
        #expect(throws: SealedMatchError(.damagedStore, "")) { try JetStreamQueue(options) }
        options.maximumBytes = nil
        // Somebody changes how long messages live.
        let changed =
            #"{"name":"\#(options.name)_vouchers","subjects":["\#(options.name).v.>"],"retention":"workqueue","#
            + #""storage":"file","discard":"new","num_replicas":3,"max_msg_size":1048576,"max_age":3600000000000,"#
            + #""metadata":{"sealedmatch-version":"1","sealedmatch-identity":"\#(text(identity))"}}"#
        #expect(try !cluster.request("STREAM.UPDATE.\(options.name)_vouchers", changed).contains("\"error\""))
        let old = #expect(throws: SealedMatchError.self) { try JetStreamIntake(options) }
        #expect(old?.code == .damagedStore && old.map { "\($0.reason)".contains("max_age") } == true)
        // A stream of another deployment, of a newer version, and of nobody we know.
        for (metadata, code) in [
            (
                #""sealedmatch-version":"1","sealedmatch-identity":"\#(String(repeating: "ab", count: 32))""#,
                .damagedStore
            ),
            (#""sealedmatch-version":"2","sealedmatch-identity":"\#(text(identity))""#, .invalidMagic),
            (#""owner":"somebody""#, .invalidMagic),
        ] as [(String, SealedMatchError.Code)] {
            let body = changed.replacing(#""max_age":3600000000000"#, with: #""max_age":0"#)
                .replacing(#/"metadata":\{.*\}\}/#, with: "\"metadata\":{\(metadata)}}")
            #expect(try !cluster.request("STREAM.UPDATE.\(options.name)_vouchers", body).contains("\"error\""))
            #expect(throws: SealedMatchError(code, "")) { try JetStreamIntake(options) }
            #expect(throws: SealedMatchError(code, "")) { try JetStreamIntake.setUp(options) }
        }
    }

    private func text(_ identity: StoreIdentity) -> String {
        identity.bytes.map { String(format: "%02x", $0) }.joined()
    }

    /// One of the two streams is gone: what is left is not taken for a new deployment.
    @Test(arguments: ["vouchers", "registrations"]) func aStreamIsGone(which: String) async throws {
        let cluster = try Shared.cluster.get()
        var vouchers = try OpenableVouchers(seed: 1)
        let deployment = try await Deployment(on: cluster)
        _ = try await deployment.store(1, &vouchers)
        #expect(
            try cluster.request("STREAM.DELETE.\(deployment.options.name)_\(which)").contains("\"success\":true"))
        #expect(throws: SealedMatchError(.damagedStore, "")) { try JetStreamIntake(deployment.options) }
        #expect(throws: SealedMatchError(.damagedStore, "")) { try JetStreamIntake.setUp(deployment.options) }
    }

    /// A set-up that was cut off between the streams is finished by the next one.
    @Test func aSetUpThatWasCutOff() throws {
        let cluster = try Shared.cluster.get()
        let options = cluster.options()
        try JetStreamIntake.setUp(options)
        let identity = try JetStreamIntake(options).identity
        _ = try cluster.request("STREAM.DELETE.\(options.name)_registrations")
        try JetStreamIntake.setUp(options)
        #expect(try JetStreamIntake(options).identity == identity)
    }

    @Test func aFullStream() async throws {
        var vouchers = try OpenableVouchers(seed: 1)
        let deployment = try await Deployment(on: Shared.cluster.get()) { $0.maximumBytes = 200_000 }
        var acknowledged = 0
        await #expect(throws: SealedMatchError(.fileFailed, "")) {
            for _ in 0..<100 { acknowledged += try await deployment.store(5, &vouchers).count }
        }
        #expect(acknowledged > 0 && acknowledged < 500)
        #expect(throws: SealedMatchError(.fileFailed, "")) { try deployment.intake.check() }
        let store = MemoryOpenings()
        let service = deployment.service(deployment.queue, store, [try vouchers.matching()])
        _ = try service.open(acknowledged)
        #expect(try openedIDs(store).count == acknowledged)
        // There is room again.
        try await eventually("it takes vouchers again") {
            (try? await deployment.store(1, &vouchers)) != nil
        }
    }

    /// More waits than may: the call fails at once, the others do not. Each voucher is a frame, so that some wait.
    /// Servers can be quicker than the calls come: then there are more calls.
    @Test func tooMuchWaits() async throws {
        let deployment = try await Deployment(on: Shared.cluster.get()) {
            $0.waitingBytes = 30_000
            $0.framesInFlight = 1
            $0.frameBytes = 1_024
        }
        var vouchers = try OpenableVouchers(seed: 1)
        let (intake, account) = (deployment.intake, deployment.registration.account)
        var (calls, stored) = (0, 0)
        while calls < 400, stored == 0 || stored == calls {
            let batches = try (0..<40).map { _ in [try vouchers.voucher(deployment.name)] }
            calls += batches.count
            stored += await withTaskGroup(of: Bool.self) { group in
                for batch in batches {
                    group.addTask {
                        do throws(SealedMatchError) {
                            return try await intake.store(all: batch, authenticatedAs: account) == [.success(.stored)]
                        } catch {
                            #expect(error.code == .fileFailed)
                            return false
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        #expect(stored > 0 && stored < calls)
        let store = MemoryOpenings()
        _ = try deployment.service(deployment.queue, store, [try vouchers.matching()]).open(stored)
        #expect(try openedIDs(store).count == stored)
    }

    @Test func afterTheEnd() async throws {
        let deployment = try await Deployment(on: Shared.cluster.get())
        deployment.intake.close()
        deployment.queue.close()
        let registration = deployment.registration
        await #expect(throws: SealedMatchError(.interrupted, "")) {
            try await deployment.intake.register(registration, authenticatedAs: registration.account)
        }
        #expect(throws: SealedMatchError(.interrupted, "")) {
            try deployment.queue.lease(.new, limit: 1, waiting: 60)
        }
    }
}
