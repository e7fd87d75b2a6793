import Foundation
import GRDB
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// Names are released against tokens, and every request is counted. What a resolver promises in general is in
/// `ResolverConformance`.
@Suite struct ResolvingTests {
    let scratch = TemporaryDirectory()
    let alice = account(1)
    let token = ResolutionToken(canonical: bytes(8))

    private func registered() throws -> CollectorStore {
        let store = try CollectorStore(path: scratch.database, creation: .ifMissing)
        let name = pseudonym(of: alice)
        var registration = Registration(
            account: alice, epoch: 7, pseudonym: name, commitment: try token.commitment(pseudonym: name, epoch: 7))
        registration.signature = [1, 2, 3]
        _ = try store.register(registration, authenticatedAs: alice)
        return store
    }

    private func request(epoch: UInt32 = 7, _ token: ResolutionToken) -> [UInt8] {
        ResolutionRequest(epoch: epoch, pseudonym: pseudonym(of: alice), token: token).encoded
    }

    @Test func theReleaseHoldsTheRegistrationAsItCame() throws {
        let store = try registered()
        let released = try store.resolve(request(token))
        #expect(released.registration.signature == [1, 2, 3] && released.registration.account == alice)
        #expect(try store.registration(account: alice, epoch: 7) == released.registration)
    }

    /// Whatever is asked, the file has one row for each epoch in which somebody is registered, and one more.
    @Test func refusalsTakeNoRoom() throws {
        let store = try registered()
        var random = SeededRandom(41)
        for epoch in 0..<200 as Range<UInt32> {
            #expect(
                code { _ = try store.resolve(request(epoch: epoch, ResolutionToken(canonical: bytes(9)))) }
                    == (epoch == 7 ? .tokenMismatch : .notRegistered))
            #expect(code { _ = try store.resolve(random.bytes(72)) } == .invalidMagic)
        }
        #expect(
            try store.resolutionCounts() == [
                ResolutionCounts(epoch: nil, refusals: 399), ResolutionCounts(epoch: 7, refusals: 1),
            ])
    }

    @Test func manyAtOnceGetOneNumber() async throws {
        let stores = [try registered(), try CollectorStore(path: scratch.database)]
        let asked = request(token)
        let numbers = await withTaskGroup(of: UInt64?.self) { group in
            for index in 0..<24 { group.addTask { try? stores[index % 2].resolve(asked).number } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers == Array(repeating: 1, count: 24))
        #expect(try stores[0].resolutionCounts() == [ResolutionCounts(epoch: 7, releases: 1, repeats: 23)])
    }

    /// A row that no version wrote releases nothing.
    @Test(arguments: [
        "UPDATE registration SET account = x'01'", "UPDATE registration SET commitment = 'text'",
        "UPDATE registration SET signature = zeroblob(9000)", "UPDATE registration SET released = -1",
        "UPDATE registration SET released = 'one'", "UPDATE registration SET epoch = 7, signature = NULL",
    ])
    func aDamagedRegistrationReleasesNothing(_ change: String) throws {
        let store = try registered()
        try edit(
            scratch.database,
            """
            CREATE TABLE copy AS SELECT * FROM registration;
            DROP TABLE registration;
            ALTER TABLE copy RENAME TO registration;
            \(change);
            """)
        #expect(code { _ = try store.resolve(request(token)) } == .damagedStore)
    }
}
