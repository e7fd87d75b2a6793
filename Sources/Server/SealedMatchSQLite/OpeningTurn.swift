internal import Foundation
internal import SealedMatchCrypto

/// The right to open into one authority's file, by an advisory lock on a file beside it: one holder among all
/// processes. It ends with this object or with the process, however that ends.
public final class OpeningTurn: Sendable {
    // Only a descriptor, closed once in deinit.
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// - Returns: nil while somebody else has the lock.
    static func take(path: String) throws(SealedMatchError) -> OpeningTurn? {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw SealedMatchError(.fileFailed, "a lock file cannot be opened", systemError: errno)
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return OpeningTurn(descriptor: descriptor) }
        let isTaken = errno == EWOULDBLOCK
        close(descriptor)
        guard isTaken else { throw SealedMatchError(.fileFailed, "a lock file cannot be locked") }
        return nil
    }

    deinit {
        // A child process made by fork() holds the same open file: closing alone would leave it locked.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
