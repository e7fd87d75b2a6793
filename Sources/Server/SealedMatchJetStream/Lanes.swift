internal import Dispatch
internal import SealedMatchCrypto
internal import Synchronization

/// Runs what blocks on threads of its own, a few at a time, so that no caller's thread waits for a server. What waits
/// is bounded.
final class Lanes: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var first = 0
        var running = 0
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "sealedmatch.jetstream", attributes: .concurrent)
    private let width: Int
    private let capacity: Int

    /// - Parameters:
    ///   - width: how many run at a time.
    ///   - capacity: how many may wait.
    init(width: Int, capacity: Int) {
        self.width = width
        self.capacity = capacity
    }

    /// - Throws: what `body` throws; `fileFailed` when too many wait.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(SealedMatchError) -> Result
    ) async throws(SealedMatchError) -> Result {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Outcome<Result>, Never>) in
            let job: @Sendable () -> Void = {
                do throws(SealedMatchError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            let (begins, isFull) = state.withLock { state in
                guard state.waiting.count - state.first < capacity else { return (false, true) }
                state.waiting.append(job)
                guard state.running < width else { return (false, false) }
                state.running += 1
                return (true, false)
            }
            if isFull {
                continuation.resume(
                    returning: .failure(SealedMatchError(.fileFailed, "too many requests wait: try again later")))
            }
            if begins { queue.async { self.work() } }
        }
        return try result.get()
    }

    private typealias Outcome<Value> = Result<Value, SealedMatchError>

    private func work() {
        while true {
            let next = state.withLock { state in
                guard state.first < state.waiting.count else {
                    state.waiting.removeAll(keepingCapacity: true)
                    state.first = 0
                    state.running -= 1
                    return nil as (@Sendable () -> Void)?
                }
                defer { state.first += 1 }
                if state.first > 1_024, state.first * 2 > state.waiting.count {
                    state.waiting.removeFirst(state.first)
                    state.first = 0
                }
                return state.waiting[state.first]
            }
            guard let next else { return }
            next()
        }
    }
}
