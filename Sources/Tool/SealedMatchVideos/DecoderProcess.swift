internal import Glibc

/// A program in a process group of its own, with a file as its standard input, and pipes at its standard output and
/// error.
///
/// Whatever happens, the whole group is killed and the process reaped when this value goes away. It inherits no other
/// descriptor, no environment but PATH and the C locale, and no ignored or blocked signal. Should this process die
/// without a chance to kill it, its next write ends it, or the limits do.
struct DecoderProcess: ~Copyable {
    private let process: pid_t
    private let output: Int32
    /// −1 when the program has closed it.
    private var errors: Int32
    private var tail: MessageTail
    private var isReaped = false
    private let deadline: ContinuousClock.Instant
    private let isInterrupted: @Sendable () -> Bool

    /// How a process ended.
    struct Ending {
        /// The exit code; nil if a signal ended it or the system does not tell.
        var exitCode: Int32?
        var signal: Int32?
        /// Processor time that it took.
        var processorTime: Duration
    }

    /// - Throws: `notStarted`.
    init(
        _ arguments: [String], input: Int32, time: Duration, messageBytes: Int,
        isInterrupted: @escaping @Sendable () -> Bool
    ) throws(VideoError) {
        let standardOutput = try Channel()
        let standardError = try Channel()
        process = try DecoderProcess.spawn(
            arguments, input: input, output: standardOutput.writing, errors: standardError.writing)
        output = standardOutput.takeReading()
        errors = standardError.takeReading()
        tail = MessageTail(limit: messageBytes)
        deadline = .now + time
        self.isInterrupted = isInterrupted
    }

    deinit {
        if !isReaped { _ = DecoderProcess.killAndReap(process) }
        _ = close(output)
        if errors >= 0 { _ = close(errors) }
    }

    /// What the program complained about: its last line, and as much before it as fits.
    var messages: String { tail.text }

    /// Waits for output and appends up to `count` bytes of it; meanwhile takes in what comes on standard error, so that
    /// no pipe fills up.
    ///
    /// - Returns: false at the end of the output.
    /// - Throws: `timeLimit`, `interrupted`, `decoderFailed` if the pipe cannot be read.
    mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(VideoError) -> Bool {
        while true {
            var waited = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
            ]
            let slice = try remainingSlice()
            guard unsafe poll(&waited, nfds_t(waited.count), slice) > 0 else { continue }
            if waited[1].revents != 0 { takeMessages() }
            if waited[0].revents != 0 {
                let before = bytes.count
                let end = try DecoderProcess.append(from: output, upTo: count, to: &bytes)
                if end || bytes.count > before { return !end }
            }
        }
    }

    /// Waits for the end of a program whose output has ended, and kills what it may have left behind.
    ///
    /// - Throws: `timeLimit`, `interrupted`.
    mutating func finish() throws(VideoError) -> Ending {
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0,
            unsafe information.si_signo == 0
        {
            // Short at first: the end of the output and of the process are mostly one.
            var waited = [pollfd(fd: errors, events: Int16(POLLIN), revents: 0)]
            _ = unsafe poll(&waited, 1, min(5, try remainingSlice()))
            if waited[0].revents != 0 { takeMessages() }
        }
        isReaped = true
        let ending = DecoderProcess.killAndReap(process)
        // What was written last is still in the pipe, at most its capacity.
        for _ in 0..<16 where errors >= 0 { takeMessages() }
        return ending
    }

    /// Milliseconds to wait before interruption is checked again.
    private func remainingSlice() throws(VideoError) -> Int32 {
        if isInterrupted() { throw VideoError(.interrupted) }
        let left = deadline - .now
        guard left > .zero else { throw VideoError(.timeLimit) }
        return Int32(
            min(100, left.components.seconds > 0 ? 100 : 1 + left.components.attoseconds / 1_000_000_000_000_000))
    }

    private mutating func takeMessages() {
        var bytes: [UInt8] = []
        let end = (try? DecoderProcess.append(from: errors, upTo: 4_096, to: &bytes)) ?? true
        tail.append(bytes)
        if end {
            _ = close(errors)
            errors = -1
        }
    }

    /// One read that does not block.
    ///
    /// - Returns: true at the end.
    private static func append(from channel: Int32, upTo count: Int, to bytes: inout [UInt8]) throws(VideoError) -> Bool
    {
        var status = 0
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            status = unsafe Glibc.read(channel, target.baseAddress, count)
            filled = max(0, status)
        }
        if status < 0 && errno != EAGAIN && errno != EINTR { throw VideoError(.decoderFailed, systemReason(errno)) }
        bytes += piece
        return status == 0
    }

    /// Kills the group while the process, even if dead, still holds its number; so no other process can be meant.
    private static func killAndReap(_ process: pid_t) -> Ending {
        _ = kill(-process, SIGKILL)
        var status: Int32 = 0
        var usage = rusage()
        var reaped: pid_t
        repeat { reaped = unsafe wait4(process, &status, 0, &usage) } while reaped < 0 && errno == EINTR
        let time =
            Duration.seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + .microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
        // A host that ignores SIGCHLD gets no status.
        guard reaped == process else { return Ending(exitCode: nil, signal: nil, processorTime: time) }
        let signal = status & 0x7F
        return Ending(
            exitCode: signal == 0 ? status >> 8 & 0xFF : nil, signal: signal == 0 ? nil : signal, processorTime: time)
    }
}
