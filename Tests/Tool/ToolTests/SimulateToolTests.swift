import Foundation
import Testing

/// `sealedmatch simulate`, as a user has it.
@Suite struct SimulateToolTests {
    private static let costs = """
        "costs": {"sealSlotMicroseconds": 60, "openSlotMicroseconds": 30, "denseNanoseconds": 0.1, "stepsNanoseconds": 1}
        """

    @Test func withoutArgumentsAndWithAnExample() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let plain = try tool.run("simulate", "--sample", "2000")
        #expect(plain.status == 0 && plain.errors.isEmpty, "\(plain.errors)")
        for words in ["t = 30, k = 312, M = 32", "Reveals.", "Innocents:", "Guesses", "Loads", "measured just now"] {
            #expect(plain.output.contains(words), "\(words)")
        }
        let example = try tool.run("simulate", "--example")
        try tool.write(example.output, to: "plan.json")
        let run = try tool.run(
            "simulate", "--plan", "plan.json", "--sample", "2000", "--threshold", "25", "--seed", "9", "--accounts",
            "5000000", "--json")
        #expect(run.status == 0, "\(run.errors)")
        let lines = try run.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(lines.count == 16 && lines[0]["measured"] as? Bool == true)
        #expect(lines[1]["group"] as? String == "quiet" && lines[1]["accounts"] as? Int == 3_500_000)
        // t is 25 in every setting, so the first two are one.
        #expect(lines[3]["matches50"] as? Int == lines[8]["matches50"] as? Int)
    }

    /// Docs/Simulator.md shows what is printed, as far as no clock is in it.
    @Test func exampleIsAsTheDocumentSays() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write(try tool.run("simulate", "--example").output, to: "plan.json")
        let run = try tool.run("simulate", "--plan", "plan.json", "--plots", "plots")
        #expect(run.status == 0, "\(run.errors)")
        let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs")
        let page = try String(contentsOf: docs.appending(path: "Simulator.md"), encoding: .utf8)
        let example = try #require(page.split(separator: "<!-- simulated -->").dropFirst().first)
            .split(separator: "<!-- end -->")[0]
        func untimed(_ text: some StringProtocol) -> [String] {
            text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.prefix {
                !$0.hasPrefix("Loads")
            }
            .filter { !$0.isEmpty }
        }
        #expect(untimed(run.output) == untimed(example), "run make simulator")
        #expect(untimed(example).count > 40)
        let plot = try [UInt8](Data(contentsOf: docs.appending(path: "simulator-openings.svg")))
        #expect(try tool.bytes("plots/openings.svg") == plot)
    }

    @Test func sameSeedSameOutput() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write("{\(Self.costs)}", to: "plan.json")
        let outputs = try ["1", "3"].map {
            try tool.run("simulate", "--plan", "plan.json", "--sample", "3000", "--json", "--threads", $0).output
        }
        #expect(outputs[0] == outputs[1] && outputs[0].count > 1_000)
        let other = try tool.run("simulate", "--plan", "plan.json", "--sample", "3000", "--json", "--seed", "2")
        #expect(other.output != outputs[0])
    }

    @Test func badUse() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write("{\"groups\": [{\"name\": \"a\", \"accounts\": -1}]}", to: "bad.json")
        try tool.write([0xFF, 0xFE, 0x7B], to: "utf.json")
        let bad = try tool.run("simulate", "--plan", "bad.json")
        #expect(bad.status == 65 && bad.output.isEmpty)
        #expect(
            bad.errors
                == "sealedmatch: bad.json: groups[0].accounts is -1; allowed is a whole number from 1 to 10000000000\n")
        #expect(try tool.run("simulate", "--plan", "utf.json").status == 65)
        #expect(try tool.run("simulate", "--plan", "missing.json").status == 66)
        for arguments in [
            ["--threshold", "1"], ["--accounts", "0"], ["--sample", "10000001"], ["--polynomials", "15"],
            ["--check-levels", "5,4"], ["--force"], ["--slots", "65"], ["--threads", "0"],
        ] {
            #expect(try tool.run(["simulate"] + arguments).status == 64, "\(arguments)")
        }
        // Options are looked at with the plan: together they may ask for too much.
        let much = try tool.run("simulate", "--sample", "10000000", "--accounts", "10000000000", "--epochs", "120")
        #expect(much.status == 65 && much.errors.contains("lower sample"))
    }

    @Test func plots() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write("{\(Self.costs), \"sample\": 500}", to: "plan.json")
        func run(_ more: String...) throws -> Tool.Result {
            try tool.run(["simulate", "--plan", "plan.json", "--plots"] + more)
        }
        #expect(try run("plots").status == 0)
        let names = ["plots/innocents.svg", "plots/openings.svg", "plots/reveal.svg"]
        let before = try names.map { try tool.bytes($0) }
        #expect(before.allSatisfy { $0.starts(with: "<svg ".utf8) })
        // What is there stays, and nothing is simulated for nothing.
        let again = try run("plots")
        #expect(again.status == 66 && again.output.isEmpty && again.errors.contains("--force"), "\(again.errors)")
        #expect(try run("plots", "--force").status == 0 && names.map { try tool.bytes($0) } == before)
        // Nor does --force replace what is no plot of ours: then none is replaced.
        try tool.write("mine", to: "plots/openings.svg")
        try tool.write(Array("\(String(decoding: before[2], as: UTF8.self)) ".utf8), to: "plots/reveal.svg")
        let foreign = try run("plots", "--force")
        #expect(foreign.status == 66 && foreign.errors.contains("not replaced"), "\(foreign.errors)")
        #expect(try tool.bytes("plots/openings.svg") == Array("mine".utf8))
        #expect(try tool.bytes("plots/reveal.svg").count == before[2].count + 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: tool.file("plots")).count == 3)
        // A file's place, and a folder that cannot be.
        let file = try run("plan.json")
        #expect(file.status == 66 && file.output.isEmpty && file.errors.hasPrefix("sealedmatch: plan.json"))
        #expect(try run("no/such/folder").status == 66)
    }

    @Test(arguments: [SIGINT, SIGTERM]) func interruption(_ signal: Int32) throws {
        let tool = try Tool()
        defer { tool.remove() }
        // Far more work than the test waits for.
        try tool.write(
            """
            {\(Self.costs), "sample": 10000000, "epochs": 20,
             "groups": [{"name": "a", "accounts": 10000000, "others": 400, "known": 60}]}
            """, to: "plan.json")
        let process = try tool.start(["simulate", "--plan", "plan.json", "--plots", "plots"])
        DispatchQueue.global().asyncAfter(deadline: .now() + 1) { kill(process.processIdentifier, signal) }
        let result = try tool.finish(process)
        #expect(result.status == 130 && !result.wasKilled && result.output.isEmpty, "\(result)")
        #expect(result.errors.contains("interrupted; nothing was written"))
        #expect(!tool.exists("plots"))
    }

    @Test func check() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let check = try tool.run("simulate", "--check")
        #expect(check.status == 0, "\(check.output) \(check.errors)")
        let lines = check.output.split(separator: "\n")
        #expect(lines.count >= 8 && lines.allSatisfy { $0.hasPrefix("ok ") })
        #expect(check.output.contains("all as the rule says") && check.output.contains("exactly what matched"))
    }
}
