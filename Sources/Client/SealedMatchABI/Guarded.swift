internal import SealedMatchCrypto

/// A value that one thread at a time works on. Calls on one handle wait for each other here; calls on different handles
/// do not meet.
@safe
final class Guarded<Value: ~Copyable>: @unchecked Sendable {
    // `place` is touched under the lock only, and nil once closed.
    private let lock = Lock()
    private var place: UnsafeMutablePointer<Value>?

    init(_ value: consuming Value) {
        let place = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        unsafe place.initialize(to: value)
        unsafe self.place = place
    }

    deinit { close() }

    func use<Result: ~Copyable>(_ body: (inout Value) throws(SealedMatchError) -> Result) throws(SealedMatchError)
        -> Result
    {
        try lock.hold { () throws(SealedMatchError) in
            // Closed by another thread after this one had looked the handle up.
            guard let place = unsafe place else { throw SealedMatchError(.badHandle, "no open handle") }
            return try unsafe body(&place.pointee)
        }
    }

    /// Waits for a running call, then ends the value: its secrets are wiped and its files unlocked when this returns.
    func close() {
        lock.hold {
            guard let place = unsafe place else { return }
            unsafe self.place = nil
            unsafe place.deinitialize(count: 1)
            unsafe place.deallocate()
        }
    }
}
