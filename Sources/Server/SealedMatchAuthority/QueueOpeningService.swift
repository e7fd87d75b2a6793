internal import Foundation
public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

/// Leases vouchers from a queue, opens them, and keeps what opened: one of any number of openers, in any number of
/// processes, over one queue and one store of openings. Its functions block. (Docs/Protocol.md, "Open")
///
/// A voucher's lease is acknowledged when all of it is in the store. A process that is killed, and a second one that
/// had the same lease, lose nothing and count nothing twice: the store records a voucher once.
public struct QueueOpeningService<Queue: VoucherQueue, Store: OpeningStore, E: Evaluator>: Sendable {
    /// Where vouchers come from.
    public let queue: Queue
    /// Where openings are kept. As sensitive as α. It lets several processes record at a time.
    public let store: Store
    /// What opens them, with the keys of some sets.
    public let opener: VoucherOpener<E>
    private let now: @Sendable () -> UInt64

    /// Nothing is read or written yet.
    /// - Parameter now: seconds since 1970: in which epoch vouchers are counted. The system's clock unless given.
    public init(
        queue: Queue, store: Store, opener: VoucherOpener<E>,
        now: (@Sendable () -> UInt64)? = nil
    ) {
        self.queue = queue
        self.store = store
        self.opener = opener
        self.now = now ?? { UInt64(max(0, time(nil))) }
    }

    /// Opens what is in the queue, and what waits for the key of a set that is here, until there is no more.
    ///
    /// What was leased more than twice is opened alone, in random order: what ends its openers is then set aside, and
    /// nothing else. Vouchers whose pseudonym is not registered, or no more, are dropped.
    /// - Parameters:
    ///   - batch: vouchers a transaction, about.
    ///   - seconds: how long to wait for the next one when there is none.
    ///   - progress: called after each transaction; `.stop` ends early, with everything so far kept.
    /// - Returns: what was done in this call. It is complete when it ended because there was nothing.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`, `primitiveFailed`, `outOfMemory`. What was leased is then
    ///   leased again.
    public func openPending(
        batch: Int = 256, waiting seconds: Double = 0,
        progress: (OpeningProgress) -> OpeningContinuation = { _ in .proceed }
    ) throws(SealedMatchError) -> OpeningProgress {
        let identity = try queue.identity()
        var state = OpeningProgress()
        while true {
            // A store that does not answer must not cost leases: they are counted.
            _ = try store.cursor(in: identity)
            for root in opener.roots {
                while case let leases = try queue.lease(.waiting(root), limit: batch, waiting: 0), !leases.isEmpty {
                    guard try open(leases, identity, &state, progress) == .proceed else { return state }
                    _ = try store.cursor(in: identity)
                }
            }
            // What waits is looked for again from time to time, also while new ones come.
            for _ in 0..<64 {
                let leases = try queue.lease(.new, limit: batch, waiting: seconds)
                guard !leases.isEmpty else {
                    state.isComplete = true
                    return state
                }
                guard try open(leases, identity, &state, progress) == .proceed else { return state }
                _ = try store.cursor(in: identity)
            }
        }
    }

    private func open(
        _ leases: [VoucherLease], _ identity: StoreIdentity, _ state: inout OpeningProgress,
        _ progress: (OpeningProgress) -> OpeningContinuation
    ) throws(SealedMatchError) -> OpeningContinuation {
        // The first transaction has all that is new; each of the rest one lease.
        let isSuspect = { (lease: VoucherLease) in lease.deliveries > 2 || lease.damage != nil }
        let suspects = leases.filter(isSuspect).shuffled().map { [$0] }
        var groups = [leases.filter { !isSuspect($0) }].filter { !$0.isEmpty } + suspects
        while let group = groups.first {
            do throws(SealedMatchError) {
                try take(group, identity, &state)
            } catch {
                // It is this error that counts; a lease that cannot be released ends by time.
                try? queue.release(groups.flatMap { $0 })
                throw error
            }
            groups.removeFirst()
            if progress(state) == .stop {
                try queue.release(groups.flatMap { $0 })
                return .stop
            }
        }
        return .proceed
    }

    private func take(
        _ leases: [VoucherLease], _ identity: StoreIdentity, _ state: inout OpeningProgress
    ) throws(SealedMatchError) {
        if let lease = leases.first, lease.damage != nil || lease.deliveries > queue.maximumDeliveries {
            try queue.setAside(lease)
            state.setAside += 1
            if let damage = lease.damage {
                state.damaged.append(DamagedRow(table: .voucher, row: lease.position, error: damage))
            }
            return
        }
        let all = leases.flatMap(\.vouchers)
        let names = Set(all.map(\.name))
        let commitments = try queue.commitments(of: names)
        let vouchers = all.filter { commitments[$0.name] != nil }
        let opened = try opener.open(vouchers.map(\.voucher))
        var placed: [PositionedVoucher] = []
        var parked: [SealedVoucher] = []
        for (stored, voucher) in zip(vouchers, opened) {
            switch voucher.status {
            case .unknownSet: parked.append(stored.voucher)
            case .opened, .setMismatch: placed.append(PositionedVoucher(position: stored.position, voucher: voucher))
            }
        }
        if !parked.isEmpty { try queue.park(parked) }
        let unkept = Set(
            try store.record(
                placed, of: identity, cursor: nil, commitments: commitments, during: Parameters.epoch(at: now())))
        try store.keepSealed(vouchers.filter { unkept.contains($0.position) }, of: identity)
        try forgetGone(leases, commitments, names)
        try queue.acknowledge(leases)
        for voucher in placed.map(\.voucher) {
            state.openings += voucher.openings.count
            if voucher.status == .setMismatch { state.refused += 1 }
        }
        state.vouchers += all.count
        state.waiting += parked.count
        state.unkept += unkept.count
        state.dropped += all.count - vouchers.count
        state.pruned += placed.count
    }

    /// An account that was erased while its vouchers were being opened, by this process or by one that ended: what was
    /// recorded of it meanwhile is forgotten.
    private func forgetGone(
        _ leases: [VoucherLease], _ before: [AccountEpoch: Commitment], _ names: Set<AccountEpoch>
    ) throws(SealedMatchError) {
        let now = try queue.commitments(of: Set(before.keys))
        var gone = before.keys.filter { now[$0] == nil }
        for lease in leases where lease.deliveries > 1 {
            for name in Set(lease.vouchers.map(\.name)) where before[name] == nil {
                if try store.account(name) != nil { gone.append(name) }
            }
        }
        if !gone.isEmpty { try store.erase(gone) }
    }
}

extension StoredVoucher {
    fileprivate var name: AccountEpoch {
        AccountEpoch(pseudonym: voucher.header.pseudonym, epoch: voucher.header.epoch)
    }
}
