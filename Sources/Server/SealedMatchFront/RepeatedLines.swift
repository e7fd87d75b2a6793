internal import Synchronization

/// A log's lines that come again and again: the first of equal ones at once, and then one in a while, which says how
/// many there were.
package final class RepeatedLines: Sendable {
    private struct Seen {
        var since: ContinuousClock.Instant
        /// Lines that were not written since.
        var held = 0
    }
    private let seen = Mutex<[String: Seen]>([:])
    private let now: @Sendable () -> ContinuousClock.Instant
    private let write: @Sendable (String) -> Void
    private static let pause = Duration.seconds(30)
    private static let maximumLines = 64

    /// - Parameter write: what a line goes to.
    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        write: @escaping @Sendable (String) -> Void
    ) {
        self.now = now
        self.write = write
    }

    /// Writes a line, or counts it.
    package func say(_ line: String) {
        let now = now()
        let written: String? = seen.withLock { seen in
            if var last = seen[line] {
                guard now - last.since >= Self.pause else {
                    last.held += 1
                    seen[line] = last
                    return nil
                }
                seen[line] = Seen(since: now)
                return last.held == 0 ? line : "\(line) (and \(last.held) times more since the last such line)"
            }
            if seen.count >= Self.maximumLines { seen = seen.filter { now - $0.value.since < Self.pause } }
            // Too many kinds at a time: none of them is remembered, and each is written.
            if seen.count < Self.maximumLines { seen[line] = Seen(since: now) }
            return line
        }
        if let written { write(written) }
    }
}
