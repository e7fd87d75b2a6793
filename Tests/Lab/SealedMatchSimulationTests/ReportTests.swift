import Foundation
import FoundationXML
import SealedMatchCrypto
import SealedMatchSimulation
import SealedMatchWorkers
import Testing

/// What is printed: lines, plots, and what the document says of them.
@Suite struct ReportTests {
    private let costs = ProcessorCosts(
        sealSlotMicroseconds: 60, openSlotMicroseconds: 30, denseNanoseconds: 0.1, stepsNanoseconds: 1)

    private func report(_ change: (inout SimulationPlan) -> Void = { _ in }) throws -> SimulationReport {
        var plan = try SimulationPlan(parsing: SimulationPlan.example)
        plan.sample = 4_000
        plan.epochs = 3
        change(&plan)
        return try SimulationReport(plan, costs: costs, Workers())
    }

    private func json(_ report: SimulationReport) throws -> [[String: Any]] {
        try report.lines.map { line in
            let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(line))
            return try #require(object as? [String: Any])
        }
    }

    private func document() throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs/Simulator.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    @Test func linesAreAsTheDocumentSays() throws {
        let lines = try json(report())
        #expect(lines.count == 1 + 3 * 4 + 3)
        let text = try document()
        for kind in ["costs", "group", "all"] {
            let section = try #require(text.split(separator: "\n### Lines: `\(kind)`").dropFirst().first)
                .split(separator: "\n#")[0]
            let documented = Set(
                section.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap {
                    $0.split(separator: "|")[0].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map {
                        String($0.element)
                    }
                })
            for line in lines where line["kind"] as? String == kind { #expect(Set(line.keys) == documented, "\(kind)") }
        }
    }

    /// Every field of a plan is described, and the example is the document's.
    @Test func planIsAsTheDocumentSays() throws {
        let text = try document()
        #expect(text.contains(SimulationPlan.example))
        guard case .object(let members) = try JSONValue(parsing: SimulationPlan.example) else { return }
        var names: Set<String> = []
        func add(_ value: JSONValue) {
            switch value {
            case .object(let members):
                for (name, value) in members {
                    names.insert(name)
                    add(value)
                }
            case .array(let values): values.forEach(add)
            default: break
            }
        }
        add(.object(members))
        names.formUnion(["costs", "mean", "median", "spread"])
        #expect(names.count > 25)
        for name in names { #expect(text.contains("`\(name)`"), "\(name)") }
    }

    @Test func sameFigures() throws {
        let one = try JSONEncoder().encode(report().lines.map { $0 })
        let other = try JSONEncoder().encode(SimulationReport(report().plan, costs: costs, Workers(threads: 1)).lines)
        let decoder = JSONDecoder()
        #expect(
            try decoder.decode([[String: Field]].self, from: one) == decoder.decode([[String: Field]].self, from: other)
        )
    }

    private enum Field: Decodable, Equatable {
        case text(String), number(Double), truth(Bool), none
        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .none
            } else if let truth = try? value.decode(Bool.self) {
                self = .truth(truth)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try value.decode(String.self))
            }
        }
    }

    @Test func totals() throws {
        let report = try report()
        let totals = PopulationTotals(report.cells(report.plan.settings[0]))
        #expect(totals.accounts == 1_000_000)
        let sum = report.cells(report.plan.settings[0]).reduce(0) { $0 + Double($1.group.accounts) * $1.load.sentBytes }
        #expect(abs(totals.sentBytes - sum) < 1e-6 * sum)
        #expect(totals.openingCores > 0 && totals.decodingCores > 0)
        // Forwarders of 60 known items are all revealed, in each epoch, and quiet accounts never.
        let cells = report.cells(report.plan.settings[0])
        #expect(cells[2].reveals.share == 1 && cells[2].reveals.everShare == 1 && cells[0].reveals.share == 0)
        let matches = try #require(cells[2].reveals.matches)
        #expect(
            matches.middle >= 31 && matches.p99 <= 36 && matches.middle <= matches.p90 && matches.p90 <= matches.p99)
        #expect(cells[1].innocents.neededThreshold ?? 0 > 10 && cells[2].innocents.log10Expected == nil)
    }

    @Test func plots() throws {
        let report = try report {
            $0.groups[0].name = "<a & \"b\">"
            $0.settings[0].name = "]]><script>"
        }
        #expect(report.plots.map(\.name) == ["reveal.svg", "innocents.svg", "openings.svg"])
        for plot in report.plots {
            #expect(plot.text.hasPrefix("\(SimulationReport.plotBeginning)"))
            let parser = XMLParser(data: Data(plot.text.utf8))
            let reader = Reader()
            parser.delegate = reader
            #expect(parser.parse(), "\(plot.name): \(String(describing: parser.parserError))")
            #expect(reader.elements["script"] == nil && (reader.elements["polyline"] ?? 0) >= 3)
            #expect(!plot.text.contains("nan") && !plot.text.contains("inf,"))
        }
        // Nobody is revealed, nothing matches: the plots say so.
        let nothing = try self.report { plan in
            for index in plan.groups.indices {
                plan.groups[index].known = .fixed(0)
                plan.groups[index].falsePositives = 0
            }
        }
        #expect(nothing.plots[0].text.contains("nothing is revealed") && nothing.plots[1].text.contains("cannot be"))
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [String: Int] = [:]
        func parser(
            _: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) { elements[name, default: 0] += 1 }
    }

    /// Interrupted work ends with the error, and gives no report.
    @Test func interrupted() throws {
        let workers = Workers(threads: 2)
        workers.interrupt()
        let plan = try SimulationPlan(parsing: SimulationPlan.example)
        #expect(throws: SealedMatchError.self) { try SimulationReport(plan, costs: costs, workers) }
    }
}
