internal import Foundation
internal import Synchronization

/// Ctrl-C and polite kills, for work that has to clean up: it asks `isRequested` now and then.
final class Interruption: Sendable {
    private let flag = Atomic<Bool>(false)

    private let actions = Mutex<[@Sendable () -> Void]>([])

    var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// What else ends then, for example a database's statement that runs for long.
    func whenRequested(_ action: @escaping @Sendable () -> Void) {
        actions.withLock { $0.append(action) }
        if isRequested { action() }
    }

    private func request() {
        flag.store(true, ordering: .relaxed)
        for action in actions.withLock({ $0 }) { action() }
    }

    /// Runs `work` with SIGINT and SIGTERM taken for requests; afterwards they do what they did before.
    static func watching<Result>(_ work: (Interruption) throws -> Result) rethrows -> Result {
        let interruption = Interruption()
        let watched = [SIGINT, SIGTERM].map { number in
            let before = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { interruption.request() }
            source.resume()
            return (number, before, source)
        }
        defer {
            for (number, before, source) in watched {
                source.cancel()
                signal(number, before)
            }
            // A cancelled source lets go of its handler some time later. What the actions hold, such as an open
            // database, must not live until then.
            interruption.actions.withLock { $0 = [] }
        }
        return try work(interruption)
    }
}
