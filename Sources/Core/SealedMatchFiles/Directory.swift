internal import CSealedMatchPlatform
package import SealedMatchCrypto

/// A directory that one process at a time works in, by an advisory lock on a file inside.
@safe
package final class LockedDirectory: @unchecked Sendable {
    // Only a descriptor, closed once in deinit.
    private let descriptor: Int32
    /// The directory's path, as it was given.
    package let path: String

    /// Creates the directory (owner only) if it is missing, and takes its lock.
    /// - Throws: `fileFailed` when it cannot be created, or another process holds it; `notPrivate` when it is another
    ///   user's, or others may write into it.
    package convenience init(path: String) throws(SealedMatchError) {
        if unsafe mkdir(path, 0o700) != 0 && platform_errno() != EEXIST {
            throw .file("a directory cannot be created")
        }
        // Others may not write here: they could put files of their own in the place of ours, and take away the lock.
        let opened = unsafe platform_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard opened >= 0 else { throw .file("a directory cannot be opened") }
        defer { close(opened) }
        try FileAccess.written.check(opened)
        let descriptor = unsafe platform_open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file("a lock file cannot be opened") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw SealedMatchError(.fileFailed, "another process is using this directory")
        }
        self.init(descriptor: descriptor, path: path)
    }

    // Embedded Swift leaks an object whose own initialiser throws: everything that can fail comes before there is one.
    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        // A child process made by fork() holds the same open file: closing alone would leave it locked.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Names of entries, without those that begin with a dot; at most `limit`, in no order.
    package static func names(in path: String, limit: Int) throws(SealedMatchError) -> [String] {
        var names: [String] = []
        try visit(path) { (name) throws(SealedMatchError) in
            if names.count < limit { names.append(String(decoding: name, as: UTF8.self)) }
            return names.count < limit
        }
        return names
    }

    /// Calls `body` with the name of each entry that does not begin with a dot, in no order, until it returns false.
    /// Names are bytes, as the kernel has them.
    package static func visit(
        _ path: String, _ body: ([UInt8]) throws(SealedMatchError) -> Bool
    ) throws(SealedMatchError) {
        guard let directory = unsafe opendir(path) else {
            throw .file("a directory cannot be read")
        }
        defer { unsafe closedir(directory) }
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in unsafe Array(raw.prefix { $0 != 0 }) }
            guard name.first != UInt8(ascii: ".") else { continue }
            guard try body(name) else { return }
        }
    }

    /// Removes a file; a missing one is no error.
    package static func remove(_ path: String) throws(SealedMatchError) {
        guard unsafe unlink(path) == 0 || platform_errno() == ENOENT else {
            throw .file("a file cannot be removed")
        }
    }

    /// Creates a directory, for the owner only unless told; an existing one is no error, another file is.
    /// - Throws: `fileFailed`.
    package static func make(_ path: String, mode: UInt32 = 0o700) throws(SealedMatchError) {
        if unsafe mkdir(path, mode) == 0 { return }
        guard platform_errno() == EEXIST else { throw .file("a directory cannot be created") }
        let opened = unsafe platform_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard opened >= 0 else { throw .file("a directory cannot be opened") }
        close(opened)
    }
}
