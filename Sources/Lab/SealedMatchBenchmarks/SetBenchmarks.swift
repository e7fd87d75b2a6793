internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles
internal import Synchronization
internal import SealedMatchWorkers

/// Selection and build of the large set, and what came of it.
struct SetBenchmarks {
    let file: SetFixture
    private let threads: Int?
    private let keys: [EntryKey]
    private let selectTime: Double
    private let peakGrowth: Int
    private let one: [BuildTime]
    private let two: [BuildTime]
    private let machine: [Double]

    /// One build.
    private struct BuildTime {
        var wall = 0.0
        /// Processor time, only of builds on one thread.
        var thread = 0.0
        /// One hash to the group and one multiplication meanwhile.
        var floor = 0.0
    }

    init(scale: BenchmarkScale, threads: Int?, directory: ScratchDirectory, progress: (String) -> Void) throws {
        let signers = try Signers()
        let description = signers.description
        // Random short keys of 50 bits: of 10^6, 8,040 were near another and folded.
        let list = HashListFixture.list(scale.entries + scale.entries * 3 / 100)
        let lists = [list, list.reversed()]

        progress("select and build \(scale.entries) entries on two threads, watching memory")
        let growth = try ProcessMemory.PeakGrowth()
        var selection: EntrySelection?
        let selectTime = try Stopwatch.time {
            selection = try EntrySelection(
                lists: lists, profile: description.parameters.profile,
                minimumSources: description.parameters.minimumSources,
                separation: description.parameters.separation, workers: Workers(threads: 1))
        }
        guard let selection, selection.keys.count >= scale.entries else {
            throw BenchmarkFailure(description: "the selection dropped more entries than it should")
        }
        var secrets = try SetSecrets.random()
        var built: BuiltSet?
        var two: [BuildTime] = []
        var machine = [try MachineSpeedUp.sample()]
        while built == nil {
            do {
                two.append(try Self.build(selection, description, secrets, threads: 2, into: &built))
            } catch let error as SealedMatchError where error.code == .peelingFailed {
                secrets = try SetSecrets.random()
            }
        }
        // The caller's lists stay resident throughout: freed early, they would make room for what is to be counted.
        peakGrowth = try withExtendedLifetime(lists) { try growth.bytes() }

        machine.append(try MachineSpeedUp.sample())
        var one: [BuildTime] = []
        // In turns, beginning and ending with two threads: the machine's load drifts.
        for _ in 0..<scale.buildRounds {
            for threads in [1, 2] {
                progress("build \(scale.entries) entries on \(threads == 1 ? "one thread" : "two threads")")
                var again: BuiltSet?
                let time = try Self.build(selection, description, secrets, threads: threads, into: &again)
                guard again?.header == built?.header else {
                    throw BenchmarkFailure(
                        description: "two builds of the same entries and secrets gave different sets")
                }
                if threads == 1 { one.append(time) } else { two.append(time) }
                machine.append(try MachineSpeedUp.sample())
            }
        }
        guard let built else { throw BenchmarkFailure(description: "no set was built") }
        let path = directory.file("large.smset")
        try built.write(to: path, signatures: signers.sign(built.header))
        file = SetFixture(path: path, header: built.header, secrets: secrets, signers: signers)
        keys = selection.keys
        self.threads = threads
        self.selectTime = selectTime
        self.one = one
        self.two = two
        self.machine = machine
    }

    private static func build(
        _ selection: EntrySelection, _ description: BuiltSet.Description, _ secrets: borrowing SetSecrets, threads: Int,
        into built: inout BuiltSet?
    ) throws -> BuildTime {
        var time = BuildTime()
        if threads == 1 {
            let sampler = try FloorSampler()
            let workers = Workers(threads: 1) { _, _, _ in sampler.sampleNowAndThen() }
            let wall = Stopwatch.wallTime()
            time.thread = try Stopwatch.time {
                built = try BuiltSet.build(selection, description, secrets: secrets, workers: workers)
            }
            time.wall = Stopwatch.wallTime() - wall
            let sampled = try sampler.result()
            time.thread -= sampled.threadTime
            time.wall -= sampled.wallTime
            time.floor = sampled.floor
        } else {
            let workers = Workers(threads: threads)
            time.wall = try Stopwatch.wall {
                built = try BuiltSet.build(selection, description, secrets: secrets, workers: workers)
            }
        }
        return time
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        let n = Double(keys.count)
        report(BenchmarkRow(.setSelect, selectTime / n, "us"))
        let size = try SetFile(path: file.path).tableByteCount
        report(BenchmarkRow(.setBytes, Double(size) / n, "bytes", floor: 32))
        report(BenchmarkRow(.setCells, Double(file.header.cells) / n, "cells", floor: 1))
        let oneWall = one.map(\.wall).median
        report(BenchmarkRow(.buildOneCore, one.map(\.thread).median / n, "us", floor: one.map(\.floor).median))
        report(BenchmarkRow(.buildTwoCores, oneWall / two.map(\.wall).median, "x"))
        report(BenchmarkRow(.machineTwoCores, machine.median, "x"))
        report(BenchmarkRow(.buildMemory, Double(peakGrowth) / n, "bytes"))
        report(BenchmarkRow(.setLost, Double(try lostEntries()), "entries"))
    }

    /// Decodes every entry from the written file and compares with α·H(y).
    private func lostEntries() throws -> Int {
        let set = try SetFile(path: file.path)
        let table = try set.table()
        let header = set.header
        let elements = TableElement(tableID: header.tableID)
        let keys = keys
        let lost = Atomic<Int>(0)
        let file = file
        try Workers(threads: threads).forEachChunk("decode", count: keys.count, chunk: 256) {
            (range) throws(SealedMatchError) in
            var values = [Point](repeating: .identity, count: range.count)
            var span = values.mutableSpan
            try span.withUnsafeMutableBufferPointer { (values) throws(SealedMatchError) in
                try file.secrets.key.evaluate(elements.messages(of: keys[range]), into: values)
            }
            var missing = 0
            for index in range {
                let positions = try TablePositions(of: keys[index], seed: header.positionSeed, cells: header.cells)
                let decoded = try table.decode(at: positions, substitute: .identity)
                if decoded != values[index - range.lowerBound] { missing += 1 }
            }
            lost.add(missing, ordering: .relaxed)
        }
        return lost.load(ordering: .relaxed)
    }
}

extension SetFile {
    /// Bytes of the file after its header.
    fileprivate var tableByteCount: Int { unsafe tableBytes.count }
}

/// Samples hashes to the group and multiplications every 20 ms while something else runs on the same thread, by way of
/// its progress reports.
private final class FloorSampler: Sendable {
    private struct State: ~Copyable {
        var costs: GroupCosts
        var next = 0.0
        var threadTime = 0.0
        var wallTime = 0.0
        var failure: (any Error)?
    }
    private let state: Mutex<State>

    init() throws { state = Mutex(State(costs: try GroupCosts())) }

    func sampleNowAndThen() {
        let start = Stopwatch.threadTime()
        let wallStart = Stopwatch.wallTime()
        state.withLock { state in
            guard start >= state.next else { return }
            do { try state.costs.sampleEvaluationWarm() } catch { state.failure = error }
            let end = Stopwatch.threadTime()
            state.next = end + 20_000
            state.threadTime += end - start
            state.wallTime += Stopwatch.wallTime() - wallStart
        }
    }

    func result() throws -> (floor: Double, threadTime: Double, wallTime: Double) {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return (state.costs.evaluationMean, state.threadTime, state.wallTime)
        }
    }
}
