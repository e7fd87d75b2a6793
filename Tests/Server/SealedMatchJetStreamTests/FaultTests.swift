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
        #expect(throws: SealedMatchError(.damagedStore, "")) { try JetStreamIntake(options) }
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
        #expect(throws: SealedMatchError(.damagedStore, "")) { try JetStreamIntake(options) }
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
