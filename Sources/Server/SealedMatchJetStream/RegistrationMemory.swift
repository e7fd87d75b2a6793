internal import SealedMatchCollector
internal import SealedMatchProtocol
internal import Synchronization

/// Registrations that were read lately, and the expiry: so that a voucher costs no question. Only what is accepted
/// rests on it; before anything is refused, the servers are asked.
final class RegistrationMemory: Sendable {
    private struct Entry {
        let registration: Registration
        let end: UInt64
    }

    private struct State {
        // Two generations: when the newer one is half of what may be kept, the older one goes.
        var newer: [AccountEpoch: Entry] = [:]
        var older: [AccountEpoch: Entry] = [:]
        var expiry: (value: Registrations.Expiry, end: UInt64)?
    }

    private let state = Mutex(State())
    private let half: Int
    private let lifetime: UInt64

    init(capacity: Int, seconds: Double) {
        half = max(1, capacity / 2)
        lifetime = UInt64(seconds * 1e9)
    }

    subscript(name: AccountEpoch) -> Registration? {
        let now = Deadline.now
        return state.withLock { state in
            guard let entry = state.newer[name] ?? state.older[name], entry.end > now else { return nil }
            return entry.registration
        }
    }

    /// - Parameter asked: when the servers were asked for it.
    func keep(_ registration: Registration, asked: UInt64) {
        let name = AccountEpoch(pseudonym: registration.pseudonym, epoch: registration.epoch)
        state.withLock { state in
            if state.newer.count >= half { (state.older, state.newer) = (state.newer, [:]) }
            state.newer[name] = Entry(registration: registration, end: asked &+ lifetime)
        }
    }

    var expiry: Registrations.Expiry? {
        let now = Deadline.now
        return state.withLock { state in state.expiry.flatMap { $0.end > now ? $0.value : nil } }
    }

    func keep(_ expiry: Registrations.Expiry, asked: UInt64) {
        state.withLock { $0.expiry = (expiry, asked &+ lifetime) }
    }

    func forget() { state.withLock { $0 = State() } }
}
