import Foundation
import Synchronization

/// `work(0)`, …, `work(count − 1)` on all cores. The order of work changes nothing: the results come in the order of
/// the numbers.
func inParallel<Result: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) -> Result) -> [Result] {
    let queue = Queue<Result>(count: count)
    // Threads of our own: concurrentPerform stayed on one core when measured.
    let done = DispatchSemaphore(value: 0)
    let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
    for _ in 0..<workers {
        let thread = Thread {
            while let next = queue.take() { queue.set(next, work(next)) }
            done.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
    for _ in 0..<workers { done.wait() }
    return queue.all
}

private final class Queue<Result: Sendable>: Sendable {
    private struct State: Sendable {
        var results: [Result?]
        var next = 0
    }
    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(results: Array(repeating: nil, count: count))) }

    /// The next number to work on.
    func take() -> Int? {
        state.withLock { state in
            guard state.next < state.results.count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func set(_ index: Int, _ value: Result) { state.withLock { $0.results[index] = value } }
    var all: [Result] { state.withLock { $0.results.compactMap { $0 } } }
}
