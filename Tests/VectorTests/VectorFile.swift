import SealedMatchFingerprint
import Foundation
import SealedMatchCrypto

/// One file of vectors, its form checked (Vectors/README.md, "Form"). Nothing has been run yet.
struct VectorFile {
    struct Case {
        let tcId: Int
        let comment: String
        let expected: Expectation
        let input: JSON
    }

    enum Expectation {
        case valid(JSON)
        case refused(SealedMatchError.Code)
    }

    let folder: VectorFolder
    let groups: [(type: String, cases: [Case])]

    var caseCount: Int { groups.reduce(0) { $0 + $1.cases.count } }

    init(_ url: URL) throws {
        folder = VectorFolder(url.deletingLastPathComponent())
        let file = try Fields(JSONDecoder().decode(JSON.self, from: Data(contentsOf: url)), at: url.lastPathComponent)
        let topic = url.deletingPathExtension().lastPathComponent
        guard try file.text("protocol") == "SealedMatch/1", try file.text("topic") == topic,
            try file.text("schema") == "../schemas/\(topic).schema.json"
        else { throw VectorError("\(url.lastPathComponent): protocol, topic or schema is not this file's") }
        _ = try file.text("comment")
        let notes = try file.fields("notes")
        let numberOfTests = try file.number("numberOfTests", as: Int.self)
        var next = 1
        var flags = Set<String>()
        groups = try file.objects("testGroups").map { group in
            _ = try group.text("comment")
            return (
                try group.text("type"),
                try group.objects("tests").map { test in
                    guard try test.number("tcId", as: Int.self) == next else {
                        throw VectorError("\(test.place): tcIds do not ascend from 1")
                    }
                    next += 1
                    for flag in try test.texts("flags") {
                        guard notes.has(flag) else { throw VectorError("\(test.place): flag \(flag) is not in notes") }
                        flags.insert(flag)
                    }
                    return try Self.testCase(test)
                }
            )
        }
        for flag in flags { _ = try notes.text(flag) }
        try file.end()
        guard next - 1 == numberOfTests else {
            throw VectorError("numberOfTests is \(numberOfTests), there are \(next - 1)")
        }
    }

    private static func testCase(_ test: Fields) throws -> Case {
        let result = try test.text("result")
        guard test.has("output") == (result == "valid") else {
            throw VectorError("\(test.place): there is an output if and only if the result is valid")
        }
        let expected: Expectation
        if result == "valid" {
            expected = .valid(try test.value("output"))
        } else if let code = ErrorNames.codes[result] {
            expected = .refused(code)
        } else {
            throw VectorError("\(test.place): \(result) is no error of section 6")
        }
        return Case(
            tcId: try test.number("tcId"), comment: try test.text("comment"), expected: expected,
            input: try test.value("input"))
    }
}

/// Carries out one operation with the code under test and gives the output, as the vectors hold it. It reads all of the
/// input first.
typealias VectorRunner = @Sendable (_ input: Fields, _ folder: VectorFolder) throws -> [String: JSON]

extension VectorFile {
    struct Report {
        var executed = 0
        var failed = 0
        /// For a person: file and case, and what is wrong.
        var failures: [String] = []
    }

    /// Runs all cases.
    /// - Throws: `VectorError` for a type of group that has no runner, and for a runner without a case.
    func run(_ runners: [String: VectorRunner]) throws -> Report {
        for group in groups where runners[group.type] == nil {
            throw VectorError("nobody runs groups of type \(group.type)")
        }
        for type in runners.keys.sorted() where !groups.contains(where: { $0.type == type && !$0.cases.isEmpty }) {
            throw VectorError("there is no case of type \(type)")
        }
        var report = Report()
        for group in groups {
            guard let runner = runners[group.type] else { continue }
            for test in group.cases {
                report.executed += 1
                let problems = problems(test, runner)
                report.failed += problems.isEmpty ? 0 : 1
                report.failures += problems.map { "\(group.type), tcId \(test.tcId) (\(test.comment)): \($0)" }
            }
        }
        guard report.executed == caseCount else {
            throw VectorError("\(report.executed) of \(caseCount) cases were executed")
        }
        return report
    }

    private func problems(_ test: Case, _ runner: VectorRunner) -> [String] {
        do {
            let input = try Fields(test.input, at: "input")
            var problems: [String] = []
            do {
                let output = try runner(input, folder)
                switch test.expected {
                case .valid(let expected): problems = JSON.object(output).differences(from: expected, at: "output")
                case .refused(let code): problems = ["was accepted, expected \(ErrorNames.name(code))"]
                }
            } catch let error as SealedMatchError {
                switch test.expected {
                case .valid: problems = ["refused with \(ErrorNames.name(error.code)): \(error.reason)"]
                case .refused(let code):
                    if error.code != code {
                        problems = [
                            "refused with \(ErrorNames.name(error.code)) (\(error.reason)), expected \(ErrorNames.name(code))"
                        ]
                    }
                }
            }
            if !input.unreadKeys.isEmpty {
                problems.append("keys that the runner did not read: \(input.unreadKeys.joined(separator: ", "))")
            }
            return problems
        } catch {
            return ["\(error)"]
        }
    }
}
