import Foundation
import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import SealedMatchTesting
import Testing

/// What an authority does when the source of its vouchers is not what it was.
@Suite struct SourceTests {
    let scratch = TemporaryDirectory()

    private static let nothingNew: OpeningProgress = {
        var progress = OpeningProgress()
        progress.isComplete = true
        return progress
    }()

    private func fill(_ collector: CollectorStore, _ set: TinySet, _ count: Int, _ random: inout SeededRandom) throws {
        var sender = try Sender(account(1), random: &random)
        _ = try? collector.register(sender.registration, authenticatedAs: sender.name)
        var vouchers: [[UInt8]] = []
        for index in 0..<count { vouchers.append(try sender.seal(set, member: index, random: &random).encoded) }
        for outcome in try collector.store(all: vouchers, authenticatedAs: sender.name) { _ = try outcome.get() }
    }

    private func copy(_ from: String, _ to: String) throws {
        try? FileManager.default.removeItem(atPath: to)
        for beside in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: to + beside) }
        try edit(from, "PRAGMA user_version = 0")
        try FileManager.default.copyItem(atPath: from, toPath: to)
    }

    @Test func aFileMadeAnewIsReadFromItsStart() throws {
        var random = SeededRandom(111)
        let set = try TinySet(in: scratch, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        let opener = VoucherOpener([set.matching])
        for name in ["one", "two"] {
            let collector = try CollectorStore(path: scratch.path + "/\(name).sqlite", creation: .always)
            try fill(collector, set, 6, &random)
            let service = OpeningService(source: collector, store: store, opener: opener)
            #expect(try service.openPending()?.vouchers == 6)
            #expect(try service.openPending()?.vouchers == 0)
        }
        #expect(try store.accounts().accounts.map(\.vouchers) == [12])
    }

    @Test func aBackupIsNoticed() throws {
        var random = SeededRandom(112)
        let set = try TinySet(in: scratch, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        let backup = scratch.path + "/backup.sqlite"
        let opener = VoucherOpener([set.matching])
        func open(fromStart: Bool = false) throws -> OpeningProgress? {
            let collector = try CollectorStore(path: scratch.collector)
            return try OpeningService(source: collector, store: store, opener: opener).openPending(
                batch: 2, fromStart: fromStart)
        }
        func vouchers() throws -> [Pseudonym: Int] {
            let accounts = try store.accounts().accounts
            return Dictionary(uniqueKeysWithValues: accounts.map { ($0.name.pseudonym, $0.vouchers) })
        }
        do {
            let collector = try CollectorStore(path: scratch.collector, creation: .always)
            try fill(collector, set, 3, &random)
        }
        try copy(scratch.collector, backup)
        do {
            let collector = try CollectorStore(path: scratch.collector)
            var sender = try Sender(account(2), random: &random)
            _ = try collector.register(sender.registration, authenticatedAs: sender.name)
            for index in 0..<2 {
                _ = try collector.store(
                    sender.seal(set, member: index, random: &random).encoded, authenticatedAs: sender.name)
            }
        }
        #expect(try open()?.vouchers == 5)
        #expect(try vouchers() == [pseudonym(1): 3, pseudonym(2): 2])
        // Restored: less than was read. Nothing is skipped silently; read anew when an operator says so.
        try copy(backup, scratch.collector)
        #expect(code { _ = try open() } == .damagedStore)
        #expect(try open(fromStart: true)?.vouchers == 3)
        #expect(try open()?.vouchers == 0)
        // Restored, and used again up to where reading had stopped: other vouchers at the same places.
        do {
            let collector = try CollectorStore(path: scratch.collector)
            var sender = try Sender(account(3), random: &random)
            _ = try collector.register(sender.registration, authenticatedAs: sender.name)
            _ = try collector.store(
                sender.seal(set, member: 7, random: &random).encoded, authenticatedAs: sender.name)
        }
        #expect(try open()?.vouchers == 1)
        try copy(backup, scratch.collector)
        do {
            let collector = try CollectorStore(path: scratch.collector)
            var sender = try Sender(account(4), random: &random)
            _ = try collector.register(sender.registration, authenticatedAs: sender.name)
            _ = try collector.store(
                sender.seal(set, member: 8, random: &random).encoded, authenticatedAs: sender.name)
        }
        let again = try #require(try open())
        #expect(again.isReadAgain && again.vouchers == 4)
        #expect(try vouchers() == [pseudonym(1): 3, pseudonym(2): 2, pseudonym(3): 1, pseudonym(4): 1])
    }

    enum Forgetting: CaseIterable { case nothing, erasure, expiry, pruning, erasureOfAll }

    private func send(_ collector: CollectorStore, _ sender: borrowing Sender, _ voucher: SealedVoucher) throws {
        _ = try collector.register(sender.registration, authenticatedAs: sender.name)
        _ = try collector.store(voucher.encoded, authenticatedAs: sender.name)
    }

    private func send(
        _ collector: CollectorStore, _ name: UInt8, epoch: UInt32 = 7, _ set: TinySet, _ random: inout SeededRandom
    ) throws {
        var sender = try Sender(account(name), epoch: epoch, random: &random)
        try send(collector, sender, sender.seal(set, member: Int(name), random: &random))
    }

    /// An older copy of the collector's file that was used again is noticed, whatever was forgotten at the places where
    /// reading had stopped.
    @Test(arguments: Forgetting.allCases, [false, true])
    func aBackupIsNoticedWhateverWasForgotten(_ forgetting: Forgetting, isOlderVersion: Bool) throws {
        var random = SeededRandom(118)
        let set = try TinySet(in: scratch, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        let backup = scratch.path + "/backup.sqlite"
        func open(prune: Bool = false) throws -> OpeningProgress? {
            let collector = try CollectorStore(path: scratch.collector)
            return try OpeningService(source: collector, store: store, opener: VoucherOpener([set.matching]))
                .openPending(batch: 2, prune: prune)
        }
        do {
            let collector = try CollectorStore(path: scratch.collector, creation: .always)
            try fill(collector, set, 3, &random)
        }
        try copy(scratch.collector, backup)
        do { try send(CollectorStore(path: scratch.collector), 2, set, &random) }
        // As a file that an older version wrote.
        if isOlderVersion { for path in [scratch.collector, backup] { try edit(path, "DELETE FROM run") } }
        #expect(try open()?.vouchers == 4)
        try copy(backup, scratch.collector)
        do {
            let collector = try CollectorStore(path: scratch.collector)
            try send(collector, 3, epoch: 5, set, &random)
            switch forgetting {
            case .nothing: break
            case .erasure: #expect(try collector.erase(account(3)).count == 1)
            case .expiry: #expect(try collector.expire(before: 6).vouchers == 1)
            case .pruning: #expect(try collector.acknowledge([4]) == 1)
            case .erasureOfAll:
                #expect(try collector.erase(account(3)).count == 1)
                #expect(try collector.erase(account(1)).count == 1)
            }
        }
        let again = try #require(try open())
        let left = [Forgetting.nothing: 4, .erasureOfAll: 0][forgetting] ?? 3
        #expect(again.isReadAgain && again.vouchers == left)
        // Once, and new ones follow.
        #expect(try open()?.isReadAgain == false)
        do { try send(CollectorStore(path: scratch.collector), 4, set, &random) }
        let next = try #require(try open(prune: true))
        #expect(!next.isReadAgain && next.vouchers == 1)
    }

    /// Counts of what was opened are counts of work: a second reading is work, as custodians count it.
    @Test func aSecondReadingIsWork() throws {
        var random = SeededRandom(120)
        let set = try TinySet(in: scratch, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        let collector = try CollectorStore(path: scratch.collector, creation: .always)
        try fill(collector, set, 3, &random)
        let service = OpeningService(source: collector, store: store, opener: VoucherOpener([set.matching]))
        for _ in 0..<2 { _ = try service.openPending() }
        #expect(try store.opened().map(\.vouchers) == [3])
        let accounts = try store.accounts().accounts
        #expect(try service.openPending(fromStart: true)?.vouchers == 3)
        #expect(try store.opened().map(\.vouchers) == [6])
        #expect(try store.accounts().accounts == accounts)
    }

    /// What is forgotten honestly does not make anybody read again.
    @Test func forgettingIsNoOtherSource() throws {
        var random = SeededRandom(119)
        let set = try TinySet(in: scratch, random: &random)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        func open(prune: Bool = false) throws -> OpeningProgress? {
            let collector = try CollectorStore(path: scratch.collector)
            return try OpeningService(source: collector, store: store, opener: VoucherOpener([set.matching]))
                .openPending(batch: 2, prune: prune)
        }
        do {
            let collector = try CollectorStore(path: scratch.collector, creation: .always)
            try fill(collector, set, 3, &random)
            try send(collector, 2, epoch: 5, set, &random)
        }
        #expect(try open()?.vouchers == 4)
        #expect(try CollectorStore(path: scratch.collector).expire(before: 6).vouchers == 1)
        #expect(try open() == Self.nothingNew)
        do { try send(CollectorStore(path: scratch.collector), 3, set, &random) }
        #expect(try open(prune: true)?.vouchers == 1)
        #expect(try open() == Self.nothingNew)
        #expect(try CollectorStore(path: scratch.collector).erase(account(3)).count == 1)
        #expect(try open() == Self.nothingNew)
        #expect(try CollectorStore(path: scratch.collector).erase(account(1)).count == 1)
        #expect(try open() == Self.nothingNew)
        // A file of an older version says nothing of what is gone: it is read again, once.
        do { try send(CollectorStore(path: scratch.collector), 4, set, &random) }
        try edit(scratch.collector, "DELETE FROM run")
        #expect(try open()?.vouchers == 1)
        #expect(try open()?.isReadAgain == false)
        #expect(try CollectorStore(path: scratch.collector).erase(account(4)).count == 1)
        #expect(try open()?.isReadAgain == true)
        #expect(try open()?.isReadAgain == false)
    }

    /// An authority's file that was restored from an older copy lacks what the collector has forgotten since.
    @Test func whatWasForgottenAndNeverReadIsNoticed() throws {
        var random = SeededRandom(115)
        let set = try TinySet(in: scratch, random: &random)
        let opener = VoucherOpener([set.matching])
        let collector = try CollectorStore(path: scratch.collector, creation: .always)
        func open(
            _ path: String, prune: Bool = false, fromStart: Bool = false, acceptingLoss: Bool = false
        ) throws -> OpeningProgress? {
            let store = try AuthorityStore(path: path, creation: .ifMissing)
            return try OpeningService(source: collector, store: store, opener: opener).openPending(
                batch: 2, prune: prune, fromStart: fromStart, acceptingLoss: acceptingLoss)
        }
        let older = scratch.path + "/older.sqlite"
        try fill(collector, set, 3, &random)
        #expect(try open(scratch.authority, prune: true)?.pruned == 3)
        try copy(scratch.authority, older)
        // Nothing was forgotten since: the copy is as good.
        #expect(try open(older)?.vouchers == 0)
        #expect(try open(older, fromStart: true)?.vouchers == 0)
        var sender = try Sender(account(2), random: &random)
        _ = try collector.register(sender.registration, authenticatedAs: sender.name)
        func send(_ count: Int) throws {
            for index in 0..<count {
                _ = try collector.store(
                    sender.seal(set, member: index, random: &random).encoded, authenticatedAs: sender.name)
            }
        }
        try send(2)
        #expect(try open(scratch.authority, prune: true)?.pruned == 2)
        try send(1)
        for fromStart in [false, true] {
            #expect(code { _ = try open(older, fromStart: fromStart) } == .lostVouchers)
            // A file made anew never read any of the five.
            #expect(code { _ = try open(scratch.path + "/new.sqlite", fromStart: fromStart) } == .lostVouchers)
        }
        let progress = try open(older, acceptingLoss: true)
        #expect(progress?.lost == 2 && progress?.vouchers == 1 && progress?.isComplete == true)
        #expect(try open(older)?.lost == 0)
        #expect(try open(scratch.authority)?.vouchers == 1)
        // Also where nothing else came: what was accepted once is not asked for again.
        let other = scratch.path + "/other.sqlite"
        try copy(scratch.authority, other)
        try send(3)
        #expect(try open(scratch.authority, prune: true)?.pruned == 3)
        for path in [other, scratch.path + "/new.sqlite"] {
            #expect(code { _ = try open(path) } == .lostVouchers)
            #expect((try open(path, acceptingLoss: true)?.lost ?? 0) >= 3)
            #expect(try open(path)?.lost == 0)
        }
    }

    /// What is beyond the caps is kept as it came when the collector forgets it, and opens again.
    @Test func pruningLosesNothingBeyondTheCaps() throws {
        var random = SeededRandom(117)
        let set = try TinySet(in: scratch, random: &random)
        let opener = VoucherOpener([set.matching])
        let collector = try CollectorStore(path: scratch.collector, creation: .always)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        try fill(collector, set, 3, &random)
        let sent = try collector.vouchers(after: 0, limit: 9).vouchers
        // The account is at both caps already: openings of one voucher after another, of random bytes.
        let header = sent[0].voucher.header
        for page in 0..<(OpeningCaps.counted + OpeningCaps.quarantined) / 512 {
            let openings = try (0..<512).map { _ in
                let other = VoucherHeader(
                    parameters: set.blinded.header.parameters, number: 0, epoch: header.epoch,
                    voucherID: try VoucherID.random(from: &random), pseudonym: header.pseudonym, setRoot: set.root)
                return try Opening(
                    header: other, slot: 0, key: random.bytes32(), body: random.bytes(other.bodyCount))
            }
            try store.record(openings, from: Int64(1_000 + 512 * page))
        }
        let service = OpeningService(source: collector, store: store, opener: opener)
        let progress = try #require(try service.openPending(prune: true))
        #expect(progress.openings >= 3 && progress.unkept == 3 && progress.pruned == 3)
        #expect(try collector.vouchers(after: 0, limit: 9).vouchers.isEmpty)
        let kept = try AuthorityStore(path: scratch.authority).sealed(of: collector.identity(), after: 0, limit: 9)
        #expect(kept == sent)
        #expect(try opener.open(kept.map(\.voucher)).allSatisfy { !$0.openings.isEmpty })
    }

    /// The commitment comes with the first opening: a reveal does not depend on what the collector forgets later.
    @Test func aRevealOutlivesItsRegistration() throws {
        var random = SeededRandom(116)
        let set = try TinySet(in: scratch, random: &random)
        let collector = try CollectorStore(path: scratch.collector, creation: .always)
        let store = try AuthorityStore(path: scratch.authority, creation: .always)
        try fill(collector, set, 6, &random)
        let opening = OpeningService(source: collector, store: store, opener: VoucherOpener([set.matching]))
        #expect(try opening.openPending()?.vouchers == 6)
        let epoch = try #require(store.accounts().accounts.first).name.epoch
        #expect(try collector.expire(before: epoch + 1) == ExpiredCounts(registrations: 1, vouchers: 6))
        // The first time, and again once it is revealed.
        for _ in 0..<2 {
            let decisions = try RevealService(source: collector, store: store).revealReady().decisions
            #expect(try decisions.map { try $0.result.get().reveal.matches.count } == [6])
        }
    }

    @Test func twoOpenersDoTheWorkOnce() throws {
        var random = SeededRandom(113)
        let set = try TinySet(in: scratch, random: &random)
        let collector = try CollectorStore(path: scratch.collector, creation: .always)
        try fill(collector, set, 6, &random)
        let (one, two) = (
            try AuthorityStore(path: scratch.authority, creation: .always), try AuthorityStore(path: scratch.authority)
        )
        let opener = VoucherOpener([set.matching])
        var second: OpeningProgress?
        let first = try OpeningService(source: collector, store: one, opener: opener).openPending(batch: 2) { _ in
            second = try? OpeningService(source: collector, store: two, opener: opener).openPending()
            #expect(second == nil)
            return .proceed
        }
        #expect(first?.vouchers == 6)
        #expect(try OpeningService(source: collector, store: two, opener: opener).openPending()?.vouchers == 0)
    }

    /// Any source will do, and any store.
    @Test func inMemory() throws {
        var random = SeededRandom(114)
        let set = try TinySet(in: scratch, random: &random)
        let (source, store) = (try MemoryCollector(), MemoryOpenings())
        var sender = try Sender(account(1), random: &random)
        _ = try source.register(sender.registration, authenticatedAs: sender.name)
        var vouchers: [[UInt8]] = []
        for index in 0..<6 { vouchers.append(try sender.seal(set, member: index, random: &random).encoded) }
        _ = try source.store(all: vouchers, authenticatedAs: sender.name)
        let service = OpeningService(source: source, store: store, opener: VoucherOpener([set.matching]))
        #expect(try service.openPending(batch: 4, prune: true)?.pruned == 6)
        let decisions = try RevealService(source: source, store: store).revealReady().decisions
        #expect(try decisions.map { try $0.result.get().reveal.matches.count } == [6])
    }
}
