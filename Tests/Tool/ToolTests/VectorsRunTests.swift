import Foundation
import SealedMatchTestSupport
import Testing

/// `sealedmatch vectors run` with programs that answer, and with some that misbehave.
@Suite struct VectorsRunTests {
    private static let vectors = Reference.repository.appending(path: "Vectors").path
    /// What the programs here know.
    private static let operation = "check-level/check-level.json CheckLevel"

    /// Seconds for a program that never answers: more than any other takes to begin, however busy the machine is.
    private static let patience = 10

    /// Cases of an operation, or of all.
    private static func caseCount(_ operation: (file: String, type: String)? = nil) throws -> Int {
        var count = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: vectors) {
            guard let contents = FileManager.default.contents(atPath: "\(vectors)/\(name)/\(name).json") else {
                continue
            }
            let file = try #require(JSONSerialization.jsonObject(with: contents) as? [String: Any])
            for group in try #require(file["testGroups"] as? [[String: Any]]) {
                let isWanted = operation.map { $0.file == name && $0.type == group["type"] as? String } ?? true
                count += isWanted ? try #require(group["tests"] as? [Any]).count : 0
            }
        }
        return count
    }

    /// A program in Python: `questions()` reads, `right(q)` is the answer to a question, `say(a)` writes it.
    private static func program(_ tool: Tool, _ body: String) throws -> [String] {
        let prelude = """
            import json, os, signal, subprocess, sys, time

            def questions():
                for line in sys.stdin:
                    yield json.loads(line)

            def right(q):
                v = min(q["input"]["number"], 65535)
                return {"id": q["id"], "output": {"level": q["input"]["levels"][(v // 32).bit_length()]}}

            def say(answer):
                print(json.dumps(answer), flush=True)


            """
        let name = "program-\(UUID().uuidString).py"
        try tool.write(prelude + body + "\n", to: name)
        return ["/usr/bin/python3", "-B", tool.file(name)]
    }

    private static func run(
        _ tool: Tool, _ program: [String], filter: String? = operation, _ options: String...
    ) throws -> Tool.Result {
        let filters = filter.map { ["--filter", $0] } ?? []
        return try tool.run(["vectors", "run", "--vectors", vectors] + filters + options + ["--"] + program)
    }

    private static func lastLine(_ result: Tool.Result) -> String {
        result.output.split(separator: "\n").last.map(String.init) ?? ""
    }

    // MARK: good programs

    /// The independent implementation answers every case, and each message is what the schemas say.
    @Test(.enabled(if: Reference.python != nil)) func referencePasses() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let script = Reference.repository.appending(path: "Tests/Tool/ToolTests/Scripts/checked_answers.py").path
        let program = [try #require(Reference.python), "-B", script, Self.vectors]
        let result = try Self.run(tool, program, filter: nil, "--timeout", "600")
        let all = try Self.caseCount()
        #expect(result.status == 0 && all > 1_800, "\(result.output)\(result.errors)")
        #expect(Self.lastLine(result).hasPrefix("\(all) cases: \(all) passed, in "), "\(result.output)")
    }

    @Test(.enabled(if: Reference.python != nil)) func documentedCommandRuns() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let process = try tool.start([
            "vectors", "run", "--filter", "table/table.json Cells", "--command",
            "\(try #require(Reference.python)) -B Vectors/generate/answer.py",
        ])
        // The default folder of vectors is the repository's.
        process.currentDirectoryURL = Reference.repository
        let result = try tool.finish(process)
        #expect(result.status == 0 && result.output.contains("table/table.json: "), "\(result.output)\(result.errors)")
    }

    /// The program in Vectors/README.md, as it is printed.
    @Test func exampleOfTheDocument() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let readme = try String(contentsOfFile: Self.vectors + "/README.md", encoding: .utf8)
        let start = try #require(readme.range(of: "```python\n"))
        let end = try #require(readme.range(of: "```\n", range: start.upperBound..<readme.endIndex))
        try tool.write(String(readme[start.upperBound..<end.lowerBound]), to: "my_answers.py")
        let command = "python3 \(tool.file("my_answers.py"))"
        let result = try tool.run("vectors", "run", "--vectors", Self.vectors, "--command", command)
        let (known, all) = (try Self.caseCount(("check-level", "CheckOfWord")), try Self.caseCount())
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(Self.lastLine(result).hasPrefix("\(all) cases: \(known) passed, \(all - known) skipped, in "))
        #expect(result.output.contains("skipped table/table.json Cells: 24 cases, not written yet"))
        // Skips are failures where that is asked for, and a run in which nothing else happens has not passed.
        let strict = try tool.run("vectors", "run", "--vectors", Self.vectors, "--strict", "--command", command)
        #expect(strict.status == 1)
        let nothing = try tool.run(
            "vectors", "run", "--vectors", Self.vectors, "--filter", "table/", "--command", command)
        #expect(nothing.status == 1 && nothing.output.contains("nothing passed"))
    }

    /// An implementation with one mistake.
    @Test func wrongImplementationFails() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(
            tool, "for q in questions():\n    q['input']['number'] += q['input']['number'] == 31\n    say(right(q))")
        let result = try Self.run(tool, program)
        let all = try Self.caseCount(("check-level", "CheckLevel"))
        #expect(result.status == 1, "\(result.output)\(result.errors)")
        #expect(Self.lastLine(result).hasPrefix("\(all) cases: \(all - 2) passed, 2 failed, in "), "\(result.output)")
        #expect(result.output.contains("FAILED \(Self.operation) 23 (v = 31): output.level is 2, expected 1"))
        // The same as JSON.
        let lines = try Self.run(tool, program, "--json").output.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(lines.count == all + 1)
        let failed = lines.filter { $0["result"] as? String == "failed" }
        #expect(
            failed.count == 2 && failed[0]["case"] as? Int == 23 && failed[0]["operation"] as? String == "CheckLevel")
        #expect((failed[0]["reasons"] as? [String])?.first == "output.level is 2, expected 1")
        #expect(lines[all]["passed"] as? Int == all - 2 && lines[all]["failed"] as? Int == 2)
    }

    // MARK: answers that are wrong, one by one

    /// What comes in place of the third answer, which fails this case alone; the text that names why.
    @Test(arguments: [
        ("print('hello', flush=True)", "no JSON: no value at byte 0: “hello”"),
        ("print('', flush=True)", "no JSON: the end at byte 0"),
        ("print('{\"id\":3,\"output\":{}', flush=True)", "neither comma nor end of the object"),
        ("sys.stdout.buffer.write(b'{\"id\":3,\"error\":\"\\xff\"}\\n'); sys.stdout.flush()", "no UTF-8"),
        ("print('[' * 100000, flush=True)", "more than 64 levels"),
        ("print('{\"id\":3,\"error\":\"\\\\ud800\"}', flush=True)", "lone surrogate"),
        ("print('{\"id\":3,\"id\":3,\"output\":{}}', flush=True)", "a key for the second time"),
        ("say({'output': {}})", "the answer has no key id"), ("say([])", "the answer is no object"),
        ("say({'id': '3', 'output': {}})", "the answer's id is no whole number"),
        ("say({'id': 3})", "one of output, error and skipped"),
        ("say({'id': 3, 'output': {}, 'error': 'wrongLength'})", "one of output, error and skipped"),
        ("say({'id': 3, 'output': {}, 'more': 1})", "one of output, error and skipped"),
        ("say({'id': 3, 'output': 1})", "the output is no object"), ("say({'id': 3, 'error': 7})", "error is no text"),
        ("say({'id': 3, 'output': {}})", "output.level is missing"),
        ("say({'id': 3, 'output': {'level': 1, 'more': 2}})", "output.more is too many"),
        ("say({'id': 3, 'output': {'level': 1.0}})", "output.level is 1.0, expected 1"),
        ("say({'id': 3, 'output': {'level': '1'}})", "output.level is “1”, expected 1"),
        ("say({'id': 3, 'output': {'level': True}})", "output.level is true, expected 1"),
        ("say({'id': 3, 'output': {'level': 10 ** 50}})", "output.level is 1000"),
        ("say({'id': 3, 'error': 'wrongLength'})", "refused with “wrongLength”, expected an output"),
        ("say({'id': 3, 'error': '\\x1b[2J\\n\\u202e' + 'x' * 100000})", "\\x1b[2J\\x0a\\xe2\\x80\\xae"),
        ("say({'id': 3, 'output': {'\\x1b[2J' * 1000: 1}})", "(4000 characters) is too many"),
        ("print('x' * 10 ** 8, flush=True)", "a line of 100000000 bytes in place of an answer"),
    ])
    func wrongAnswerFailsItsCase(_ wrong: (statement: String, says: String)) throws {
        let tool = try Tool()
        defer { tool.remove() }
        let result = try Self.run(
            tool,
            Self.program(
                tool,
                """
                for q in questions():
                    if q["id"] == 3:
                        \(wrong.statement)
                    else:
                        say(right(q))
                """))
        let all = try Self.caseCount(("check-level", "CheckLevel"))
        #expect(result.status == 1 && result.errors.isEmpty, "\(result.errors)")
        #expect(Self.lastLine(result).hasPrefix("\(all) cases: \(all - 1) passed, 1 failed, in "), "\(result.output)")
        #expect(result.output.contains("FAILED \(Self.operation) 23 "), "\(result.output)")
        #expect(result.output.contains(wrong.says), "\(result.output)")
        #expect(result.output.utf8.count < 2_000 && !result.output.contains("\u{1B}"))
    }

    /// A line of 200 MB takes no such memory here.
    @Test func longLinesAreNotKept() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(
            tool,
            """
            def peak():
                status = open(f"/proc/{os.getppid()}/status").read()
                return int(status.split("VmHWM:")[1].split()[0]) / 1024

            for q in questions():
                if q["id"] == 2:
                    before = peak()
                    for _ in range(200):
                        sys.stdout.write("x" * 10**6)
                    sys.stdout.write("\\n")
                    sys.stdout.flush()
                elif q["id"] == 3:
                    say({"id": 3, "skipped": f"{peak() - before:.0f} MB"})
                else:
                    say(right(q))
            """)
        let result = try Self.run(tool, program)
        #expect(result.output.contains("a line of 200000000 bytes"), "\(result.output)")
        let line = try #require(result.output.split(separator: "\n").first { $0.hasPrefix("skipped ") })
        let grown = try #require(line.split(separator: " ").dropLast().last.flatMap { Int($0) }, "\(line)")
        #expect(grown < 64, "\(line)")
    }

    /// A value that is expected to be refused.
    @Test func acceptedWhatIsRefused() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(tool, "for q in questions():\n    say({'id': q['id'], 'output': {'m': 1}})")
        let result = try Self.run(tool, program, filter: "table/table.json Cells 24")
        #expect(result.status == 1)
        #expect(result.output.contains("was accepted with the output { m }, expected the error tooManyEntries"))
        let other = try Self.program(tool, "for q in questions():\n    say({'id': q['id'], 'error': 'peelingFailed'})")
        let refused = try Self.run(tool, other, filter: "table/table.json Cells 24")
        #expect(refused.output.contains("refused with “peelingFailed”, expected tooManyEntries"))
        // Long texts are told apart where they differ.
        let stream = try Self.program(
            tool, "for q in questions():\n    say({'id': q['id'], 'output': {'output': '00' * 128}})")
        let number = try Self.number(of: "the key stream itself, the zero key", in: "kdf/kdf.json")
        let different = try Self.run(tool, stream, filter: "kdf/kdf.json Stream \(number)")
        #expect(different.output.contains("output.output has from character "), "\(different.output)")
    }

    /// The number of the vector that has this comment: others may come before it.
    private static func number(of comment: String, in file: String) throws -> Int {
        struct Vectors: Decodable {
            struct Group: Decodable { let tests: [Test] }
            struct Test: Decodable {
                let tcId: Int
                let comment: String
            }
            let testGroups: [Group]
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: vectors + "/" + file))
        let tests = try JSONDecoder().decode(Vectors.self, from: data).testGroups.flatMap(\.tests)
        return try #require(tests.first { $0.comment == comment }).tcId
    }

    // MARK: programs that end a run

    /// What happens at the third question; what is said of it. The cases behind it are not run.
    @Test(arguments: [
        ("sys.exit(3)", "the command ended with exit code 3"), ("sys.exit(0)", "the command ended with exit code 0"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "the command was ended by signal 11"),
        (
            "sys.stdout.write('{\"id\": 3'); sys.stdout.flush(); os._exit(4)",
            "exit code 4, after “{\"id\": 3” without a line feed"
        ),
        ("os.close(1); time.sleep(60)", "the command closed its standard output"),
        (
            "time.sleep(60)",
            "no answer within \(patience).0 seconds; a program ends each answer with a line feed and flushes it"
        ),
        (
            "sys.stdout.write('{\"id\"'); sys.stdout.flush(); time.sleep(60)",
            "within \(patience).0 seconds, after “{\"id\"” without a line feed"
        ),
        ("while True: os.write(1, b'x' * 65536)", "no answer within \(patience).0 seconds, in a line without end"),
        ("subprocess.Popen(['sleep', '600']); os._exit(3)", "the command ended with exit code 3"),
        ("say(dict(right(q), id=2))", "question 3 was asked, and the answer has id 2"),
        ("say(dict(right(q), id=4))", "question 3 was asked, and the answer has id 4"),
        ("say(right(q)); say(right(q))", "question 4 was asked, and the answer has id 3"),
        ("say(dict(right(q), id=10 ** 30))", "the answer has id 1000"),
    ])
    func programEndsTheRun(_ end: (statement: String, says: String)) throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(
            tool,
            """
            for q in questions():
                if q["id"] == 3:
                    print("what it says of itself", file=sys.stderr, flush=True)
                    \(end.statement)
                else:
                    say(right(q))
            """)
        let result = try Self.run(tool, program, "--timeout", "\(Self.patience)")
        let all = try Self.caseCount(("check-level", "CheckLevel"))
        let passed = end.says.contains("question 4") ? 3 : 2
        #expect(result.status == 1 && result.errors.isEmpty, "\(result.errors)")
        #expect(
            Self.lastLine(result).hasPrefix(
                "\(all) cases: \(passed) passed, 1 failed, \(all - passed - 1) not run, in "),
            "\(result.output)")
        #expect(result.output.contains("FAILED \(Self.operation) \(21 + passed) "), "\(result.output)")
        #expect(result.output.contains(end.says), "\(result.output)")
        #expect(result.output.contains("standard error: what it says of itself"))
    }

    /// A question longer than a pipe holds, to a program that does not read it.
    @Test func closedInput() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(tool, "os.close(0)\ntime.sleep(60)")
        let result = try Self.run(tool, program, filter: "end-to-end/end-to-end.json EndToEnd 2")
        #expect(result.status == 1 && !result.wasKilled)
        #expect(result.output.contains("closed its standard input before it had read the question"), "\(result.output)")
        // One that writes its answer before it reads is no reason to wait for each other.
        let early = try Self.program(
            tool, "for line in [1]:\n    say({'id': 1, 'error': 'x' * 3000000})\nsys.stdin.read()")
        let answered = try Self.run(tool, early, filter: "end-to-end/end-to-end.json EndToEnd 2")
        #expect(answered.output.contains("(3000000 characters)"), "\(answered.output)")
    }

    /// After the last answer.
    @Test(arguments: [
        ("say(right(q))", "the command wrote more than answers: “{\"id\": 58"),
        ("sys.stdout.write('bye'); sys.stdout.flush()", "the command wrote more than answers: “bye”"),
        ("while True: say(right(q))", "the command wrote more than answers: “{\"id\": 58"),
        ("sys.exit(5)", "the command ended with exit code 5"),
        (
            "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
            "the command did not end within \(patience).0 seconds"
        ),
    ])
    func lastWords(_ end: (statement: String, says: String)) throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(tool, "for q in questions():\n    say(right(q))\n\(end.statement)")
        let result = try Self.run(tool, program, "--timeout", "\(Self.patience)")
        #expect(result.status == 1 && result.errors.isEmpty, "\(result.errors)")
        #expect(result.output.contains("FAILED \(end.says)"), "\(result.output)")
    }

    /// Much on standard error stops nothing, and only the end of it is shown.
    @Test func muchOnStandardError() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(
            tool,
            """
            for q in questions():
                os.write(2, b"\\x1b[2J" + b"y" * 300000 + b"\\n")
                say(right(q))
            os.write(2, b"the end\\n")
            """)
        let passed = try Self.run(tool, program)
        #expect(passed.status == 0 && passed.errors.isEmpty && !passed.output.contains("yyyy"), "\(passed.output)")
        let failed = try Self.program(tool, "os.write(2, b'\\x1b[2J\\n' * 10**6)\nsys.exit(1)")
        let shown = try Self.run(tool, failed)
        #expect(shown.output.contains("standard error: \\x1b[2J") && shown.output.utf8.count < 2_000)
    }

    // MARK: nothing stays behind

    private static func isAlive(_ process: String) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        // A dead one may wait for whoever inherits it.
        return status.range(of: ") Z ") == nil
    }

    private static func waitForEnd(_ process: String) throws {
        for _ in 0..<500 where isAlive(process) { usleep(10_000) }
        #expect(!isAlive(process))
    }

    /// Children that hold the pipes open.
    @Test func childrenEnd() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(
            tool,
            """
            child = subprocess.Popen(["sleep", "600"])
            open("\(tool.file("child"))", "w").write(str(child.pid))
            for q in questions():
                say(right(q))
            """)
        #expect(try Self.run(tool, program).status == 0)
        try Self.waitForEnd(String(decoding: tool.bytes("child"), as: UTF8.self))
    }

    /// The report cannot be written, while the program does not look at its input.
    @Test func unwrittenReport() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(
            tool,
            """
            open("\(tool.file("program"))", "w").write(str(os.getpid()))
            for q in questions():
                say(right(q))
                time.sleep(600)
            """)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments =
            ["-c", "exec \"$0\" vectors run --json --vectors \"$1\" --filter \"$2\" -- \"${@:3}\" > /dev/full"]
            + [try Tool.executable.path, Self.vectors, Self.operation] + program
        process.currentDirectoryURL = URL(fileURLWithPath: tool.directory)
        process.standardInput = FileHandle.nullDevice
        let result = try tool.finish(process)
        #expect(result.status == 66, "\(result.errors)")
        try Self.waitForEnd(String(decoding: tool.bytes("program"), as: UTF8.self))
    }

    /// The program gets its three streams, and no other descriptor of ours.
    @Test func programHasThreeDescriptors() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(
            tool,
            """
            opened = [name for name in range(3, 1024) if os.path.exists(f"/proc/self/fd/{name}")]
            for q in questions():
                say({"id": q["id"], "skipped": f"{opened} {os.environ['PATH'] != ''} {os.getpid() == os.getpgid(0)}"})
            """)
        #expect(try Self.run(tool, program).output.contains("[] True True"))
    }

    @Test(arguments: [SIGINT, SIGTERM]) func interrupted(_ number: Int32) throws {
        let tool = try Tool()
        defer { tool.remove() }
        let program = try Self.program(
            tool,
            """
            child = subprocess.Popen(["sleep", "600"])
            open("\(tool.file("child"))", "w").write(str(child.pid))
            os.rename("\(tool.file("child"))", "\(tool.file("ready"))")
            time.sleep(600)
            """)
        let process = try tool.start(["vectors", "run", "--vectors", Self.vectors, "--"] + program)
        let waiting = Thread {
            while !tool.exists("ready") { usleep(10_000) }
            kill(process.processIdentifier, number)
        }
        waiting.start()
        let result = try tool.finish(process)
        #expect(result.status == 130 && result.errors.contains("interrupted"), "\(result.errors)")
        try Self.waitForEnd(String(decoding: tool.bytes("ready"), as: UTF8.self))
    }

    // MARK: what cannot be run

    @Test func usage() throws {
        let tool = try Tool()
        defer { tool.remove() }
        func run(_ arguments: String...) throws -> Tool.Result { try tool.run(["vectors", "run"] + arguments) }
        let missing = try run("--vectors", Self.vectors, "--", "no-such-program")
        #expect(missing.status == 69 && missing.errors.contains("no-such-program: no such program in PATH"))
        try tool.write("no program", to: "text file")
        let text = try run("--vectors", Self.vectors, "--", tool.file("text file"))
        #expect(text.status == 69 && text.errors.contains("cannot be started: Permission denied"), "\(text.errors)")
        #expect(try run("--vectors", Self.vectors).status == 64)
        #expect(try run("--vectors", Self.vectors, "--command", "a", "--", "b").status == 64)
        #expect(try run("--vectors", Self.vectors, "--command", "  ").status == 64)
        #expect(try run("--vectors", Self.vectors, "--timeout", "0", "--command", "cat").status == 64)
        let filter = try run("--vectors", Self.vectors, "--filter", "Seel", "--filter", "Seal", "--command", "cat")
        #expect(filter.status == 64 && filter.errors.contains("no case's name holds “Seel”"), "\(filter.errors)")
        #expect(try run("--vectors", "nowhere", "--command", "cat").status == 66)
        #expect(try run("--command", "cat").errors.contains("--vectors names the folder"))
        #expect(try run("--vectors", ".", "--command", "cat").status == 65)
        // The words of --command are parted by blanks, those behind the dashes are not.
        try writeScript("exec /usr/bin/python3 -B \"$2\"", to: tool.file("a program"))
        let program = try Self.program(tool, "for q in questions():\n    say(right(q))")
        let blanks = try Self.run(tool, [tool.file("a program"), "a b", program[2]])
        #expect(blanks.status == 0, "\(blanks.output)\(blanks.errors)")
    }

    /// Half of a copy is no copy.
    @Test func incompleteVectors() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let copy = tool.file("copy")
        try FileManager.default.copyItem(atPath: Self.vectors, toPath: copy)
        try FileManager.default.removeItem(atPath: copy + "/table")
        let missing = try tool.run("vectors", "run", "--vectors", copy, "--command", "cat")
        #expect(missing.status == 65 && missing.errors.contains("table/table.json is missing"), "\(missing.errors)")
        let kdf = URL(fileURLWithPath: copy + "/kdf/kdf.json")
        let text = try String(contentsOf: kdf, encoding: .utf8)
        try FileManager.default.copyItem(atPath: Self.vectors + "/table", toPath: copy + "/table")
        let count = try #require(Int(text.firstMatch(of: /"numberOfTests": (\d+)/)?.1 ?? ""))
        try text.replacing("\"numberOfTests\": \(count)", with: "\"numberOfTests\": \(count + 1)").write(
            to: kdf, atomically: true, encoding: .utf8)
        let wrong = try tool.run("vectors", "run", "--vectors", copy, "--command", "cat")
        #expect(
            wrong.status == 65 && wrong.errors.contains("numberOfTests is \(count + 1), there are \(count)"),
            "\(wrong.errors)")
    }

    /// `make vectors-archive` makes the same bytes again, and the archive is all that a run needs.
    @Test(.enabled(if: Reference.python != nil)) func archive() throws {
        let tool = try Tool()
        defer { tool.remove() }
        func run(_ program: String, _ arguments: String..., in directory: URL) throws -> Tool.Result {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            process.currentDirectoryURL = directory
            process.standardInput = FileHandle.nullDevice
            // `make test` would be asked for processors.
            process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MAKE") }
            return try tool.finish(process)
        }
        for name in ["one.tar.gz", "two.tar.gz"] {
            let made = try run(
                "/usr/bin/make", "--no-print-directory", "vectors-archive", "VECTORS_ARCHIVE=\(tool.file(name))",
                in: Reference.repository)
            #expect(made.status == 0 && made.output.contains(name), "\(made.output)\(made.errors)")
        }
        #expect(try tool.bytes("one.tar.gz") == tool.bytes("two.tar.gz"))
        let here = URL(fileURLWithPath: tool.directory)
        #expect(try run("/usr/bin/tar", "-xzf", "one.tar.gz", in: here).status == 0)
        let folder = try #require(
            FileManager.default.contentsOfDirectory(atPath: tool.directory).first {
                $0.hasPrefix("sealedmatch-vectors-")
            }
        )
        for name in ["LICENSE", "Docs/Protocol.md", "Vectors/README.md", "Vectors/schemas/messages.schema.json"] {
            #expect(tool.exists("\(folder)/\(name)"), "\(name)")
        }
        #expect(!tool.exists("\(folder)/Vectors/generate"))
        let answers = Reference.repository.appending(path: "Vectors/generate/answer.py").path
        let result = try tool.run(
            "vectors", "run", "--vectors", "\(folder)/Vectors", "--filter", "voucher/voucher.json Decode", "--filter",
            "audit-package/audit-package.json VerifyKey", "--", try #require(Reference.python), "-B", answers)
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }
}
