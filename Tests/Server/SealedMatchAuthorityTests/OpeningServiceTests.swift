import SealedMatchAuthority
import SealedMatchCollector
import Foundation
import SealedMatchOpenings
import SealedMatchCases
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// From sealed vouchers to a reveal, over both stores.
@Suite struct OpeningServiceTests {
    let scratch = TemporaryDirectory()

    private func send(_ vouchers: [SealedVoucher], to collector: CollectorStore) throws {
        // The byte of a pseudonym here is the complement of its account's.
        guard let byte = vouchers.first?.header.pseudonym.encoded[0] else { return }
        for outcome in try collector.store(all: vouchers.map(\.encoded), authenticatedAs: account(~byte)) {
            #expect(try outcome.get() == .stored)
        }
    }

    @Test func revealsExactlyTheAccountsAboveTheThreshold() throws {
        var random = SeededRandom(91)
        // A slot opens by chance with probability 1/8, so about 48 of an account's twelve vouchers do.
        let set = try TinySet(in: scratch, level: 8, random: &random)
        let opener = VoucherOpener([set.matching])
        let collector = try CollectorStore(path: scratch.collector, creation: .ifMissing)
        // From no match to one in each voucher; k(R − t) ≥ e decides.
        var plans: [UInt8: (matches: Int, byChance: Int)] = [:]
        for (index, matches) in [0, 4, 5, 7, 8, 9, 12].enumerated() {
            let name = UInt8(index + 1)
            var sender = try Sender(account(name), random: &random)
            _ = try collector.register(sender.registration, authenticatedAs: sender.name)
            var vouchers: [SealedVoucher] = []
            for index in 0..<12 {
                vouchers.append(
                    try sender.seal(
                        set, member: index < matches ? index : nil, payload: payload(name, note: [UInt8(index)]),
                        random: &random))
            }
            try send(vouchers, to: collector)
            plans[name] = (matches, try opener.open(vouchers).reduce(0) { $0 + $1.openings.count } - matches)
        }
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        let service = OpeningService(source: collector, store: store, opener: opener)
        let progress = try #require(try service.openPending(batch: 16, prune: true))
        #expect(progress.isComplete && progress.vouchers == 84)
        #expect(progress.openings == plans.values.reduce(0) { $0 + $1.matches + $1.byChance })
        let decisions = try service.reveals.revealReady(force: true).decisions
        var revealed: [Pseudonym: Reveal] = [:]
        var refused: [Pseudonym: SealedMatchError.Code] = [:]
        for decision in decisions {
            switch decision.result {
            case .success(let result): revealed[decision.name.pseudonym] = result.reveal
            case .failure(let error): refused[decision.name.pseudonym] = error.code
            }
        }
        let above = plans.filter { $1.matches >= 5 && 16 * ($1.matches - 5) >= $1.byChance }
        #expect(above.keys.contains(7) && !above.keys.contains(3) && above.count < 5)
        #expect(Set(revealed.keys) == Set(above.keys.map(pseudonym)))
        #expect(refused.count == 7 - above.count && refused.values.allSatisfy { $0 == .notDecodable })
        for (name, plan) in above {
            let matches = try #require(revealed[pseudonym(name)]).matches
            #expect(matches.count == plan.matches)
            #expect(Set(matches.map(\.payload.note)) == Set((0..<plan.matches).map { [UInt8($0)] }))
            #expect(matches.allSatisfy { $0.setRoot == set.root })
        }
        #expect(progress.pruned == 84)
        #expect(try collector.vouchers(after: 0, limit: 100).vouchers.isEmpty)
        #expect(try service.openPending()?.vouchers == 0)
        // Revealed accounts are listed again, so that a lost case file is written again; nobody else is.
        #expect(
            try Set(service.reveals.revealReady().decisions.map(\.name.pseudonym)) == Set(above.keys.map(pseudonym)))
    }

    /// A video of several listed pictures opens as many slots, and counts once: in the store, for the threshold, and
    /// among the matches.
    @Test func aVideoThatOpensSeveralSlotsCountsOnce() throws {
        var random = SeededRandom(96)
        let set = try TinySet(in: scratch, level: 16, random: &random)
        let collector = try CollectorStore(path: scratch.collector, creation: .ifMissing)
        // One below the threshold of five, though it opens 16 slots besides those by chance; and one above it, for the
        // about ten that open by chance (k = 16).
        for (name, videos) in [(1, 4), (2, 6)] {
            var sender = try Sender(account(UInt8(name)), random: &random)
            _ = try collector.register(sender.registration, authenticatedAs: sender.name)
            var vouchers: [SealedVoucher] = []
            for video in 0..<videos {
                vouchers.append(
                    try sender.seal(
                        set, others: 4 * video..<4 * video + 4, payload: payload(UInt8(name), note: [UInt8(video)]),
                        random: &random))
            }
            try send(vouchers, to: collector)
        }
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        let service = OpeningService(source: collector, store: store, opener: VoucherOpener([set.matching]))
        let progress = try #require(try service.openPending(batch: 4))
        #expect(progress.isComplete && progress.vouchers == 10 && progress.openings > 10 * 4)
        let decisions = try service.reveals.revealReady(force: true).decisions
        #expect(decisions.map(\.name.pseudonym) == [pseudonym(1), pseudonym(2)])
        #expect(code { _ = try decisions[0].result.get() } == .notDecodable)
        #expect(try store.accounts().accounts.map(\.vouchers).sorted() == [4, 6])
        let matches = try decisions[1].result.get().reveal.matches
        let notes: [UInt8] = matches.flatMap(\.payload.note)
        #expect(notes.sorted() == [0, 1, 2, 3, 4, 5])
    }

    /// Two sets, two matching keys, one epoch: shares depend on account and epoch alone.
    @Test func setsCountJointlyAndVouchersWaitForTheirKey() throws {
        var random = SeededRandom(92)
        let old = try TinySet(in: scratch, version: 1, random: &random)
        let new = try TinySet(in: scratch, version: 2, random: &random)
        let collector = try CollectorStore(path: scratch.collector, creation: .ifMissing)
        var sender = try Sender(account(1), random: &random)
        _ = try collector.register(sender.registration, authenticatedAs: sender.name)
        var vouchers: [SealedVoucher] = []
        for index in 0..<3 { vouchers.append(try sender.seal(old, member: index, random: &random)) }
        for index in 0..<3 { vouchers.append(try sender.seal(new, member: index, random: &random)) }
        try send(vouchers, to: collector)
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        let first = OpeningService(source: collector, store: store, opener: VoucherOpener([old.matching]))
        let progress = try #require(try first.openPending())
        #expect(progress.waiting == 3 && progress.vouchers == 6)
        #expect(try store.accounts().accounts.map(\.vouchers) == [3])
        #expect(try first.reveals.revealReady(force: true).decisions.map(\.result.code) == [.belowThreshold])
        #expect(try store.waitingCount() == 3)
        let second = OpeningService(
            source: collector, store: store, opener: VoucherOpener([old.matching, new.matching]))
        #expect(try second.openPending()?.vouchers == 3)
        #expect(try store.waitingCount() == 0)
        #expect(try store.accounts().accounts.map(\.vouchers) == [6])
        let reveal = try #require(try second.reveals.revealReady().decisions.first).result.get().reveal
        #expect(reveal.matches.count == 6)
        #expect(Set(reveal.matches.map(\.setRoot)) == [old.root, new.root])
        let comparison = try CaseComparison(lists: [], sets: [old.blinded.header, new.blinded.header])
        #expect(try CaseFile(reveal, by: comparison).setRoots.count == 2)
    }

    @Test func stoppedAndRestartedItLosesAndRepeatsNothing() throws {
        var random = SeededRandom(93)
        let set = try TinySet(in: scratch, random: &random)
        let collector = try CollectorStore(path: scratch.collector, creation: .ifMissing)
        var sender = try Sender(account(1), random: &random)
        _ = try collector.register(sender.registration, authenticatedAs: sender.name)
        let opener = VoucherOpener([set.matching])
        var vouchers: [SealedVoucher] = []
        for index in 0..<30 { vouchers.append(try sender.seal(set, member: index < 8 ? index : nil, random: &random)) }
        try send(vouchers, to: collector)
        var batches = 0
        while true {
            // A new process each time
            let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
            let service = OpeningService(source: collector, store: store, opener: VoucherOpener([set.matching]))
            let progress = try #require(try service.openPending(batch: 7) { _ in .stop })
            if progress.isComplete { break }
            batches += 1
            #expect(try store.cursor(in: collector.identity())?.position == Int64(min(30, 7 * batches)))
        }
        #expect(batches == 5)
        // A crash after the work and before its transaction: the page comes again, and nothing is counted twice.
        let store = try AuthorityStore(path: scratch.authority, creation: .ifMissing)
        let page = try collector.vouchers(after: 0, limit: 10)
        let opened = zip(page.vouchers, try opener.open(page.vouchers.map(\.voucher))).map {
            PositionedVoucher(position: $0.position, voucher: $1)
        }
        _ = try store.record(opened, of: collector.identity(), cursor: nil)
        let expected = try opener.open(vouchers).map(\.openings.count)
        #expect(try store.accounts().accounts.map(\.openings) == [expected.reduce(0, +)])
        #expect(try store.accounts().accounts.map(\.vouchers) == [expected.count { $0 > 0 }])
        let service = OpeningService(source: collector, store: store, opener: opener)
        #expect(try service.reveals.revealReady().decisions.first?.result.get().reveal.matches.count == 8)
    }

    @Test func damagedVouchersAreReportedAndPassed() throws {
        var random = SeededRandom(94)
        let set = try TinySet(in: scratch, random: &random)
        let collector = try CollectorStore(path: scratch.collector, creation: .ifMissing)
        var sender = try Sender(account(1), random: &random)
        _ = try collector.register(sender.registration, authenticatedAs: sender.name)
        var vouchers: [SealedVoucher] = []
        for index in 0..<9 { vouchers.append(try sender.seal(set, member: index, random: &random)) }
        try send(vouchers, to: collector)
        try edit(scratch.collector, "UPDATE voucher SET bytes = substr(bytes, 1, 99) WHERE sequence IN (1, 5, 8)")
        let service = OpeningService(
            source: collector, store: try AuthorityStore(path: scratch.authority, creation: .ifMissing),
            opener: VoucherOpener([set.matching]))
        let progress = try #require(try service.openPending(batch: 2))
        #expect(progress.isComplete && progress.vouchers == 6 && progress.openings >= 6)
        #expect(progress.damaged.map(\.row) == [1, 5, 8])
        #expect(try service.reveals.revealReady().decisions.first?.result.get().reveal.matches.count == 6)
    }
}

extension OpeningService {
    /// The decisions on what this service opened.
    fileprivate var reveals: RevealService<Source, Store> { RevealService(source: source, store: store) }
}
