internal import SealedMatchCrypto
internal import Synchronization

/// Whether servers had room for what was last written.
final class QueueRoom: Sendable {
    private let refusal = Mutex<ContinuousClock.Instant?>(nil)

    static let full = SealedMatchError(.fileFailed, "the work queue is full: it takes no more for now")
    /// For so long nobody need have tried again: then it is not known.
    private static let memory = Duration.seconds(30)

    func refused() { refusal.withLock { $0 = .now } }

    func found() { refusal.withLock { $0 = nil } }

    /// - Throws: `fileFailed` if there was no room a moment ago.
    func check() throws(SealedMatchError) {
        guard let last = refusal.withLock({ $0 }), .now - last < Self.memory else { return }
        throw Self.full
    }
}
