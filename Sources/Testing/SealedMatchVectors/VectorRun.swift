internal import SealedMatchJSON

/// A run of vectors through another implementation, which answers one question after the other.
package struct VectorRun: Sendable {
    /// One case of a run.
    package struct Case: Sendable {
        package let question: Question
        package let tcId: Int
        package let comment: String
        package let expected: VectorFile.Expectation

        /// What filters look at, and what a person reads: `table/table.json Cells 1`.
        package var name: String { "\(question.file) \(question.operation) \(tcId)" }
    }

    package enum Verdict: Equatable, Sendable {
        case passed
        /// What is wrong, in short texts that may hold what the implementation wrote.
        case failed([String])
        case skipped(String)
        case notRun
    }

    /// What comes back to a question.
    package enum Reply: Sendable {
        /// Without its line feed.
        case line([UInt8])
        /// A line of more bytes than are kept.
        case tooLong(bytes: Int, limit: Int)
    }

    /// Why a run ends early.
    package struct Stop: Error {
        package let reason: String

        package init(_ reason: String) { self.reason = reason }
    }

    package let cases: [Case]

    /// - Parameters:
    ///   - suite: the vectors.
    ///   - filters: a case is taken if its name holds one of these texts; all cases if there are none.
    /// - Throws: `VectorError`, for a filter that no case's name holds.
    package init(_ suite: VectorSuite, filters: [String] = []) throws(VectorError) {
        var (cases, used): ([Case], Set<String>) = ([], [])
        for topic in suite.topics {
            for group in topic.file.groups {
                for test in group.cases {
                    let one = Case(
                        question: Question(
                            id: cases.count + 1, file: topic.path, folder: topic.folder, operation: group.type,
                            input: test.input),
                        tcId: test.tcId, comment: test.comment, expected: test.expected)
                    let held = filters.filter { one.name.contains($0) }
                    guard filters.isEmpty || !held.isEmpty else { continue }
                    used.formUnion(held)
                    cases.append(one)
                }
            }
        }
        if let unused = filters.first(where: { !used.contains($0) }) {
            throw VectorError("no case's name holds “\(unused)”; a name is, for example, “table/table.json Cells 1”")
        }
        self.cases = cases
    }

    /// Asks the questions in order.
    ///
    /// - Parameters:
    ///   - ask: gives the reply to a question, or throws `Stop`: then this case has failed, and those behind it are not
    ///     run.
    ///   - report: is called once for each case, in order.
    /// - Returns: whether all questions were asked and answered.
    /// - Throws: what `ask` throws besides.
    package func run(_ ask: (Question) throws -> Reply, report: (Case, Verdict) -> Void) throws -> Bool {
        var isStopped = false
        for one in cases {
            guard !isStopped else {
                report(one, .notRun)
                continue
            }
            do {
                report(one, try VectorRun.verdict(on: ask(one.question), one))
            } catch let stop as Stop {
                isStopped = true
                report(one, .failed([stop.reason]))
            }
        }
        return !isStopped
    }

    /// - Throws: `Stop`, if the reply is to another question.
    private static func verdict(on reply: Reply, _ one: Case) throws(Stop) -> Verdict {
        let line: [UInt8]
        switch reply {
        case .line(let bytes): line = bytes
        case .tooLong(let bytes, let limit):
            return .failed(["a line of \(bytes) bytes in place of an answer, which has at most \(limit)"])
        }
        do {
            return verdict(on: try Answer.read(line, to: one.question.id), one.expected)
        } catch let wrong as Answer.WrongID {
            throw Stop(
                "question \(one.question.id) was asked, and the answer has id \(JSON.shortened(wrong.id)): a program "
                    + "writes just one line for each question, in their order. It wrote “\(quoted(line))”")
        } catch {
            return .failed(["\(error): “\(quoted(line))”"])
        }
    }

    private static func verdict(on answer: Answer, _ expected: VectorFile.Expectation) -> Verdict {
        switch (answer, expected) {
        case (.skipped(let why), _): return .skipped(JSON.shortened(why))
        case (.output(let output), .valid(let expected)):
            let differences = output.differences(from: expected, at: "output")
            return differences.isEmpty ? .passed : .failed(differences)
        case (.error(let name), .refused(let expected)):
            let isRight = name.utf8.elementsEqual(expected.utf8)
            return isRight ? .passed : .failed(["refused with “\(JSON.shortened(name))”, expected \(expected)"])
        case (.error(let name), .valid):
            return .failed(["refused with “\(JSON.shortened(name))”, expected an output"])
        case (.output(let output), .refused(let expected)):
            return .failed(["was accepted with the output \(output), expected the error \(expected)"])
        }
    }

    /// The first bytes of what came, as text.
    package static func quoted(_ bytes: [UInt8]) -> String {
        let shown = String(decoding: bytes.prefix(200), as: UTF8.self)
        return bytes.count > 200 ? "\(shown)… (\(bytes.count) bytes)" : shown
    }
}
