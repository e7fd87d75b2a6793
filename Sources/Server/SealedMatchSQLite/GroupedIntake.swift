internal import Dispatch
internal import GRDB
public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol
internal import Synchronization

/// The intake of a collector's file for many callers at a time: group commit.
///
/// What arrives while a transaction is on its way to the disk waits, and goes into the next one together: one wait for
/// the disk serves many. Each caller has his own result, when it is durable. A refusal touches nobody else; a disk or
/// file that fails fails for all of its transaction. No call blocks a thread of its caller's.
public final class GroupedIntake: Intake, NoticeBoard {
    private enum Work: Sendable {
        case register(Registration, @Sendable (Result<IntakeOutcome, SealedMatchError>) -> Void)
        case store(
            [Result<ArrivedVoucher, SealedMatchError>], AccountID,
            @Sendable (Result<[Result<IntakeOutcome, SealedMatchError>], SealedMatchError>) -> Void)

        var vouchers: Int {
            switch self {
            case .register: 1
            case .store(let vouchers, _, _): vouchers.count
            }
        }
    }
    private struct Queue {
        var waiting: [Work] = []
        var vouchers = 0
        var isWriting = false
    }

    /// The file.
    public let store: CollectorStore
    private let queue = Mutex(Queue())
    private let writer = DispatchQueue(label: "collector's writer")
    private let maximumWaiting: Int
    private let report: @Sendable (SealedMatchError?) -> Void
    private let isFailing = Atomic<Bool>(false)

    /// Vouchers of one transaction, at most, but for the last caller's.
    private static let maximumGroup = 512

    /// - Parameters:
    ///   - maximumWaiting: vouchers that may wait for a transaction. Who comes then is refused: `storeFull`.
    ///   - report: told when a transaction fails because of the disk or the file, once, and with nil when one is
    ///     written again.
    public init(
        _ store: CollectorStore, maximumWaiting: Int = 16_384,
        report: @escaping @Sendable (SealedMatchError?) -> Void = { _ in }
    ) {
        self.store = store
        self.maximumWaiting = maximumWaiting
        self.report = report
    }

    /// Registers as `CollectorStore.register` does.
    /// - Throws: what it throws; `storeFull` when too much waits.
    public func register(
        _ registration: Registration, authenticatedAs account: AccountID
    ) async throws(SealedMatchError) -> IntakeOutcome {
        // Register, steps 1–2: the caller's account, and its signature
        try store.policy.check(registration, authenticatedAs: account)
        let result = await withCheckedContinuation { continuation in
            add(.register(registration) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    /// Stores as `CollectorStore.store` does.
    /// - Throws: what it throws; `storeFull` when too much waits: then nothing was stored.
    public func store(
        all vouchers: [[UInt8]], authenticatedAs account: AccountID
    ) async throws(SealedMatchError) -> [Result<IntakeOutcome, SealedMatchError>] {
        let arrived = vouchers.map(CollectorStore.arrived)
        let result = await withCheckedContinuation { continuation in
            add(.store(arrived, account) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }

    /// Forgets epochs, in a transaction of its own.
    @discardableResult
    public func expire(before epoch: UInt32) async throws(SealedMatchError) -> ExpiredCounts {
        try await alone { (store) throws(SealedMatchError) in try store.expire(before: epoch) }
    }

    /// Forgets an account, in a transaction of its own.
    public func erase(_ account: AccountID) async throws(SealedMatchError) -> [AccountEpoch] {
        try await alone { (store) throws(SealedMatchError) in try store.erase(account) }
    }

    /// Keeps a notice, in a transaction of its own.
    public func post(_ order: NoticeOrder, on day: UInt32) async throws(SealedMatchError) -> IntakeOutcome {
        try await alone { (store) throws(SealedMatchError) in try store.post(order, on: day) }
    }

    /// What an account is to be told. It waits behind what is being written.
    public func notices(of account: AccountID) async throws(SealedMatchError) -> [Notice] {
        try await alone { (store) throws(SealedMatchError) in try store.notices(of: account) }
    }

    private func alone<Answer: Sendable>(
        _ work: @escaping @Sendable (CollectorStore) throws(SealedMatchError) -> Answer
    ) async throws(SealedMatchError) -> Answer {
        let result = await withCheckedContinuation { continuation in
            writer.async { [store] in
                continuation.resume(returning: Result { () throws(SealedMatchError) in try work(store) })
            }
        }
        return try result.get()
    }

    private func add(_ work: Work) {
        let (isFull, isFirst) = queue.withLock { queue in
            guard queue.vouchers + work.vouchers <= maximumWaiting || queue.waiting.isEmpty else {
                return (true, false)
            }
            queue.waiting.append(work)
            queue.vouchers += work.vouchers
            defer { queue.isWriting = true }
            return (false, !queue.isWriting)
        }
        if isFull {
            Self.answer(work, .init(.storeFull, "too many vouchers wait for the disk; try again"))
        } else if isFirst {
            writer.async { self.write() }
        }
    }

    /// Writes group after group, until nothing waits.
    private func write() {
        while true {
            let group: [Work] = queue.withLock { queue in
                var vouchers = 0
                let group = queue.waiting.prefix { work in
                    defer { vouchers += work.vouchers }
                    return vouchers < Self.maximumGroup
                }
                queue.waiting.removeFirst(group.count)
                queue.vouchers -= group.reduce(0) { $0 + $1.vouchers }
                if group.isEmpty { queue.isWriting = false }
                return Array(group)
            }
            guard !group.isEmpty else { return }
            write(group)
        }
    }

    private func write(_ group: [Work]) {
        let policy = store.policy
        var answers: [() -> Void] = []
        do throws(SealedMatchError) {
            answers = try store.file.write { db in
                try group.map { work -> () -> Void in
                    switch work {
                    case .register(let registration, let answer):
                        let result: Result<IntakeOutcome, SealedMatchError>
                        do throws(SealedMatchError) {
                            result = .success(try CollectorStore.register(registration, policy, db))
                        } catch {
                            guard error.isRefusal else { throw error }
                            result = .failure(error)
                        }
                        return { answer(result) }
                    case .store(let vouchers, let account, let answer):
                        let outcomes = try CollectorStore.store(
                            vouchers, of: account, policy, store.run, db)
                        return { answer(.success(outcomes)) }
                    }
                }
            }
        } catch {
            for work in group { Self.answer(work, error) }
            if !isFailing.exchange(true, ordering: .relaxed) { report(error) }
            return
        }
        if isFailing.exchange(false, ordering: .relaxed) { report(nil) }
        // Only now it is on disk.
        for answer in answers { answer() }
    }

    private static func answer(_ work: Work, _ error: SealedMatchError) {
        switch work {
        case .register(_, let answer): answer(.failure(error))
        case .store(_, _, let answer): answer(.failure(error))
        }
    }
}
