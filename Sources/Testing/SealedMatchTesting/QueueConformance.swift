public import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol

/// A queue of vouchers with the intake that fills it.
public struct FilledQueue<Front: Intake, Queue: VoucherQueue>: Sendable {
    /// Takes what clients send.
    public let intake: Front
    /// Gives what the intake has stored.
    public let queue: Queue

    /// A pair that belongs together.
    public init(intake: Front, queue: Queue) {
        self.intake = intake
        self.queue = queue
    }
}

/// Checks a work queue of vouchers against the contract of its seam, without any test framework. It is filled through
/// the intake that belongs to it.
public enum QueueConformance {
    /// Runs every check on queues of their own.
    /// - Parameters:
    ///   - make: a new, empty queue with its intake. Its leases last at least a minute.
    ///   - reopen: the same queue as another process would open it; for one that is in memory, itself.
    /// - Throws: `ConformanceFailure`, or what the queue throws unasked.
    public static func run<Front: Intake, Queue: VoucherQueue>(
        make: () throws -> FilledQueue<Front, Queue>, reopen: (Queue) throws -> Queue
    ) async throws {
        try await leases(make, reopen)
        try await parks(make, reopen)
        try await setsAside(make, reopen)
        try await knowsNames(make, reopen)
        try hasAnIdentity(make, reopen)
    }

    private static let alice = AccountEpoch(1, 7)
    private static let bob = AccountEpoch(2, 7)

    /// Seconds that a check waits for what must come.
    private static var patience: Double { 20 }

    private static func fill<Front: Intake>(
        _ intake: Front, _ count: Int, seed: UInt64, root: SetRoot = SetRoot(canonical: Bytes32())
    ) async throws -> [[UInt8]] {
        _ = try await intake.register(alice.registration(8), authenticatedAs: alice.account)
        var synthetic = SyntheticVouchers(seed: seed)
        var vouchers: [[UInt8]] = []
        for _ in 0..<count { vouchers.append(try synthetic.voucher(alice, root: root)) }
        for outcome in try await intake.store(all: vouchers, authenticatedAs: alice.account) {
            try require(outcome == .success(.stored), "a voucher is stored")
        }
        return vouchers
    }

    /// Leases until there are so many vouchers.
    private static func take<Queue: VoucherQueue>(
        _ queue: Queue, _ count: Int, _ part: VoucherQueuePart = .new
    ) throws -> [VoucherLease] {
        var leases: [VoucherLease] = []
        while leases.reduce(0, { $0 + $1.vouchers.count }) < count {
            let more = try queue.lease(part, limit: 100, waiting: patience)
            try require(!more.isEmpty, "what was stored is leased")
            leases += more
        }
        return leases
    }

    private static func bytes(_ leases: [VoucherLease]) -> Set<[UInt8]> {
        Set(leases.flatMap { $0.vouchers.map(\.voucher.encoded) })
    }

    private static func leases<Front: Intake, Queue: VoucherQueue>(
        _ make: () throws -> FilledQueue<Front, Queue>, _ reopen: (Queue) throws -> Queue
    ) async throws {
        let made = try make()
        let (intake, queue) = (made.intake, made.queue)
        try require(try queue.lease(.new, limit: 10, waiting: 0).isEmpty, "an empty queue has nothing")
        let first = try await fill(intake, 5, seed: 31)
        let second = try await fill(intake, 4, seed: 32)
        let taken = try take(queue, 9)
        try require(bytes(taken) == Set(first + second), "what is leased is what was stored, byte for byte")
        try require(taken.allSatisfy { $0.deliveries == 1 && $0.damage == nil }, "it is leased for the first time")
        let positions = taken.flatMap { $0.vouchers.map(\.position) }
        try require(
            Set(positions).count == 9 && positions.allSatisfy { $0 > 0 }, "each voucher has a position of its own")
        for lease in taken {
            try require(lease.vouchers.first?.position == lease.position, "a lease is where its first voucher is")
        }
        let other = try reopen(queue)
        try require(try other.lease(.new, limit: 10, waiting: 0).isEmpty, "what is leased nobody else gets")
        try queue.release(taken)
        let again = try take(other, 9)
        try require(bytes(again) == Set(first + second), "what was released is leased again")
        try require(again.allSatisfy { $0.deliveries == 2 }, "and counted")
        try require(Set(again.flatMap { $0.vouchers.map(\.position) }) == Set(positions), "in its place")
        try other.acknowledge(again)
        for queue in [queue, other, try reopen(queue)] {
            try require(try queue.lease(.new, limit: 10, waiting: 0.2).isEmpty, "what was acknowledged is gone")
        }
        let third = try await fill(intake, 1, seed: 33)
        try require(bytes(try take(queue, 1)) == Set(third), "what comes later is leased")
    }

