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
    /// Wrong tries of one name from one address: beyond, that address waits.
    private let pairs: RateLimiter
    /// Wrong tries from one address, of whatever names.
    private let addresses: RateLimiter
    /// Wrong tries of one name from anywhere: beyond, each takes longer. So nobody keeps a person out.
    private let people: RateLimiter
    /// What a name without a password is compared with, so that it takes as long.
    private let nobody: PasswordHash

    private static let maximumWaiting = 256
    /// How much longer.
    private static let delay = Duration.seconds(5)

    /// - Parameter burst: wrong tries of one name at once; then one every 20 seconds.
    /// - Throws: as reading the file; `fileFailed` where there is none.
    package init(_ file: PasswordFile, burst: Int = 6) throws(SealedMatchError) {
        self.file = file
        _ = try file.read()
        pairs = RateLimiter(burst: burst, perSecond: 0.05)
        people = RateLimiter(burst: burst, perSecond: 0.05)
        addresses = RateLimiter(burst: 5 * burst, perSecond: 0.1)
        var random = SystemRandom()
        nobody = try PasswordHash(of: SecretBytes.random(count: 32, from: &random))
    }

    /// - Parameter address: the client's; nil where nobody knows it: then no address waits.
    /// - Throws: what reading the file throws.
    func check(_ name: String, _ password: String, from address: ClientAddress?) async throws -> Outcome {
        let person = try AccountID(name: Array("person \(name)".utf8))
        var taken: [(RateLimiter, AccountID)] = []
        if let address {
            for (limiter, text) in [(addresses, "\(address)"), (pairs, "\(address) \(name)")] {
                let key = try AccountID(name: Array("address \(text)".utf8))
                if let seconds = limiter.take(1, from: key) {
                    giveBack(taken)
                    return .wait(seconds)
                }
                taken.append((limiter, key))
            }
        }
        if people.take(1, from: person) == nil {
            taken.append((people, person))
        } else {
            try await Task.sleep(for: Self.delay)
        }
        let outcome = try await compare(name, password)
        // Only what is wrong counts.
        if case .wrong = outcome {} else { giveBack(taken) }
        return outcome
    }

    private func giveBack(_ taken: [(RateLimiter, AccountID)]) {
        for (limiter, key) in taken { limiter.giveBack(1, to: key) }
    }

    private func compare(_ name: String, _ password: String) async throws -> Outcome {
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
