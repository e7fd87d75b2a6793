internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchSets
internal import SealedMatchWorkers

/// The audit package's proofs and the audit itself, on a set of their own.
struct AuditBenchmarks {
    private let made: MadeSet
    private let rounds: Int

    init(entries: Int, rounds: Int, directory: ScratchDirectory) throws {
        made = try SetFixture.make(entries: entries, path: directory.file("audit.smset"))
        self.rounds = rounds
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        let (fixture, built, selection) = (made.fixture, made.built, made.selection)
        let n = Double(selection.keys.count)
        let workers = Workers(threads: 1)
        var costs = try GroupCosts()
        var prove: [Double] = []
        var audit: [Double] = []
        for _ in 0..<rounds {
            for _ in 0..<8 { try costs.sample() }
            var package: AuditPackage?
            prove.append(
                try Stopwatch.time {
                    package = try AuditPackage.make(
                        built, entries: selection, secrets: fixture.secrets, workers: workers)
                } / n)
            for _ in 0..<8 { try costs.sample() }
            guard let package else { continue }
            audit.append(
                try Stopwatch.time {
                    let outcome = try Audit.run(
                        SetFile(path: fixture.path), package: package, lists: [], workers: workers)
                    guard outcome.isSound else { throw BenchmarkFailure(description: "the audit refuses a sound set") }
                } / n)
        }
        let fillers = Double(built.header.cells - selection.keys.count) / n
        let hash = costs.hash.median
        let combination = costs.multiplication.median + costs.addition.median
        let two = 2 * costs.addition.median
        report(BenchmarkRow(.setProve, prove.median, "us", floor: hash + two + combination))
        report(BenchmarkRow(.setAudit, audit.median, "us", floor: hash + two + 2 * combination + two + fillers * hash))
    }
}
