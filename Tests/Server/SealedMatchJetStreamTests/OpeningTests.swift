import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchJetStream
import SealedMatchProtocol
import SealedMatchTesting
import Testing

/// Openers over the real queue.
@Suite(.serialized) struct OpeningTests {
    var vouchers = try! OpenableVouchers(seed: 1)

    @Test mutating func opensEachOnce() async throws {
        let deployment = try await Deployment(on: Shared.cluster.get())
        let store = MemoryOpenings()
        let sent = try await deployment.store(20, &vouchers)
        // A client that had no answer sends again.
        _ = try await deployment.intake.store(all: sent, authenticatedAs: deployment.registration.account)
        let service = deployment.service(deployment.queue, store, [try vouchers.matching()])
        let progress = try service.open(40)
        #expect(progress.vouchers == 40 && progress.openings == 40)
        #expect(try openedIDs(store).sorted() == sent.map { try $0.voucherID }.sorted())
        #expect(try store.account(deployment.name)?.commitment == deployment.registration.commitment)
        try await eventually("the queue is empty") { try deployment.queue.depth().new == 0 }
        let more = try service.openPending(waiting: 0.1)
        #expect(more.vouchers == 0 && more.isComplete)
    }

    /// The same ID with other bytes: the first that is opened counts.
    @Test mutating func theFirstOfAnIDCounts() async throws {
        let deployment = try await Deployment(on: Shared.cluster.get())
        let store = MemoryOpenings()
        let first = try await deployment.store(1, &vouchers)[0]
        let service = deployment.service(deployment.queue, store, [try vouchers.matching()])
        _ = try service.open(1)
        var other = first
        other[VoucherHeader.encodedCount] ^= 1
        #expect(
            try await deployment.intake.store(all: [other], authenticatedAs: deployment.registration.account)
                == [.success(.stored)])
        #expect(try service.open(1).vouchers == 1)
        let form = try #require(try store.account(deployment.name)?.forms.first)
        let kept = try store.openings(of: deployment.name, form.form).openings
        #expect(kept.count == 1)
        #expect(try kept.first?.opening.body == SealedVoucher(canonical: first).body)
    }

    /// Vouchers of a set whose key is not here wait; whoever has the key opens them.
    @Test mutating func waitsForAKey() async throws {
        let deployment = try await Deployment(on: Shared.cluster.get())
        let store = MemoryOpenings()
        let sent = try await deployment.store(5, &vouchers)
        let keyless = deployment.service(deployment.queue, store, [])
        let waited = try keyless.open(5)
        #expect(waited.waiting == 5 && waited.openings == 0)
        try await eventually("all waits") { try deployment.queue.depth().new == 0 }
        #expect(try deployment.queue.depth().waiting == 1)
        let another = try JetStreamQueue(deployment.options)
        let service = deployment.service(another, store, [try vouchers.matching()])
        try await eventually("what waited is opened") { try service.openPending().vouchers == 5 }
        #expect(try openedIDs(store).sorted() == sent.map { try $0.voucherID }.sorted())
        try await eventually("nothing waits") { try another.depth().waiting == 0 }
    }

    @Test mutating func setsAsideWhatIsDamaged() async throws {
        let deployment = try await Deployment(on: Shared.cluster.get())
        let store = MemoryOpenings()
        try deployment.queue.put([1, 2, 3])
        let sent = try await deployment.store(2, &vouchers)
        try deployment.queue.put(Array("SMF1".utf8) + sent[0].dropLast())
        let service = deployment.service(deployment.queue, store, [try vouchers.matching()])
        let progress = try service.open(4)
        #expect(progress.setAside == 2 && progress.vouchers == 2)
        #expect(
            progress.damaged.map(\.error.code).sorted { $0.rawValue < $1.rawValue } == [.wrongLength, .wrongLength])
        #expect(try openedIDs(store).count == 2)
        try await eventually("they are kept apart") {
            let depth = try deployment.queue.depth()
            return depth.new == 0 && depth.aside == 2
        }
    }

    /// What was leased too often is set aside whole, and can be taken back.
    @Test mutating func setsAsideWhatEndsOpeners() async throws {
        let deployment = try await Deployment(on: Shared.cluster.get()) { $0.deliveries = 2 }
        let store = MemoryOpenings()
        let sent = try await deployment.store(3, &vouchers)
        for _ in 0..<2 {
            let leases = try deployment.queue.lease(.new, limit: 10, waiting: 20)
            #expect(leases.count == 1)
            try deployment.queue.release(leases)
        }
        let service = deployment.service(deployment.queue, store, [try vouchers.matching()])
        let progress = try service.open(1)
        #expect(progress.setAside == 1 && progress.vouchers == 0)
        #expect(try deployment.queue.depth().aside == 1)
        let count = try deployment.queue.takeBack()
        #expect(count == 1)
        #expect(try service.open(3).vouchers == 3)
        #expect(try openedIDs(store).sorted() == sent.map { try $0.voucherID }.sorted())
    }

    /// A queue whose reader ends, or whose account goes, between the store and the acknowledgement.
    private struct Interrupting: VoucherQueue {
        let queue: JetStreamQueue
        let beforeSecondLook: @Sendable () -> SealedMatchError?
        let looks = Counter()

        // The test's one thread looks.
        final class Counter: @unchecked Sendable { var value = 0 }

        var maximumDeliveries: Int { queue.maximumDeliveries }
        func identity() throws(SealedMatchError) -> StoreIdentity { try queue.identity() }
        func lease(
            _ part: VoucherQueuePart, limit: Int, waiting seconds: Double
        ) throws(SealedMatchError) -> [VoucherLease] { try queue.lease(part, limit: limit, waiting: seconds) }
        func acknowledge(_ leases: [VoucherLease]) throws(SealedMatchError) { try queue.acknowledge(leases) }
        // Whoever is killed releases nothing.
        func release(_ leases: [VoucherLease]) throws(SealedMatchError) {}
        func park(_ vouchers: [SealedVoucher]) throws(SealedMatchError) { try queue.park(vouchers) }
        func setAside(_ lease: VoucherLease) throws(SealedMatchError) { try queue.setAside(lease) }
        func commitment(of pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> Commitment? {
            try queue.commitment(of: pseudonym, epoch: epoch)
        }
        func commitments(
            of names: Set<AccountEpoch>
        ) throws(SealedMatchError) -> [AccountEpoch: Commitment] {
            looks.value += 1
            if looks.value == 2, let error = beforeSecondLook() { throw error }
            return try queue.commitments(of: names)
        }
    }

    @Test mutating func anOpenerEndsBeforeItAcknowledges() async throws {
        let deployment = try await Deployment(on: Shared.cluster.get()) { $0.leaseSeconds = 1 }
        let store = MemoryOpenings()
        let sent = try await deployment.store(7, &vouchers)
        let ending = Interrupting(queue: deployment.queue) { SealedMatchError(.interrupted, "killed") }
        let matching = try vouchers.matching()
        #expect(throws: SealedMatchError(.interrupted, "")) {
            try deployment.service(ending, store, [matching]).openPending(waiting: 20)
        }
        #expect(try openedIDs(store).count == 7)
        // Its lease ends by time, and another one opens the same again.
        let again = try deployment.service(JetStreamQueue(deployment.options), store, [try vouchers.matching()])
            .open(7)
        #expect(again.vouchers == 7)
        #expect(try openedIDs(store).sorted() == sent.map { try $0.voucherID }.sorted())
    }

    /// An account is erased while its vouchers are being opened, and its opener is killed or is not.
    @Test(arguments: [false, true]) mutating func anAccountIsErasedInBetween(isKilled: Bool) async throws {
        let deployment = try await Deployment(on: Shared.cluster.get()) { $0.leaseSeconds = 1 }
        let store = MemoryOpenings()
        _ = try await deployment.store(4, &vouchers)
        let (intake, account) = (deployment.intake, deployment.registration.account)
        let erasing = Interrupting(queue: deployment.queue) {
            do throws(SealedMatchError) { _ = try intake.beginErasing(account)() } catch { return error }
            return isKilled ? SealedMatchError(.interrupted, "killed") : nil
        }
        let service = deployment.service(erasing, store, [try vouchers.matching()])
        if isKilled {
            #expect(throws: SealedMatchError(.interrupted, "")) { try service.openPending(waiting: 20) }
            #expect(try openedIDs(store).count == 4)
            let again = try deployment.service(deployment.queue, store, [try vouchers.matching()])
                .open(4)
            #expect(again.dropped == 4)
        } else {
            _ = try service.open(4)
        }
        #expect(try openedIDs(store).isEmpty)
        #expect(try store.account(deployment.name) == nil)
    }

    @Test mutating func dropsWhatIsErasedOrExpired() async throws {
        let deployment = try await Deployment(on: Shared.cluster.get())
        let store = MemoryOpenings()
        let next = try OpenableVouchers.registration(2, epoch: 8)
        _ = try await deployment.intake.register(next, authenticatedAs: next.account)
        let name = AccountEpoch(pseudonym: next.pseudonym, epoch: 8)
        // One message that waits for a key in each epoch, and one in each that is new.
        for isParked in [true, false] {
            let other = [try vouchers.voucher(name)]
            _ = try await deployment.store(3, &vouchers)
            #expect(
                try await deployment.intake.store(all: other, authenticatedAs: next.account) == [.success(.stored)])
            if isParked { _ = try deployment.service(deployment.queue, store, []).open(4) }
        }
        #expect(try deployment.queue.depth().waiting == 2)
        #expect(try await deployment.intake.expire(before: 8).registrations == 1)
        #expect(try deployment.queue.depth().waiting == 1)
        let service = deployment.service(deployment.queue, store, [try vouchers.matching()])
        var (dropped, openings) = (0, 0)
        try await eventually("all is looked at") {
            let progress = try service.openPending(waiting: 0.1)
            dropped += progress.dropped
            openings += progress.openings
            return dropped + openings == 5
        }
        #expect(dropped == 3 && openings == 2)
        _ = try await deployment.intake.store(all: [vouchers.voucher(name)], authenticatedAs: next.account)
        #expect(try await deployment.intake.erase(next.account) == [name])
        #expect(try service.open(1).dropped == 1)
    }
}
