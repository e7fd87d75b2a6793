internal import Foundation
internal import Synchronization

/// Ctrl-C and polite kills, for work that has to clean up: it asks `isRequested` now and then.
final class Interruption: Sendable {
    private let flag = Atomic<Bool>(false)

    var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Runs `work` with SIGINT and SIGTERM taken for requests; afterwards they do what they did before.
    static func watching<Result>(_ work: (Interruption) throws -> Result) rethrows -> Result {
        let interruption = Interruption()
        let watched = [SIGINT, SIGTERM].map { number in
            let before = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { interruption.flag.store(true, ordering: .relaxed) }
            source.resume()
            return (number, before, source)
        }
        defer {
            for (number, before, source) in watched {
                source.cancel()
                signal(number, before)
            }
        }
        return try work(interruption)
    }
}
