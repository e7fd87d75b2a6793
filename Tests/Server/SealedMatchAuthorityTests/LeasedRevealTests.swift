import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import SealedMatchTesting
import Testing

/// Reveals by leases, as a service makes them: on SQLite; `LeaseTests` has several revealers on PostgreSQL.
@Suite struct LeasedRevealTests {
    let scratch = TemporaryDirectory()

    private func record(
        _ openings: [Opening], from first: Int64, _ owner: borrowing Owner, registered: Bool = true,
        in store: AuthorityStore
    ) throws {
        let name = AccountEpoch(pseudonym: owner.name, epoch: owner.epoch)
        let page = openings.enumerated().map {
            PositionedVoucher(position: first + Int64($0), voucher: $1.opened(threshold: owner.parameters.threshold))
        }
        _ = try store.record(
            page, of: testSource, cursor: nil, commitments: registered ? [name: owner.commitment] : [:])
    }

    /// A round of a service: how many matches each reveal has, and which errors there are instead.
    private func round(
        _ store: AuthorityStore, proceed: () -> Bool = { true }, failing: Bool = false
    ) throws -> [Result<Int, SealedMatchError>] {
        var found: [Result<Int, SealedMatchError>] = []
        let service = RevealService(source: try MemoryCollector(), store: store)
        let run = try service.revealDue(proceed: proceed) { (decision) throws(SealedMatchError) in
            if failing { throw SealedMatchError(.fileFailed, "the disk is full") }
            found.append(decision.result.map { $0.reveal.matches.count })
        }
        #expect(run.decided == found.count && run.damaged.isEmpty)
        return found + run.undelivered.map { .failure($0) }
    }

    @Test func aRevealIsDeliveredUntilItWasAndAnewWhenAnOpeningComesIn() throws {
        var random = SeededRandom(91)
        let owner = try Owner(pseudonym(1), threshold: 3, polynomials: 16, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        try record([owner.match(&random), owner.match(&random), owner.chance(&random)], from: 1, owner, in: store)
        #expect(try round(store) == [.failure(SealedMatchError(.notDecodable, ""))])
        #expect(try round(store).isEmpty)
        try record([owner.match(&random), owner.match(&random)], from: 20, owner, in: store)
        #expect(code { _ = try round(store, proceed: { false }) } == .interrupted)
        // What could not be delivered stays leased, and is due again when the lease has ended: here, with its process.
        for _ in 0..<2 {
            let store = try AuthorityStore(path: scratch.authority)
            #expect(try round(store, failing: true) == [.failure(SealedMatchError(.fileFailed, ""))])
            #expect(try round(store).isEmpty)
        }
        #expect(try round(store) == [.success(4)])
        #expect(try round(store).isEmpty)
        try record([owner.match(&random)], from: 10, owner, in: store)
        #expect(try round(store) == [.success(5)])
        #expect(try round(store).isEmpty)
        // Another process does not know what was listed, and lists it once.
        let again = try AuthorityStore(path: scratch.authority)
        #expect(try round(again) == [.success(5)])
        #expect(try round(again).isEmpty)
    }

    @Test func whatCannotBeDecidedIsReportedOnceALease() throws {
        var random = SeededRandom(92)
        let owner = try Owner(pseudonym(1), threshold: 3, polynomials: 16, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        let matches = try (0..<3).map { _ in try owner.match(&random) }
        try record(matches, from: 1, owner, registered: false, in: store)
        #expect(try round(store) == [.failure(SealedMatchError(.notRegistered, ""))])
        #expect(try round(store).isEmpty)
        // It stays due: when the lease has ended, it is decided.
        let again = try AuthorityStore(path: scratch.authority)
        try record([owner.match(&random)], from: 9, owner, in: again)
        #expect(try round(again) == [.success(4)])
    }
}
