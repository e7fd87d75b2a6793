internal import ArgumentParser
internal import Foundation
internal import SealedMatchJSON
internal import SealedMatchVectors

struct VectorsRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs the test vectors through a program, and reports like a test run.",
        discussion: """
            The program reads questions on standard input and writes answers to standard output, one JSON object a \
            line; Vectors/README.md says how, under "Another implementation". It is started once, with the words of \
            --command, or with the words after --, which may hold blanks.

            Ends with 0 if every case passed or was skipped, and at least one passed; with 1 if one failed or was not \
            run.
            """)

    @Option(help: ArgumentHelp("The program and its arguments, parted by blanks.", valueName: "words"))
    var command: FileName?
    @Option(help: ArgumentHelp("The folder of vectors.", valueName: "folder"))
    var vectors = FileName(bytes: Array("Vectors".utf8))
    @Option(
        help: ArgumentHelp(
            "Only cases whose name holds this text, for example \"voucher/voucher.json Seal\"; may be given again.",
            valueName: "text")) var filter: [String] = []
    @Option(help: ArgumentHelp("How long the program may take for a case.", valueName: "seconds"))
    var timeout = 60.0
    @Flag(help: "A skipped case is a failed one.") var strict = false
    @Flag(help: "One JSON object a line: each case, then the whole run.") var json = false
    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("After --: the program and its arguments, in place of --command.", valueName: "word"))
    var program: [FileName] = []

    func validate() throws {
        guard words.first?.isEmpty == false, command == nil || program.isEmpty else {
            throw ValidationError("give the program either by --command or after --")
        }
        guard timeout > 0, timeout <= 86_400 else {
            throw ValidationError("--timeout is more than 0 and at most 86400 seconds")
        }
        guard !filter.contains("") else { throw ValidationError("--filter is no empty text") }
    }

    private var words: [[UInt8]] {
        guard let command else { return program.map(\.bytes) }
        return command.bytes.split(separator: UInt8(ascii: " ")).map { Array($0) }
    }

    func run() throws {
        try reportingFailures {
            let suite = try about(VectorSuite(folder: folder()), code: Failure.badData)
            let run = try about(VectorRun(suite, filters: filter), code: ExitCode(64))
            // A program that reads no more is reported, and ends nothing.
            signal(SIGPIPE, SIG_IGN)
            var report = VectorReport(json: json, cases: run.cases)
            let start = ContinuousClock.now
            try Interruption.watching { interruption in
                var answering = try AnsweringProgram(words) { interruption.isRequested }
                defer { Terminal.endProgress() }
                let isWhole = try run.run(
                    { try answering.ask($0, within: .seconds(timeout)) }, report: { report.add($0, $1) })
                if isWhole { report.problem = try answering.finish(within: .seconds(timeout)) }
                report.messages = answering.messages
            }
            try report.end(after: ContinuousClock.now - start, strict: strict)
        }
    }

    /// The absolute path of the folder, for messages in JSON.
    private func folder() throws -> String {
        let resolved = (vectors.bytes + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { realpath($0.baseAddress!, nil) }
        }
        guard let resolved else {
            throw Failure(
                "\(vectors): \(String(cString: strerror(errno))); --vectors names the folder of vectors",
                code: Failure.badFile)
        }
        defer { free(resolved) }
        guard let path = String(validatingCString: resolved) else {
            throw Failure("\(vectors): the path is no UTF-8, which questions cannot hold", code: Failure.badFile)
        }
        return path
    }

    private func about<Result>(_ work: @autoclosure () throws -> Result, code: ExitCode) throws -> Result {
        do {
            return try work()
        } catch let error as VectorError {
            throw Failure(error.description, code: code)
        }
    }
}
