internal import ArgumentParser
internal import DecoyAnalysis
internal import Foundation

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures speed and memory against floors of the same run, or recomputes the decoys' curves.",
        discussion: """
            A ratio compares a figure with its floor, both medians of the same run on the same threads. --json prints one object a line: \
            name, value, unit, floor, ratio.
            """)

    @Flag(help: "A smaller set; within a minute.") var quick = false
    @Flag(help: "One JSON object a line.") var json = false
    @Flag(help: "The decoys' curves instead (Docs/Decoys.md).") var decoys = false

    func run() throws {
        try reportingFailures {
            if decoys {
                for row in DecoyCurve.rows(quick ? .quick : .full) {
                    Terminal.print(json ? row.json : "\(row.name.padding(toLength: 40, withPad: " ", startingAt: 0)) \(row.value)")
                }
            }
        }
    }
}
