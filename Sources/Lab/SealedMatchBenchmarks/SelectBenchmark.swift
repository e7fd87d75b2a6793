internal import SealedMatchCrypto
internal import SealedMatchProtocol
internal import SealedMatchSets
internal import SealedMatchWorkers

/// The selection alone, from two lists that hold the same random hashes in other orders.
struct SelectBenchmark {
    private let lists: [[ListedHash]]

    init(entries: Int) {
        let list = HashListFixture.list(entries)
        lists = [list, list.reversed()]
    }

    /// Microseconds for each hash of a list: processor time on one thread, wall time on several.
    func time(threads: Int) throws -> Double {
        let (_, time) = try select(threads: threads)
        return time
    }

    func select(threads: Int) throws -> (selection: EntrySelection, time: Double) {
        let (lists, parameters) = (lists, Parameters())
        var selection: EntrySelection?
        let clock = threads == 1 ? Stopwatch.threadTime : Stopwatch.wallTime
        let start = clock()
        selection = try EntrySelection(
            lists: lists, profile: parameters.profile, minimumSources: parameters.minimumSources,
            separation: parameters.separation, workers: Workers(threads: threads))
        let time = (clock() - start) / Double(lists[0].count)
        // Random keys of 50 bits: few are near another. At 10^7 8 of 100 are.
        guard let selection, selection.keys.count > lists[0].count * 8 / 10 else {
            throw BenchmarkFailure(description: "the selection dropped more entries than it should")
        }
        return (selection, time)
    }
}
