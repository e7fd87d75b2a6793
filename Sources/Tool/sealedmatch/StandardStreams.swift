internal import Glibc

/// Descriptors 0, 1 and 2, as whoever started the tool left them.
enum StandardStreams {
    /// Sees to it that no file which the tool opens becomes one of the three: what is written to standard output
    /// would land in it. One that was closed becomes /dev/null; writing to a closed standard output still fails.
    /// Also keeps the process, which may hold keys, from dumping registers or memory if it crashes.
    static func prepare() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
            // The lowest free descriptor is this one.
            _ = open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY)
        }
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT] { signal(number, SIG_DFL) }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }

    /// Writes to standard output. What cannot be written ends the process: with one line and code 66; without a word
    /// and with code 141, as if by SIGPIPE, where whoever read it has gone.
    static func writeOutput(_ text: String) {
        guard let error = write(text, to: 1) else { return }
        if error == EPIPE { exit(141) }
        writeError("sealedmatch: standard output: \(String(cString: strerror(error)))\n")
        exit(Failure.badFile.rawValue)
    }

    /// Writes to standard error, if that can be.
    static func writeError(_ text: String) { _ = write(text, to: 2) }

    /// - Returns: `errno` of a failure.
    private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { bytes -> Int32? in
            var done = 0
            while done < bytes.count {
                let wrote = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if wrote >= 0 {
                    done += wrote
                    continue
                }
                switch errno {
                case EINTR: continue
                case EAGAIN:
                    // The other end is slow, and somebody made it not wait.
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&waiting, 1, -1)
                default: return errno
                }
            }
            return nil
        }
    }
}
