internal import CSealedMatchSpawn
internal import Glibc
internal import SealedMatchVectors
internal import Synchronization

/// Another implementation at work: a program in a process group of its own that reads questions on its standard input
/// and writes answers to its standard output, a line each.
///
/// Whatever it does, no call waits longer than it says, and no more than a line and the end of its messages is kept.
/// The whole group is killed and the process reaped when this value goes away.
struct AnsweringProgram: ~Copyable {
    /// The longest line that is kept.
    static let lineLimit = 4 << 20

    private let process: pid_t
    /// Of its standard input, output and error; −1 when one is closed.
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    /// What is not yet written to it.
    private var waiting: ArraySlice<UInt8> = []
    private var lines = LineBuffer(limit: AnsweringProgram.lineLimit)
    private var lastMessages: [UInt8] = []
    /// Whether there was more of them.
    private var isCut = false
    private var isReaped = false
    private let isInterrupted: () -> Bool

    /// - Parameters:
    ///   - words: the program and its arguments. A program without a slash is looked for in PATH.
    ///   - isInterrupted: whether the user has had enough; asked every tenth of a second.
    /// - Throws: `Failure`, if it cannot be started.
    init(_ words: [[UInt8]], isInterrupted: @escaping () -> Bool) throws {
        var ends: [[Int32]] = []
        defer { for end in ends { _ = close(end[0]) } }
        // Their ends first, ours second.
        for number in 0..<3 {
            var pipe: [Int32] = [-1, -1]
            let status = number == 0 ? cspawn_input_pipe(&pipe) : cspawn_pipe(&pipe)
            guard status == 0 else {
                for end in ends { _ = close(end[1]) }
                throw Failure("no pipe to the program: \(String(cString: strerror(status)))", code: Failure.badFile)
            }
            ends.append(number == 0 ? pipe : pipe.reversed())
        }
        do {
            process = try AnsweringProgram.spawn(words, ends.map { $0[0] })
        } catch {
            for end in ends { _ = close(end[1]) }
            throw error
        }
        (input, output, errors) = (ends[0][1], ends[1][1], ends[2][1])
        self.isInterrupted = isInterrupted
        AnsweringProgram.running.store(process, ordering: .relaxed)
        atexit { AnsweringProgram.killAtExit() }
    }

    deinit {
        for descriptor in [input, output, errors] where descriptor >= 0 { _ = close(descriptor) }
        if !isReaped { _ = AnsweringProgram.killAndReap(process) }
    }

    /// The last lines that it wrote to standard error, the latest last. Of a longer line its end is shown if the
    /// beginning was not kept.
    var messages: [String] {
        let lines = lastMessages.split(separator: UInt8(ascii: "\n"))
        let shown = lines.suffix(20).map { VectorRun.quoted(Array($0)) }
        guard isCut, lines.count <= 20, let first = lines.first else { return shown }
        return ["… " + VectorRun.quoted(Array(first.suffix(200)))] + shown.dropFirst()
    }

    /// Writes a question and waits for a line.
    ///
    /// - Throws: `VectorRun.Stop`, if none comes; `Failure` if the user interrupted.
    mutating func ask(_ question: Question, within time: Duration) throws -> VectorRun.Reply {
        waiting += question.line
        var deadline = ContinuousClock.now + time
        var hasRefused = false
        while true {
            if let line = lines.next() { return line }
            if output < 0 { throw VectorRun.Stop(end()) }
            guard try wait(until: deadline) else {
                throw VectorRun.Stop(
                    hasRefused
                        ? "the command closed its standard input before it had read the question\(unfinished)"
                        : "no answer within \(time)\(unfinished); a program ends each answer with a line feed and "
                            + "flushes it")
            }
            // What it started may hold its output open.
            if lines.isEmpty, output >= 0, hasEnded {
                takeRest()
                if lines.isEmpty { throw VectorRun.Stop(end()) }
            }
            if input < 0, !waiting.isEmpty, !hasRefused {
                // Nobody reads. If it has died its end is soon known, and is a better word.
                hasRefused = true
                deadline = min(deadline, .now + .seconds(2))
            }
        }
    }

    /// Closes the program's input after the last answer and waits for its end.
    ///
    /// - Returns: what was wrong with it; nil if it ended by itself, with code 0 and without another word.
    /// - Throws: `Failure` if the user interrupted.
    mutating func finish(within time: Duration) throws -> String? {
        closeInput()
        let deadline = ContinuousClock.now + time
        while !hasEnded {
            if let more = wordTooMany() { return more }
            guard try wait(until: deadline, atMost: 5) else {
                return "the command did not end within \(time) after its standard input had ended"
            }
        }
        takeRest()
        let ending = reap()
        return wordTooMany(andUnfinished: true) ?? (ending == "ended with exit code 0" ? nil : "the command \(ending)")
    }

    private mutating func wordTooMany(andUnfinished: Bool = false) -> String? {
        switch lines.next() ?? (andUnfinished ? lines.rest : nil) {
        case nil: nil
        case .line(let bytes): "the command wrote more than answers: “\(VectorRun.quoted(bytes))”"
        case .tooLong(let bytes, _): "the command wrote \(bytes) bytes more than answers"
        }
    }

    // MARK: waiting

