import Foundation
import SealedMatchCrypto
import SealedMatchJSON
import SealedMatchVectors

/// Carries out one operation with the code under test and gives the output, as the vectors hold it. It reads all of the
/// input first.
typealias VectorRunner = @Sendable (_ input: Fields, _ folder: VectorFolder) throws -> [String: JSON]

extension VectorFile {
    /// Reads a file of vectors.
    init(_ url: URL) throws {
        self = try VectorFile(
            [UInt8](Data(contentsOf: url)), topic: url.deletingPathExtension().lastPathComponent,
            errors: Set(ErrorNames.codes.keys))
    }

    struct Report {
        var executed = 0
        var failed = 0
        /// For a person: file and case, and what is wrong.
        var failures: [String] = []
    }

    /// Runs all cases of the file, which is in `folder`.
    /// - Throws: `VectorError` for a type of group that has no runner, and for a runner without a case.
    func run(_ runners: [String: VectorRunner], in folder: VectorFolder) throws -> Report {
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
                let problems = problems(test, runner, folder)
                report.failed += problems.isEmpty ? 0 : 1
                report.failures += problems.map { "\(group.type), tcId \(test.tcId) (\(test.comment)): \($0)" }
            }
        }
        guard report.executed == caseCount else {
            throw VectorError("\(report.executed) of \(caseCount) cases were executed")
        }
        return report
    }

    private func problems(_ test: Case, _ runner: VectorRunner, _ folder: VectorFolder) -> [String] {
        do {
            let input = try Fields(test.input, at: "input")
            var problems: [String] = []
            do {
                let output = try runner(input, folder)
                switch test.expected {
                case .valid(let expected): problems = JSON.object(output).differences(from: expected, at: "output")
                case .refused(let expected): problems = ["was accepted, expected \(expected)"]
                }
            } catch let error as SealedMatchError {
                switch test.expected {
                case .valid: problems = ["refused with \(ErrorNames.name(error.code)): \(error.reason)"]
                case .refused(let expected):
                    let name = ErrorNames.name(error.code)
                    if name != expected { problems = ["refused with \(name) (\(error.reason)), expected \(expected)"] }
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
