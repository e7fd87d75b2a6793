internal import CSealedMatchSpawn
internal import Foundation
package import SealedMatchCrypto
internal import SealedMatchFiles

/// An operator's command that gets a match's note and gives the picture that it is about. The product holds none.
///
/// It runs with no environment, in a folder of its own that is removed afterwards, for a bounded time, with bounded
/// memory and output. When it ends, all that it has started is killed. What it gives is nowhere stored.
package struct EvidenceCommand: Sendable {
    /// What it may use.
    package struct Limits: Sendable {
        package var seconds = 10
        /// Bytes of a picture.
        package var bytes = 16 << 20
        /// MiB of memory of each of its processes.
        package var memory = 512

        package init() {}
    }

    /// What came of it.
    package enum Outcome: Sendable {
        case picture(Picture)
        /// It gave nothing, and ended well.
        case notHeld
        /// Why not, for whoever runs the service.
        case failed(String)
    }

    private let path: String
    private let limits: Limits
    private let queue: OperationQueue

    /// So many at a time; more wait.
    private static let maximum = 2

    /// - Parameter path: the program's, from the root.
    /// - Throws: `parameterOutOfRange` for another path; `notPrivate` for a program that others can change;
    ///   `fileFailed` for one that is not there or cannot be run.
    package init(_ path: String, _ limits: Limits) throws(SealedMatchError) {
        guard path.hasPrefix("/") else {
            throw SealedMatchError(.parameterOutOfRange, "the evidence command is a path from the root")
        }
        guard DurableFile.exists(path), access(path, X_OK) == 0 else {
            throw SealedMatchError(.fileFailed, "the program cannot be run", systemError: errno)
        }
        try FileAccess.written.check(path: path)
        // A command that does not read all of a note must not end this process.
        var ignored = sigaction()
        ignored.__sigaction_handler.sa_handler = SIG_IGN
        guard sigaction(SIGPIPE, &ignored, nil) == 0 else {
            throw SealedMatchError(.fileFailed, "a signal cannot be ignored", systemError: errno)
        }
        self.path = path
        self.limits = limits
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = Self.maximum
        Self.removeLeftOver()
    }

    /// The picture of a note.
    package func picture(of note: [UInt8]) async -> Outcome {
        await withCheckedContinuation { continuation in
            queue.addOperation { continuation.resume(returning: run(note)) }
        }
    }

    // MARK: folders

    private static let mark = "sealedmatch-evidence-"

    /// Folders of processes that were killed.
    private static func removeLeftOver() {
        let place = NSTemporaryDirectory()
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: place) else { return }
        for name in names where name.hasPrefix(mark) {
            guard let process = name.dropFirst(mark.count).split(separator: "-").first.flatMap({ pid_t($0) }),
                process != getpid(), kill(process, 0) != 0, errno == ESRCH
            else { continue }
            // Of another user: it stays, and is theirs.
            try? FileManager.default.removeItem(atPath: place + "/" + name)
        }
    }

    private func makeFolder() -> String? {
        var template = Array("\(NSTemporaryDirectory())/\(Self.mark)\(getpid())-XXXXXX".utf8CString)
        return template.withUnsafeMutableBufferPointer {
            mkdtemp($0.baseAddress!) == nil ? nil : String(cString: $0.baseAddress!)
        }
    }

    // MARK: the run

    private func run(_ note: [UInt8]) -> Outcome {
        guard let folder = makeFolder() else { return .failed("no folder can be made for it") }
        let outcome = run(note, in: folder)
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            return .failed("its folder \(folder) cannot be removed")
        }
        return outcome
    }

    /// The shell sets limits, and `timeout` ends the command also when this process is killed.
    private func arguments(_ folder: String) -> [String] {
        let script = """
            ulimit -c 0 && ulimit -n 64 && ulimit -t \(limits.seconds) && ulimit -v \(limits.memory << 10) \
            && ulimit -f \(limits.bytes >> 9 + 1) && cd "$1" \
            && exec /usr/bin/env -i /usr/bin/timeout --signal=KILL \(limits.seconds) "$2"
            """
        return ["/bin/sh", "-c", script, "sh", folder, path]
    }

    private func run(_ note: [UInt8], in folder: String) -> Outcome {
        var input: [Int32] = [-1, -1]
        var output: [Int32] = [-1, -1]
        var process: pid_t = 0
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard null >= 0, cspawn_input_pipe(&input) == 0 else {
            if null >= 0 { close(null) }
            return .failed("no pipe can be made for it")
        }
        guard cspawn_pipe(&output) == 0 else {
            for descriptor in [null] + input { close(descriptor) }
            return .failed("no pipe can be made for it")
        }
        let texts = arguments(folder).map { strdup($0) }
        defer { for text in texts { free(text) } }
        let status = cspawn_start_kept(texts + [nil], [nil], input[0], output[1], null, &process)
        for descriptor in [null, input[0], output[1]] { close(descriptor) }
        guard status == 0 else {
            close(input[1])
            close(output[0])
            return .failed("it cannot be started: \(String(cString: strerror(status)))")
        }
        let (bytes, trouble) = talk(note, input[1], output[0])
        let end = Self.end(process)
        if let trouble { return .failed(trouble) }
        guard end == 0 else {
            return .failed(
                end & 0x7F == 0 ? "it ended with status \(end >> 8 & 0xFF)" : "it was ended by signal \(end & 0x7F)")
        }
        if bytes.isEmpty { return .notHeld }
        guard let picture = Picture(bytes) else { return .failed("it gave no JPEG, PNG, WebP or GIF") }
        return .picture(picture)
    }

    /// Writes the note, and reads to the end. Both descriptors are closed afterwards.
    private func talk(_ note: [UInt8], _ input: Int32, _ output: Int32) -> (bytes: [UInt8], trouble: String?) {
        var rest = note[...]
        var isWriting = true
        defer {
            if isWriting { close(input) }
            close(output)
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let deadline = ContinuousClock.now + .seconds(limits.seconds + 1)
        while true {
            if isWriting, rest.isEmpty {
                close(input)
                isWriting = false
            }
            let left = (deadline - ContinuousClock.now) / .milliseconds(1)
            guard left > 0 else { return ([], "it took longer than \(limits.seconds) seconds") }
            var polled = [
                pollfd(fd: isWriting ? input : -1, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, Int32(left) + 1) > 0 else { continue }
            if polled[0].revents != 0 {
                let wrote = rest.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
                // It need not read all: then nobody takes the rest.
                if wrote > 0 { rest = rest.dropFirst(wrote) } else if errno != EAGAIN, errno != EINTR { rest = [] }
            }
            guard polled[1].revents != 0 else { continue }
            let got = piece.withUnsafeMutableBytes { read(output, $0.baseAddress, $0.count) }
            if got == 0 { return (bytes, nil) }
            guard got > 0 else {
                if errno == EAGAIN || errno == EINTR { continue }
                return ([], "what it gave cannot be read")
            }
            bytes += piece[..<got]
            guard bytes.count <= limits.bytes else { return ([], "it gave more than \(limits.bytes) bytes") }
        }
    }

    /// Has the keeper kill all that is left, while it still holds its number.
    /// - Returns: the command's status, as `waitpid` gives it.
    private static func end(_ process: pid_t) -> Int32 {
        // A command that has closed its output may still end by itself, for a moment.
        var information = siginfo_t()
        for _ in 0..<100 {
            if waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) != 0 || information.si_signo != 0
            {
                break
            }
            usleep(5_000)
        }
        _ = kill(process, SIGTERM)
        var status: Int32 = 0
        var reaped: pid_t
        repeat { reaped = waitpid(process, &status, 0) } while reaped < 0 && errno == EINTR
        return reaped == process ? status : -1
    }
}
