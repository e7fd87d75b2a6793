internal import ArgumentParser
internal import SealedMatchVectors

/// What a run of vectors prints.
struct VectorReport {
    private struct CaseLine: Encodable {
        let file: String
        let operation: String
        let `case`: Int
        let comment: String
        let result: String
        let reasons: [String]
    }

    private struct EndLine: Encodable {
        let passed: Int
        let failed: Int
        let skipped: Int
        let notRun: Int
        let seconds: Double
        let problem: String?
        let messages: [String]
    }

    /// Numbers of one file or of all.
    private struct Counts {
        var passed = 0
        var failed = 0
        var skipped = 0
        var notRun = 0

        mutating func add(_ verdict: VectorRun.Verdict) {
            switch verdict {
            case .passed: passed += 1
            case .failed: failed += 1
            case .skipped: skipped += 1
            case .notRun: notRun += 1
            }
        }

        var text: String {
            let others = [(failed, "failed"), (skipped, "skipped"), (notRun, "not run")].filter { $0.0 > 0 }
            return (["\(passed) passed"] + others.map { "\($0.0) \($0.1)" }).joined(separator: ", ")
        }
    }

    private let json: Bool
    private let total: Int
    private var remaining: [String: Int]
    private var counts = Counts()
    private var ofFile = Counts()
    private var failures: [String] = []
    /// Of each operation how many cases were skipped, and why the first of them was.
    private var skips: [(operation: String, count: Int, why: String)] = []
    /// What was wrong with the program besides its answers.
    var problem: String?
    /// What the program wrote to standard error last.
    var messages: [String] = []

    init(json: Bool, cases: [VectorRun.Case]) {
        self.json = json
        total = cases.count
        remaining = Dictionary(cases.map { ($0.question.file, 1) }, uniquingKeysWith: +)
    }

    mutating func add(_ one: VectorRun.Case, _ verdict: VectorRun.Verdict) {
        counts.add(verdict)
        ofFile.add(verdict)
        let (file, operation) = (one.question.file, one.question.operation)
        if json {
            printLine(one, verdict)
        } else if case .failed(let reasons) = verdict {
            failures += reasons.map { "FAILED \(one.name) (\(one.comment)): \($0)" }
        } else if case .skipped(let why) = verdict {
            let name = "\(file) \(operation)"
            if skips.last?.operation == name {
                skips[skips.count - 1].count += 1
            } else {
                skips.append((name, 1, why))
            }
        }
        remaining[file, default: 1] -= 1
        if remaining[file] == 0, !json {
            Terminal.endProgress()
            Terminal.print("\(file): \(ofFile.text)")
            for failure in failures { Terminal.print(failure) }
            (ofFile, failures) = (Counts(), [])
        }
        Terminal.progress("vectors", counts.passed + counts.failed + counts.skipped + counts.notRun, total)
    }

    private func printLine(_ one: VectorRun.Case, _ verdict: VectorRun.Verdict) {
        let (result, reasons): (String, [String]) =
            switch verdict {
            case .passed: ("passed", [])
            case .failed(let reasons): ("failed", reasons)
            case .skipped(let why): ("skipped", [why])
            case .notRun: ("notRun", [])
            }
        // Texts and whole numbers always encode.
        try? Terminal.printJSON(
            CaseLine(
                file: one.question.file, operation: one.question.operation, case: one.tcId, comment: one.comment,
                result: result, reasons: reasons))
    }

    /// Prints what is left to say.
    ///
    /// - Throws: the exit code of a run that did not pass.
    func end(after time: Duration, strict: Bool) throws {
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        let hasPassed =
            counts.failed == 0 && counts.notRun == 0 && problem == nil && counts.passed > 0
            && (!strict || counts.skipped == 0)
        if json {
            try Terminal.printJSON(
                EndLine(
                    passed: counts.passed, failed: counts.failed, skipped: counts.skipped, notRun: counts.notRun,
                    seconds: (seconds * 1000).rounded() / 1000, problem: problem, messages: messages))
        } else {
            for skip in skips { Terminal.print("skipped \(skip.operation): \(count(skip.count, "case")), \(skip.why)") }
            if let problem { Terminal.print("FAILED \(problem)") }
            if !hasPassed {
                for message in messages { Terminal.print("standard error: \(message)") }
            }
            if counts.passed == 0 { Terminal.print("nothing passed") }
            Terminal.print("\(count(total, "case")): \(counts.text), in \((seconds * 10).rounded() / 10) s")
        }
        guard hasPassed else { throw Failure.negative }
    }
}
