import Foundation
import Synchronization

/// Threads that send requests side by side, each on its own connection.
enum Senders {
    struct Result {
        var seconds = 0.0
        var requests = 0
        var latencies = Latencies()
    }

    /// - Parameters:
    ///   - connections: threads, one a connection.
    ///   - seconds: how long they send.
    ///   - rate: requests a second of all together; nil: each sends its next when the last one is answered.
    ///   - request: the next request of a connection.
    ///   - check: of each reply.
    static func run(
        connections: Int, port: Int, seconds: Double, rate: Double? = nil,
        request: @escaping @Sendable (Int) throws -> [UInt8], check: @escaping @Sendable (Reply) throws -> Void
    ) throws -> Result {
        let results = Mutex<[Swift.Result<Latencies, any Error>]>([])
        let begun = DispatchSemaphore(value: 0)
        let start = ContinuousClock.now + .milliseconds(200 + connections / 4)
        for number in 0..<connections {
            let thread = Thread {
                let result = Swift.Result {
                    try send(number, connections, port, start, seconds, rate, request, check)
                }
                results.withLock { $0.append(result) }
                begun.signal()
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        for _ in 0..<connections { begun.wait() }
        var result = Result(seconds: seconds)
        for part in results.withLock({ $0 }) { result.latencies.all += try part.get().all }
        result.requests = result.latencies.all.count
        return result
    }

    private static func send(
        _ number: Int, _ connections: Int, _ port: Int, _ start: ContinuousClock.Instant, _ seconds: Double,
        _ rate: Double?, _ request: (Int) throws -> [UInt8], _ check: (Reply) throws -> Void
    ) throws -> Latencies {
        let connection = try Connection(port: port)
        var latencies = Latencies()
        let end = start + .seconds(seconds)
        let step = rate.map { Duration.seconds(Double(connections) / $0) }
        var due = start + (step.map { $0 * Double(number) / Double(connections) } ?? .zero)
        while true {
            let next = try request(number)
            let now = ContinuousClock.now
            if due > now { usleep(UInt32((due - now) / .microseconds(1))) }
            guard ContinuousClock.now < end else { return latencies }
            // From when it was due: a reply that was late keeps the next ones waiting, and that counts.
            let begin = step == nil ? ContinuousClock.now : due
            let reply = try connection.exchange(next)
            latencies.all.append((ContinuousClock.now - begin) / .milliseconds(1))
            try check(reply)
            if let step { due = due + step }
        }
    }
}
