internal import Dispatch
internal import Glibc
public import SealedMatchCrypto
internal import Synchronization

/// Splits long work into chunks over threads, with progress and interruption. Used by the builder, the auditor and the
/// authority.
public final class Workers: Sendable {
    /// Threads that work at once.
    public let threads: Int
    private let isInterrupted = Atomic<Bool>(false)
    private let report: (@Sendable (_ phase: StaticString, _ done: Int, _ total: Int) -> Void)?

    /// - Parameters:
    ///   - threads: 1 or more; the number of cores unless told.
    ///   - report: called now and then from any thread.
    public init(
        threads: Int? = nil, report: (@Sendable (_ phase: StaticString, _ done: Int, _ total: Int) -> Void)? = nil
    ) {
        self.threads = max(1, threads ?? Self.cores)
        self.report = report
    }

    private static var cores: Int {
        let count = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        return max(1, count)
    }

    /// Makes running and later work end with `interrupted` at its next chunk. Safe from a signal's handler queue.
    public func interrupt() { isInterrupted.store(true, ordering: .relaxed) }

    /// - Throws: `interrupted`.
    public func checkInterruption() throws(SealedMatchError) {
        if isInterrupted.load(ordering: .relaxed) { throw SealedMatchError(.interrupted, "interrupted") }
    }

    /// Runs `body` on the ranges that cover 0..<count in pieces of `chunk`, on all threads; returns when all are done.
    /// Ranges are disjoint, in no order.
    /// - Throws: the first error of a body, or `interrupted`; then some ranges have not run.
    public func forEachChunk(
        _ phase: StaticString, count: Int, chunk: Int, _ body: @Sendable (Range<Int>) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        try checkInterruption()
        let chunks = (count + chunk - 1) / chunk
        guard chunks > 1, threads > 1 else {
            for index in 0..<chunks {
                try checkInterruption()
                try body((index * chunk)..<min(count, (index + 1) * chunk))
                report?(phase, min(count, (index + 1) * chunk), count)
            }
            return
        }
        let next = Atomic<Int>(0)
        let done = Atomic<Int>(0)
        let failure = Mutex<SealedMatchError?>(nil)
        DispatchQueue.concurrentPerform(iterations: min(threads, chunks)) { _ in
            do throws(SealedMatchError) {
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < chunks else { return }
                    try checkInterruption()
                    let range = (index * chunk)..<min(count, (index + 1) * chunk)
                    try body(range)
                    report?(phase, done.add(range.count, ordering: .relaxed).newValue, count)
                }
            } catch {
                failure.withLock { $0 = $0 ?? error }
                next.store(chunks, ordering: .relaxed)
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
