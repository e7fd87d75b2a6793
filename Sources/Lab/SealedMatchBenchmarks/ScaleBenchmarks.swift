internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchWorkers

/// A set of millions of entries, really selected and built.
package struct ScaleBenchmarks {
    /// Hashes of a list; some keys are folded.
    private let entries: Int
    /// N, for names of figures.
    private let name: String

    package init(entries: Int, name: String) {
        self.entries = entries
        self.name = name
    }

    static let million = ScaleBenchmarks(entries: 1_000_000, name: "1e6")
    static let tenMillion = ScaleBenchmarks(entries: 10_000_000, name: "1e7")

    func measure(_ report: (BenchmarkRow) -> Void, progress: (String) -> Void) throws {
        func say(_ figure: ScaleName, _ value: Double, _ unit: String) {
            report(BenchmarkRow(figure, entries: name, value, unit))
        }
        let growth = try ProcessMemory.PeakGrowth()
        progress("\(name): select")
        let selection = try select(say)
        let description = try Signers().description
        let n = Double(selection.keys.count)
        var secrets = try SetSecrets.random()
        var built: BuiltSet?
        progress("\(name): build on two threads")
        while built == nil {
            let start = Stopwatch.wallTime()
            do throws(SealedMatchError) {
                built = try BuiltSet.build(selection, description, secrets: secrets, workers: Workers(threads: 2))
            } catch {
                guard error.code == .peelingFailed else { throw error }
                secrets = try SetSecrets.random()
                continue
            }
            say(.buildTwoCores, (Stopwatch.wallTime() - start) / n, "us")
        }
        say(.memory, Double(try growth.bytes()) / n, "bytes")
        let header = built?.header
        built = nil
        progress("\(name): build on one thread")
        let start = Stopwatch.threadTime()
        let again = try BuiltSet.build(selection, description, secrets: secrets, workers: Workers(threads: 1))
        say(.build, (Stopwatch.threadTime() - start) / n, "us")
        guard again.header == header else {
            throw BenchmarkFailure(description: "two builds of the same entries and secrets gave different sets")
        }
    }

    /// The lists are gone when this returns.
    private func select(_ say: (ScaleName, Double, String) -> Void) throws -> EntrySelection {
        let benchmark = SelectBenchmark(entries: entries)
        say(.selectTwoCores, try benchmark.time(threads: 2), "us")
        let (selection, time) = try benchmark.select(threads: 1)
        say(.select, time, "us")
        return selection
    }
}
