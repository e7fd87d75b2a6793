internal import Foundation
internal import Logging
internal import SealedMatchFront
internal import ServiceLifecycle
internal import Synchronization

/// Work that comes again and again and blocks: on a thread of its own, until the service ends. What an operator asks
/// for is done between two steps of it.
final class Loop: ServiceLifecycle.Service, Sendable {
    /// What a round of work asks between its steps.
    struct Turn: Sendable {
        fileprivate let loop: Loop
        /// Does what an operator has asked for. False: end soon.
        func proceed() -> Bool {
            loop.doRequests()
            return !loop.isStopping
        }
    }

    private struct State {
        var isStopping = false
        var isAwake = false
        var requests: [@Sendable () -> Void] = []
    }
    private let name: String
    private let pause: Duration
    private let most: Duration
    private let logger: Logger
    private let readiness: Readiness
    private let work: @Sendable (Turn) throws -> Void
    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - pause: between two rounds.
    ///   - most: between two rounds that fail, where that is more.
    ///   - work: one round. What it throws is logged, and the role is not ready until a round ends well.
    init(
        _ name: String, every pause: Duration, failing most: Duration = .seconds(60), logger: Logger,
        readiness: Readiness,
        _ work: @escaping @Sendable (Turn) throws -> Void
    ) {
        self.name = name
        self.pause = pause
        self.most = most
        self.logger = logger
        self.readiness = readiness
        self.work = work
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Runs until the service is shut down; a round that is under way ends with its step.
    func run() async throws {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await withCheckedContinuation { continuation in
                    Thread { [self] in
                        rounds()
                        continuation.resume()
                    }.start()
                }
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            self.stop()
        }
    }

    private func stop() {
        state.withLock { $0.isStopping = true }
        signal.signal()
    }

    /// Does something between two steps.
    func between<Answer: Sendable>(_ work: @escaping @Sendable () throws -> Answer) async throws -> Answer {
        let result: Result<Answer, any Error> = await withCheckedContinuation { continuation in
            state.withLock { $0.requests.append { continuation.resume(returning: Result { try work() }) } }
            signal.signal()
        }
        return try result.get()
    }

    private func doRequests() {
        let requests = state.withLock { state in
            defer { state.requests = [] }
            return state.requests
        }
        for request in requests { request() }
    }

    private func rounds() {
        var failures = 0
        var said: String?
        while !isStopping {
            doRequests()
            var wait = pause
            do {
                try work(Turn(loop: self))
                if failures > 0 { logger.notice("\(name): works again") }
                failures = 0
                said = nil
                readiness.set(name, nil)
            } catch {
                let problem = "\(error)"
                // The same is said once; another reason is news.
                if problem != said { logger.error("\(name): \(problem)") }
                said = problem
                readiness.set(name, problem)
                // Again and again, more and more seldom.
                failures += 1
                wait = max(pause, min(most, .seconds(1 << min(failures, 6))))
            }
            let end = ContinuousClock.now + wait
            while !isStopping, ContinuousClock.now < end {
                let left = (end - ContinuousClock.now) / .milliseconds(1)
                _ = signal.wait(timeout: .now() + .milliseconds(Int(max(0, left)) + 1))
                doRequests()
            }
        }
        doRequests()
    }
}
