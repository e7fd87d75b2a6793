internal import Synchronization

/// What a search for near pairs has done, over all threads, and when it has to end.
final class SearchBounds: Sendable {
    private let maximumWork: Int
    private let limit: Int
    private let done = Atomic<Int>(0)
    private let found = Atomic<Int>(0)

    init(maximumWork: Int, limit: Int) {
        self.maximumWork = maximumWork
        self.limit = limit
    }

    func add(work: Int, pairs: Int) {
        done.add(work, ordering: .relaxed)
        found.add(pairs, ordering: .relaxed)
    }

    var work: Int { done.load(ordering: .relaxed) }
    var isWorkSpent: Bool { work > maximumWork }
    var isSpent: Bool { isWorkSpent || found.load(ordering: .relaxed) >= limit }
}
