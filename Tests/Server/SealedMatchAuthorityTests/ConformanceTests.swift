import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import SealedMatchTesting
import Testing

/// Every implementation of a seam against the seam's contract.
@Suite struct ConformanceTests {
    let scratch = TemporaryDirectory()
    let names = Names()

    /// Names of files, each once; which file a store has.
    final class Names {
        private var count = 0
        var paths: [ObjectIdentifier: String] = [:]

        func next(in directory: String) -> String {
            count += 1
            return "\(directory)/\(count).sqlite"
        }
    }

    private func collector(_ policy: CollectorPolicy = CollectorPolicy()) throws -> CollectorStore {
        let path = names.next(in: scratch.path)
        let store = try CollectorStore(path: path, policy: policy, creation: .always)
        names.paths[ObjectIdentifier(store)] = path
        kept.append(store)
        return store
    }

    // Stores live as long as the test, so that an object's address names one store.
    private final class Kept { var stores: [AnyObject] = [] }
    private let held = Kept()
    private var kept: [AnyObject] {
        get { held.stores }
        nonmutating set { held.stores = newValue }
    }

    @Test func collectorInSQLite() async throws {
        let again = { (store: CollectorStore) in
            try CollectorStore(path: try #require(names.paths[ObjectIdentifier(store)]), policy: store.policy)
        }
        try await IntakeConformance.run(make: collector, reopen: again)
        try await SourceConformance.run(
            make: {
                let store = try collector()
                return FilledSource(intake: store, source: store)
            }, reopen: again)
        try await ResolverConformance.run(
            make: {
                let store = try collector()
                return FilledResolver(intake: store, resolver: store)
            }, reopen: again)
        try await NoticeConformance.run(make: { try collector() }, reopen: again)
    }

    @Test func collectorInMemory() async throws {
        try await IntakeConformance.run(make: { try MemoryCollector(policy: $0) }, reopen: { $0 })
        try await SourceConformance.run(
            make: {
                let store = try MemoryCollector()
                return FilledSource(intake: store, source: store)
            }, reopen: { $0 })
        try await ResolverConformance.run(
            make: {
                let store = try MemoryCollector()
                return FilledResolver(intake: store, resolver: store)
            }, reopen: { $0 })
    }

    @Test func openingsInSQLite() async throws {
        let make = {
            let path = names.next(in: scratch.path)
            let store = try AuthorityStore(path: path, creation: .always)
            names.paths[ObjectIdentifier(store)] = path
            kept.append(store)
            return store
        }
        func reopen(_ store: AuthorityStore) throws -> AuthorityStore {
            try AuthorityStore(path: try #require(names.paths[ObjectIdentifier(store)]))
        }
        try await OpeningsConformance.run(make: make, reopen: reopen)
        try MovingConformance.run(make: make, reopen: reopen)
        try LeasesConformance.run(make: make)
    }

    @Test func openingsInMemory() async throws {
        try await OpeningsConformance.run(make: { MemoryOpenings() }, reopen: { $0 })
        try MovingConformance.run(make: { MemoryOpenings() }, reopen: { $0 })
        try LeasesConformance.run(make: { MemoryOpenings() })
    }

    @Test func evaluatorInThisProcess() throws {
        var random = SeededRandom(5)
        try EvaluatorConformance.run(LocalEvaluator(try MatchingKey.random(from: &random)))
    }
}