    /// Waits until something can be read or written, or the program's end is worth looking for, and does it.
    ///
    /// - Returns: false at the deadline.
    private mutating func wait(until deadline: ContinuousClock.Instant, atMost limit: Int32 = 100) throws -> Bool {
        if isInterrupted() { throw Failure("interrupted", code: Failure.interrupted) }
        let left = deadline - .now
        guard left > .zero else { return false }
        let milliseconds = left >= .milliseconds(100) ? 100 : 1 + left.components.attoseconds / 1_000_000_000_000_000
        var polled = [
            pollfd(fd: waiting.isEmpty ? -1 : input, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&polled, nfds_t(polled.count), min(limit, Int32(milliseconds))) > 0 else { return true }
        if polled[0].revents != 0 { write() }
        if polled[1].revents != 0 { readOutput() }
        if polled[2].revents != 0 { readErrors() }
        return true
    }

    private mutating func write() {
        let status = waiting.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
        if status > 0 {
            waiting = status == waiting.count ? [] : waiting.dropFirst(status)
        } else if status < 0, errno != EAGAIN, errno != EINTR {
            closeInput()
        }
    }

    private mutating func closeInput() {
        guard input >= 0 else { return }
        _ = close(input)
        input = -1
    }

    private mutating func readOutput() {
        let (bytes, isOpen) = AnsweringProgram.read(output)
        lines.append(bytes)
        guard !isOpen else { return }
        _ = close(output)
        output = -1
    }

    private mutating func readErrors() {
        let (bytes, isOpen) = AnsweringProgram.read(errors)
        lastMessages += bytes
        if lastMessages.count > 4_096 {
            isCut = true
            lastMessages.removeFirst(lastMessages.count - 4_096)
        }
        guard !isOpen else { return }
        _ = close(errors)
        errors = -1
    }

    /// One read that does not block; false at the end.
    private static func read(_ descriptor: Int32) -> ([UInt8], Bool) {
        var status = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            status = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            count = max(0, status)
        }
        return (bytes, status > 0 || status < 0 && (errno == EAGAIN || errno == EINTR))
    }

    // MARK: the end

    private var unfinished: String {
        switch lines.rest {
        case nil: ""
        case .tooLong: ", in a line without end"
        case .line(let bytes): ", after “\(VectorRun.quoted(bytes))” without a line feed"
        }
    }

    /// Whether the process is no more, though it is not reaped.
    private var hasEnded: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) != 0
            || information.si_signo != 0
    }

    /// What became of a program whose output has ended.
    private mutating func end() -> String {
        let deadline = ContinuousClock.now + .seconds(2)
        while !hasEnded, ContinuousClock.now < deadline { usleep(2_000) }
        guard hasEnded else { return "no answer: the command closed its standard output\(unfinished)" }
        takeRest()
        return "no answer: the command \(reap())\(unfinished)"
    }

    /// What was written last is still in the pipes, at most what they hold: a child that it left behind may write on.
    private mutating func takeRest() {
        for _ in 0..<16 where output >= 0 { readOutput() }
        for _ in 0..<16 where errors >= 0 { readErrors() }
    }

    private mutating func reap() -> String {
        isReaped = true
        return AnsweringProgram.killAndReap(process)
    }

    /// Kills the group while the process, even if dead, still holds its number; so no other process can be meant.
    ///
    /// - Returns: how the process ended.
    private static func killAndReap(_ process: pid_t) -> String {
        _ = kill(-process, SIGKILL)
        running.store(0, ordering: .relaxed)
        var status: Int32 = 0
        var reaped: pid_t
        repeat { reaped = waitpid(process, &status, 0) } while reaped < 0 && errno == EINTR
        guard reaped == process else { return "ended" }
        let signal = status & 0x7F
        guard signal != 0 else { return "ended with exit code \(status >> 8 & 0xFF)" }
        return "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
    }

    /// The process that this one has to kill should it end by `exit`, for example because its report cannot be written;
    /// 0 for none.
    private static let running = Atomic<pid_t>(0)

    private static func killAtExit() {
        let process = running.load(ordering: .relaxed)
        if process > 0 { _ = kill(-process, SIGKILL) }
    }

    // MARK: the beginning

    private static func spawn(_ words: [[UInt8]], _ descriptors: [Int32]) throws -> pid_t {
        let words = [try found(words[0])] + words.dropFirst()
        let copies = words.map { word in word.withUnsafeBytes { strndup($0.baseAddress!, $0.count) } }
        defer { for copy in copies { free(copy) } }
        var process: pid_t = 0
        let status = cspawn_start(copies + [nil], nil, descriptors[0], descriptors[1], descriptors[2], &process)
        guard status == 0 else {
            throw Failure(
                "\(FileName(bytes: words[0])): cannot be started: \(String(cString: strerror(status)))",
                code: Failure.unavailable)
        }
        return process
    }

    /// The program's path.
    private static func found(_ program: [UInt8]) throws -> [UInt8] {
        if program.contains(UInt8(ascii: "/")) { return program }
        let path = getenv("PATH").map { [UInt8](UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
        for directory in path.split(separator: UInt8(ascii: ":")) {
            let candidate = directory + [UInt8(ascii: "/")] + program
            var status = stat()
            let isFile = (candidate + [0]).withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    stat($0.baseAddress!, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
                        && access($0.baseAddress!, X_OK) == 0
                }
            }
            if isFile { return Array(candidate) }
        }
        throw Failure("\(FileName(bytes: program)): no such program in PATH", code: Failure.unavailable)
    }
}
