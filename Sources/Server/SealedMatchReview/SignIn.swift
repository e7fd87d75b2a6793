internal import Dispatch
package import SealedMatchCrypto
internal import SealedMatchFront
internal import SealedMatchProtocol
internal import Synchronization

/// Signing in with a name and a password.
package final class SignIn: Sendable {
    /// What becomes of a try.
    enum Outcome: Sendable {
        case person(PasswordHash)
        /// Name or password are wrong; which, nobody is told.
        case wrong
        /// Seconds until the next try.
        case wait(Int)
    }

    private let file: PasswordFile
    // One at a time: each takes 64 MiB.
    private let queue = DispatchQueue(label: "sign-in")
    private let waiting = Mutex(0)
    private let people: RateLimiter
    private let all: RateLimiter
    /// What a name without a password is compared with, so that it takes as long.
    private let nobody: PasswordHash

    private static let maximumWaiting = 16

    /// - Parameters:
    ///   - burst: tries at once of one name; then one every 20 seconds.
    package init(_ file: PasswordFile, burst: Int = 6) throws(SealedMatchError) {
        self.file = file
        people = RateLimiter(burst: burst, perSecond: 0.05)
        all = RateLimiter(burst: 60, perSecond: 1)
        var random = SystemRandom()
        nobody = try PasswordHash(of: SecretBytes.random(count: 32, from: &random))
    }

    /// - Throws: what reading the file throws.
    func check(_ name: String, _ password: String) async throws -> Outcome {
        let account = try AccountID(name: Array("person \(name)".utf8))
        if let seconds = all.take(1, from: AccountID(canonical: Bytes32())) { return .wait(seconds) }
        if let seconds = people.take(1, from: account) { return .wait(seconds) }
        let mayWait = waiting.withLock { waiting in
            if waiting >= Self.maximumWaiting { return false }
            waiting += 1
            return true
        }
        guard mayWait else { return .wait(5) }
        defer { waiting.withLock { $0 -= 1 } }
        let result: Result<Outcome, any Error> = await withCheckedContinuation { continuation in
            queue.async { [file, nobody] in
                continuation.resume(
                    returning: Result {
                        let kept = try file.read()[name]
                        // An empty one needs no guarded memory, and is nobody's.
                        let bytes = password.isEmpty ? [0] : Array(password.utf8)
                        let isRight = try (kept ?? nobody).verifies(SecretBytes.copying(bytes))
                        guard isRight, let kept else { return .wrong }
                        return .person(kept)
                    })
            }
        }
        return try result.get()
    }

    /// Whether a session's password is the person's still.
    func isStill(_ kept: PasswordHash?, _ name: String) throws(SealedMatchError) -> Bool {
        guard let kept else { return false }
        return try file.read()[name] == kept
    }
}
