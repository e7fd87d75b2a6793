internal import Glibc

/// Clocks, in microseconds.
enum Stopwatch {
    /// Processor time of the calling thread: waiting for a processor that other programs use does not count.
    static func threadTime() -> Double { read(CLOCK_THREAD_CPUTIME_ID) }
    static func wallTime() -> Double { read(CLOCK_MONOTONIC) }

    /// Processor time of `body` on the calling thread.
    static func time(_ body: () throws -> Void) rethrows -> Double {
        let start = threadTime()
        try body()
        return threadTime() - start
    }

    /// Wall time of `body`.
    static func wall(_ body: () throws -> Void) rethrows -> Double {
        let start = wallTime()
        try body()
        return wallTime() - start
    }

    private static func read(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) * 1e6 + Double(now.tv_nsec) / 1e3
    }
}

extension Array where Element == Double {
    /// The middle value; of an even number, the mean of the two. 0 for none.
    var median: Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        return (sorted[count / 2] + sorted[(count - 1) / 2]) / 2
    }
}
