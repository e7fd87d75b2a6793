internal import CPlatform
public import Primitives

/// A directory that one process at a time works in, by an advisory lock on a file inside.
@safe
public final class LockedDirectory: @unchecked Sendable {
    // Only a descriptor, closed once in deinit.
    private let descriptor: Int32
    public let path: String

    /// Creates the directory (owner only) if it is missing, and takes its lock.
    /// - Throws: `fileFailed` when it cannot be created, or another process holds it.
    public init(path: String) throws(SealedMatchError) {
        if unsafe mkdir(path, 0o700) != 0 && platform_errno() != EEXIST {
            throw SealedMatchError(.fileFailed, "a directory cannot be created")
        }
        descriptor = unsafe platform_open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SealedMatchError(.fileFailed, "a lock file cannot be opened") }
        self.path = path
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw SealedMatchError(.fileFailed, "another process is using this directory")
        }
    }

    deinit { close(descriptor) }

    /// Names of regular entries, without those that begin with a dot; at most `limit`, in no order.
    public static func names(in path: String, limit: Int) throws(SealedMatchError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw SealedMatchError(.fileFailed, "a directory cannot be read") }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while names.count < limit, let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.utf8.first != UInt8(ascii: ".") { names.append(name) }
        }
        return names
    }

    /// Removes a file; a missing one is no error.
    public static func remove(_ path: String) throws(SealedMatchError) {
        guard unsafe unlink(path) == 0 || platform_errno() == ENOENT else {
            throw SealedMatchError(.fileFailed, "a file cannot be removed")
        }
    }

    /// Creates a directory for the owner only; an existing one is no error.
    public static func make(_ path: String) throws(SealedMatchError) {
        guard unsafe mkdir(path, 0o700) == 0 || platform_errno() == EEXIST else {
            throw SealedMatchError(.fileFailed, "a directory cannot be created")
        }
    }
}
