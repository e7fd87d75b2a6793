internal import CSealedMatchSodium

/// libsodium's start-up. `sodium_malloc` before `sodium_init` aborts the process, so every way into this module that
/// allocates or computes passes here first.
package enum Sodium {
    /// Runs `sodium_init`, which is idempotent and safe from any thread.
    /// - Throws: `sodiumUnavailable` when libsodium cannot start (no entropy source, for one).
    package static func start() throws(SealedMatchError) {
        // 0: started now; 1: was started already; -1: failed.
        guard sodium_init() >= 0 else {
            throw SealedMatchError(.sodiumUnavailable, "libsodium could not be initialised")
        }
    }
}
