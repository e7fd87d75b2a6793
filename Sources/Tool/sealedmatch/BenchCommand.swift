internal import ArgumentParser
internal import SealedMatchBenchmarks
internal import SealedMatchDecoyAnalysis
internal import Foundation

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures speed and memory against floors of the same run, or recomputes what chance openings hide.",
        discussion: """
            A ratio compares a figure with its floor, both medians of the same run on the same number of threads. The \
            full run really builds a set of a million entries, twice; --scale one of ten million, too. --json prints one object a line: name, value, \
            unit, floor, ratio; with --decoys: name, value, error, unit, the error being the standard error.
            """)

    @Flag(help: "A smaller set; within a minute.") var quick = false
    @Flag(help: "One JSON object a line.") var json = false
    @Flag(help: "Selects and builds sets of 10^6 and of 10^7 entries; nothing else.") var scale = false
    @Flag(help: "What chance openings hide and cost (Docs/Decoys.md).") var decoys = false

    func run() throws {
        try reportingFailures {
            do {
                if decoys { try printFigures() } else { try measure() }
            } catch let failure as BenchmarkFailure {
                throw Failure(failure.description, code: Failure.negative)
            }
        }
    }

    func validate() throws {
        guard !scale || (!quick && !decoys) else {
            throw ValidationError("--scale goes with --json alone")
        }
    }

    private func measure() throws {
        if !json { printRow("name", "value", "unit", "floor", "ratio") }
        let progress = { (step: String) in if Terminal.showsProgress { Terminal.note(step) } }
        if scale {
            try BenchmarkSuite.runAtScale(report: report, progress: progress)
        } else {
            try BenchmarkSuite.run(quick: quick, report: report, progress: progress)
        }
    }

    private func report(_ row: BenchmarkRow) {
        if json {
            // Finite numbers and plain text always encode.
            if let line = try? Self.encoder.encode(row) { Terminal.print(String(decoding: line, as: UTF8.self)) }
            return
        }
        printRow(
            row.name, Self.text(row.value), row.unit, row.floor.map(Self.text) ?? "", row.ratio.map(Self.text) ?? "")
    }

    private func printFigures() throws {
        if !json { printRow("name", "value", "error", "unit") }
        for figure in CheckCurve.figures(quick ? .quick : .full) {
            if json {
                Terminal.print(figure.json)
            } else {
                printRow(figure.name, Self.text(figure.value), figure.error.map(Self.text) ?? "", figure.unit)
            }
        }
    }

    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }()

    private static func text(_ value: Double) -> String {
        abs(value) >= 1000 ? String(format: "%.0f", value) : String(format: "%.3g", value)
    }

    private func printRow(_ columns: String...) {
        Terminal.print(
            zip(columns, [34, 12, 12, 12, 8]).map {
                $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0)
            }.joined(separator: " "))
    }
}
