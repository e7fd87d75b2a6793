internal import ArgumentParser
internal import Foundation
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchProtocol
internal import SealedMatchSimulation
internal import SealedMatchWorkers

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Says what parameters of a set mean for a population: reveals, innocents, guesses, loads.",
        discussion: """
            Without a plan: a million accounts, of which one in a thousand sends known items, under the default \
            parameters. A plan is a JSON file that describes groups of accounts, and settings side by side \
            (Docs/Simulator.md); --example prints one. The options below change every setting of the plan, or its whole \
            population. The same plan and seed give the same figures, whatever the number of threads; processor time is \
            measured anew in each run unless the plan gives it.

            --check compares the simulator with the real protocol and the real decoders instead, and ends with code 1 if \
            they differ.
            """)

    @Option(help: "The plan, a JSON file.") var plan: String?
    @Flag(help: "Print a plan that uses every field, and nothing else.") var example = false
    @Flag(help: "Compare the simulator with the real protocol and the real decoders.") var check = false
    @Flag(help: "One JSON object a line.") var json = false
    @Option(help: "A folder for plots, reveal.svg, innocents.svg and openings.svg; made if it is missing.")
    var plots: String?
    @Flag(help: "Replace plots that this command wrote before.") var force = false
    @Option(help: "Threads; all cores unless given.") var threads: Int?

    @Option(help: "Accounts of the population; groups keep their shares.") var accounts: Int?
    @Option(help: "Accounts that are simulated, of a greater population.") var sample: Int?
    @Option(help: "Epochs that each account is followed for.") var epochs: Int?
    @Option(help: "The seed.") var seed: UInt64?
    @Option(help: "t, in every setting.") var threshold: Int?
    @Option(help: "k, in every setting.") var polynomials: Int?
    @Option(help: "M, in every setting.") var slots: Int?
    @Option(help: "N, twelve numbers from 1 to 255 that do not fall, in every setting.") var checkLevels:
        CheckLevelList?
    @Option(help: "Bytes of a payload, in every setting.") var payload: Int?

    func validate() throws {
        func require(_ value: Int?, _ range: ClosedRange<Int>, _ option: String) throws {
            guard let value, !range.contains(value) else { return }
            throw ValidationError("\(option) is \(value); allowed is \(range.lowerBound) to \(range.upperBound)")
        }
        try require(threads, 1...1_024, "--threads")
        try require(accounts, 1...PopulationGroup.mostAccounts, "--accounts")
        try require(sample, SimulationPlan.samples, "--sample")
        try require(epochs, SimulationPlan.epochCounts, "--epochs")
        try require(threshold, Parameters.thresholds, "--threshold")
        try require(polynomials, Parameters.polynomialCounts, "--polynomials")
        try require(slots, SimulationSetting.slotCounts, "--slots")
        try require(payload, Parameters.payloadCounts, "--payload")
        guard !force || plots != nil else { throw ValidationError("--force goes with --plots") }
    }

    func run() throws {
        try reportingFailures {
            if example { return SimulationPlan.example.split(separator: "\n").forEach { Terminal.print(String($0)) } }
            let workers = Terminal.workers(threads: threads)
            defer { Terminal.endProgress() }
            if check { return try runChecks(workers) }
            let plan = try readPlan()
            let isNew = try plots.map { try SimulationPlots.makeRoom($0, replacing: force) } ?? false
            // Where nothing could be written, an empty folder is not left either.
            defer { if let plots, isNew { SimulationPlots.remove(plots) } }
            let costs = try plan.costs ?? measuredCosts(workers)
            let report = try simulated { try SimulationReport(plan, costs: costs, workers) }
            if let plots { try SimulationPlots.write(report.plots, to: plots, replacing: force) }
            Terminal.endProgress()
            if json {
                for line in report.lines { try Terminal.printJSON(line) }
            } else {
                SimulationTable(report).print()
            }
        }
    }

    private func readPlan() throws -> SimulationPlan {
        do {
            var result = SimulationPlan.standard
            if let plan {
                let bytes = try about(plan) { try DurableFile.read(plan, limit: SimulationPlan.mostBytes) }
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw Failure("\(plan): a plan is JSON in UTF-8")
                }
                result = try SimulationPlan(parsing: text)
            }
            apply(to: &result)
            try result.validate()
            return result
        } catch let error as PlanError {
            throw Failure("\(plan ?? "the plan"): \(error)")
        }
    }

    /// The options.
    private func apply(to plan: inout SimulationPlan) {
        if let accounts { plan.scale(to: accounts) }
        plan.sample = sample ?? plan.sample
        plan.epochs = epochs ?? plan.epochs
        plan.seed = seed ?? plan.seed
        for index in plan.settings.indices {
            let parameters = plan.settings[index].parameters
            plan.settings[index].parameters.threshold = threshold ?? parameters.threshold
            plan.settings[index].parameters.polynomials = polynomials ?? parameters.polynomials
            plan.settings[index].parameters.payloadCount = payload ?? parameters.payloadCount
            plan.settings[index].parameters.checkLevels = checkLevels?.levels ?? parameters.checkLevels
            if let slots { plan.settings[index].slots = slots }
        }
    }

    private func measuredCosts(_ workers: Workers) throws -> ProcessorCosts {
        if Terminal.showsProgress { Terminal.progress("measuring this machine") }
        return try simulated { try CostMeasurement.measure(workers) }
    }

    private func runChecks(_ workers: Workers) throws {
        let seed = seed ?? 1
        if Terminal.showsProgress { Terminal.progress("comparing with the decoders") }
        let results = try simulated {
            let (decoders, protocols) = (DecoderCheck(quick: false), ProtocolCheck(quick: false))
            return try decoders.results(decoders.gather(seed: seed, workers), .simulator)
                + protocols.results(protocols.gather(seed: seed, workers), .simulator)
        }
        Terminal.endProgress()
        for result in results {
            if json {
                try Terminal.printJSON(
                    ReportLine(fields: [
                        ("kind", .text("check")), ("name", .text(result.name)), ("passed", .truth(result.passed)),
                        ("detail", .text(result.detail)),
                    ]))
            } else {
                Terminal.print("\(result.passed ? "ok    " : "FAILED")  \(result.name): \(result.detail)")
            }
        }
        let failed = results.count { !$0.passed }
        guard failed == 0 else {
            throw Failure(
                "\(count(failed, "comparison")) of \(results.count) failed: the simulator is wrong, or the protocol is",
                code: Failure.negative)
        }
    }

    /// Names the work that an error ended.
    private func simulated<Result>(_ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let error as SealedMatchError where error.code == .interrupted {
            Terminal.endProgress()
            throw Failure("interrupted; nothing was written", code: Failure.interrupted)
        }
    }
}
