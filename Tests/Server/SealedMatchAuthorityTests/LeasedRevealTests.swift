import Foundation
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

    /// A round of a store with a damaged account: what was decided, and the rows that were reported.
    private func damagedRound(_ store: AuthorityStore) throws -> (decided: [Pseudonym], damaged: [DamagedRow]) {
        var decided: [Pseudonym] = []
        let run = try RevealService(source: try MemoryCollector(), store: store).revealDue(batch: 2) { decision in
            decided.append(decision.name.pseudonym)
        }
        return (decided, run.damaged)
    }

    /// More damaged rows than a batch has accounts, and fewer.
    @Test(arguments: ["epoch = -1", "pseudonym = x'01' WHERE id = (SELECT MIN(id) FROM account)"])
    func damageEndsNoRound(_ change: String) throws {
        var random = SeededRandom(93)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        let names = (1...5).map { pseudonym($0) }
        for (index, name) in names.enumerated() {
            let owner = try Owner(name, threshold: 3, polynomials: 16, random: &random)
            let matches = try (0..<3).map { _ in try owner.match(&random) }
            try record(matches, from: Int64(10 * index + 1), owner, in: store)
        }
        try edit(scratch.authority, "PRAGMA ignore_check_constraints = ON; UPDATE account SET \(change)")
        let sound = try Set(store.accounts().accounts.map(\.name.pseudonym))
        let first = try damagedRound(store)
        #expect(Set(first.decided) == sound && first.decided.count == sound.count)
        #expect(first.damaged.count == 5 - sound.count && Set(first.damaged.map(\.table)) == [.account])
        // Each round reports it, once.
        let second = try damagedRound(store)
        #expect(second.decided.isEmpty && second.damaged == first.damaged)
    }

    /// What cannot be delivered comes again as soon as its lease has ended; here, at once.
    @Test func whatStaysDueIsTriedOnceARound() throws {
        var random = SeededRandom(94)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        for number in 1...7 as ClosedRange<UInt8> {
            let owner = try Owner(pseudonym(number), threshold: 3, polynomials: 16, random: &random)
            let matches = try (0..<3).map { _ in try owner.match(&random) }
            try record(matches, from: 10 * Int64(number), owner, in: store)
        }
        let service = RevealService(source: try MemoryCollector(), store: store)
        var tried: [Pseudonym] = []
        // Long enough for a decision, and gone when the lease is asked for again.
        let run = try service.revealDue(batch: 2, lease: .milliseconds(500)) { (decision) throws(SealedMatchError) in
            tried.append(decision.name.pseudonym)
            Thread.sleep(forTimeInterval: 0.6)
            throw SealedMatchError(.fileFailed, "the disk is full")
        }
        #expect(Set(tried).count == tried.count && run.undelivered.count == tried.count && tried.count > 2)
        // No lease lasts at all: nobody is tried, and the round ends.
        #expect(try service.revealDue(batch: 2, lease: .zero) { _ in }.decided == 0)
    }

    @Test func aListingServesManyLeases() throws {
        let form = FormCount(
            form: OpeningForm(threshold: 3, polynomials: 16), vouchers: 3, openings: 3, tried: 0)
        let accounts = (0..<100 as Range<UInt8>).map {
            AccountState(
                name: AccountEpoch(pseudonym: pseudonym($0), epoch: 7), forms: [form], quarantined: 0, commitment: nil,
                isRevealed: false)
        }
        let table = LeaseTable()
        var decided: Set<AccountEpoch> = []
        var listings = 0
        for _ in 0..<8 {
            let lease = try table.lease(16, for: .seconds(60)) {
                listings += 1
                return AccountList(accounts: accounts.filter { !decided.contains($0.name) }, damaged: [])
            }
            for account in lease.accounts {
                #expect(decided.insert(account.name).inserted)
                table.finish(account.name, of: lease, isListed: false)
            }
        }
        // Six full batches, and twice less: a round.
        #expect(decided.count == 100 && listings == 3)
    }
}