    private static func parks<Front: Intake, Queue: VoucherQueue>(
        _ make: () throws -> FilledQueue<Front, Queue>, _ reopen: (Queue) throws -> Queue
    ) async throws {
        let made = try make()
        let (intake, queue) = (made.intake, made.queue)
        var synthetic = SyntheticVouchers(seed: 34)
        let (one, other) = (
            SetRoot(canonical: try synthetic.bytes32()), SetRoot(canonical: try synthetic.bytes32())
        )
        let vouchers = try await fill(intake, 3, seed: 35, root: one)
        let others = try await fill(intake, 2, seed: 36, root: other)
        let taken = try take(queue, 5)
        try queue.park(taken.flatMap { $0.vouchers.map(\.voucher) })
        try queue.acknowledge(taken)
        let again = try reopen(queue)
        try require(try again.lease(.new, limit: 10, waiting: 0.2).isEmpty, "what waits is in no new lease")
        let waited = try take(again, 3, .waiting(one))
        try require(bytes(waited) == Set(vouchers), "what waits is leased by its set")
        try require(try again.lease(.waiting(one), limit: 10, waiting: 0).isEmpty, "and once")
        try again.acknowledge(waited)
        let rest = try take(queue, 2, .waiting(other))
        try require(bytes(rest) == Set(others), "another set's waits apart")
        try queue.release(rest)
        try require(bytes(try take(again, 2, .waiting(other))) == Set(others), "what was released is leased again")
        try require(
            try queue.lease(.waiting(SetRoot(canonical: Bytes32(repeating: 9))), limit: 1, waiting: 0).isEmpty,
            "nothing waits for a set that nobody used")
    }

    private static func setsAside<Front: Intake, Queue: VoucherQueue>(
        _ make: () throws -> FilledQueue<Front, Queue>, _ reopen: (Queue) throws -> Queue
    ) async throws {
        let made = try make()
        let (intake, queue) = (made.intake, made.queue)
        try require(queue.maximumDeliveries > 0, "something may be leased")
        _ = try await fill(intake, 1, seed: 37)
        for lease in try take(queue, 1) { try queue.setAside(lease) }
        for queue in [queue, try reopen(queue)] {
            try require(try queue.lease(.new, limit: 10, waiting: 0.2).isEmpty, "what was set aside nobody gets")
        }
    }

    private static func knowsNames<Front: Intake, Queue: VoucherQueue>(
        _ make: () throws -> FilledQueue<Front, Queue>, _ reopen: (Queue) throws -> Queue
    ) async throws {
        let made = try make()
        let (intake, queue) = (made.intake, made.queue)
        let later = AccountEpoch(1, 8)
        let names: Set = [alice, bob, later]
        try require(try queue.commitments(of: names).isEmpty, "nobody is registered")
        try require(try queue.commitments(of: []).isEmpty, "nobody is asked for")
        for (name, token) in [(alice, 8), (bob, 9), (later, 10)] as [(AccountEpoch, UInt8)] {
            let registration = try name.registration(token)
            _ = try await intake.register(registration, authenticatedAs: name.account)
            try require(
                try queue.commitments(of: names)[name] == registration.commitment, "a commitment is known at once")
            try require(
                try queue.commitment(of: name.pseudonym, epoch: name.epoch) == registration.commitment, "alone, too")
        }
        _ = try await intake.erase(bob.account)
        for queue in [queue, try reopen(queue)] {
            try require(
                Set(try queue.commitments(of: names).keys) == [alice, later], "an account that was erased has no name")
        }
        _ = try await intake.expire(before: 8)
        for queue in [queue, try reopen(queue)] {
            try require(Set(try queue.commitments(of: names).keys) == [later], "an expired epoch has no names")
        }
    }

    private static func hasAnIdentity<Front: Intake, Queue: VoucherQueue>(
        _ make: () throws -> FilledQueue<Front, Queue>, _ reopen: (Queue) throws -> Queue
    ) throws {
        let (one, other) = (try make().queue, try make().queue)
        try require(try one.identity() == reopen(one).identity(), "a queue keeps its identity")
        try require(try one.identity() != other.identity(), "another queue has another identity")
    }
}
