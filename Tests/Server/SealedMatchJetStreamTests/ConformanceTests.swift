import SealedMatchCollector
import SealedMatchJetStream
import SealedMatchTesting
import Testing

/// The intake and the queue in JetStream against the seams' contracts.
@Suite(.serialized) struct ConformanceTests {
    /// Which deployment an object is of. Objects live as long as the test, so that an address names one.
    final class Made {
        var options: [ObjectIdentifier: JetStreamOptions] = [:]
        var objects: [AnyObject] = []
    }

    let made = Made()

    private func keep<Object: AnyObject>(_ object: Object, _ options: JetStreamOptions) -> Object {
        made.objects.append(object)
        made.options[ObjectIdentifier(object)] = options
        return object
    }

    private func intake(_ policy: CollectorPolicy = CollectorPolicy()) throws -> JetStreamIntake {
        let options = try Shared.cluster.get().options()
        try JetStreamIntake.setUp(options)
        return keep(try JetStreamIntake(options, policy: policy), options)
    }

    private func again(_ intake: JetStreamIntake) throws -> JetStreamIntake {
        let options = try #require(made.options[ObjectIdentifier(intake)])
        return keep(try JetStreamIntake(options, policy: intake.policy), options)
    }

    @Test func intake() async throws {
        try await IntakeConformance.run(make: intake, reopen: again, promises: .workQueue)
    }

    @Test func resolver() async throws {
        try await ResolverConformance.run(
            make: {
                let intake = try intake()
                return FilledResolver(intake: intake, resolver: intake)
            }, reopen: again)
    }

    @Test func notices() async throws {
        try await NoticeConformance.run(make: { try intake() }, reopen: again)
    }

    @Test func queue() async throws {
        try await QueueConformance.run(
            make: {
                let intake = try intake()
                let options = try #require(made.options[ObjectIdentifier(intake)])
                return FilledQueue(intake: intake, queue: keep(try JetStreamQueue(options), options))
            },
            reopen: { queue in
                let options = try #require(made.options[ObjectIdentifier(queue)])
                return keep(try JetStreamQueue(options), options)
            })
    }
}
