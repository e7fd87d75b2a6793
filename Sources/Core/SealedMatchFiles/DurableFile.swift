internal import CSealedMatchPlatform
package import SealedMatchCrypto

/// Files that are there whole or not at all: written beside their place, synced, then renamed into it, and the
/// directory synced.
package enum DurableFile {
    /// Stands in the name of a file that is being written, and of one that a killed process left.
    package static let partialMark = ".partial-"

    /// Replaces `path` by a file of the parts, one after another. Owner-readable only if `secret`.
    /// - Throws: `fileFailed`, `randomSourceFailed`; then the old file is untouched, or, if the directory could not be
    ///   synced, the new one is there and may not outlast a power failure.
    package static func write(
        _ parts: [UnsafeRawBufferPointer], to path: String, secret: Bool
    ) throws(SealedMatchError) {
        // A name of its own for each write: with a shared one, of two writers of one path the first would put the
        // second's half-written file in its place.
        let temporary = try temporaryName(for: path)
        // O_EXCL: never through a link that somebody left.
        let descriptor = unsafe platform_open(
            temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, secret ? 0o600 : 0o644)
        guard descriptor >= 0 else { throw .file("a file cannot be created there") }
        do throws(SealedMatchError) {
            for index in unsafe parts.indices { try unsafe writeAll(parts[index], to: descriptor) }
            guard fsync(descriptor) == 0 else { throw .file("a file cannot be synced to disk") }
        } catch {
            close(descriptor)
            unsafe unlink(temporary)
            throw error
        }
        guard close(descriptor) == 0, unsafe rename(temporary, path) == 0 else {
            unsafe unlink(temporary)
            throw .file("a file cannot be put in its place")
        }
        try syncDirectory(of: path)
    }

    /// The same for one part.
    package static func write(_ bytes: [UInt8], to path: String, secret: Bool) throws(SealedMatchError) {
        try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            try unsafe write([raw], to: path, secret: secret)
        }
    }

    /// The whole of a regular file.
    /// - Throws: `fileFailed`; `wrongLength` beyond `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(SealedMatchError) -> [UInt8] {
        guard let bytes = try readIfPresent(path, limit: limit) else {
            throw .file("the file cannot be opened")
        }
        return bytes
    }

    /// The whole of a regular file, or nil where there is none of this name.
    /// - Parameter access: what other users may do with the file; not looked at if nil.
    /// - Throws: `fileFailed`; `wrongLength` beyond `limit` bytes; `notPrivate`.
    package static func readIfPresent(
        _ path: String, limit: Int, access: FileAccess? = nil
    ) throws(SealedMatchError) -> [UInt8]? {
        guard let (descriptor, count) = try openIfPresent(path, limit, access) else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (bytes) throws(SealedMatchError) in
            try unsafe readAll(into: bytes, from: descriptor)
        }
        return bytes
    }

    /// The whole of a regular file that holds a secret, in guarded memory.
    /// - Parameter access: `credential` for a file in the folder of a service's credentials.
    /// - Throws: `fileFailed`; `wrongLength` for an empty file and beyond `limit` bytes; `notPrivate` unless it is its
    ///   owner's alone; `outOfMemory`.
    package static func readSecret(
        _ path: String, limit: Int, access: FileAccess = .secret
    ) throws(SealedMatchError) -> SecretBytes {
        guard let secret = try readSecretIfPresent(path, limit: limit, access: access) else {
            throw .file("the file cannot be opened")
        }
        return secret
    }

    /// The same, or nil where there is none of this name.
    package static func readSecretIfPresent(
        _ path: String, limit: Int, access: FileAccess = .secret
    ) throws(SealedMatchError) -> SecretBytes? {
        guard let (descriptor, count) = try openIfPresent(path, limit, access) else { return nil }
        defer { close(descriptor) }
        guard count > 0 else { throw SealedMatchError(.wrongLength, "the file is empty") }
        var secret = try SecretBytes.zeros(count: count)
        try unsafe secret.withMutableBytes { (bytes) throws(SealedMatchError) in
            try unsafe readAll(into: bytes, from: descriptor)
        }
        return secret
    }

    /// A descriptor of a regular file, and its size; nil where there is none of this name.
    private static func openIfPresent(
        _ path: String, _ limit: Int, _ access: FileAccess?
    ) throws(SealedMatchError) -> (Int32, Int)? {
        let descriptor = unsafe platform_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        if descriptor < 0 && platform_errno() == ENOENT { return nil }
        guard descriptor >= 0 else { throw .file("the file cannot be opened") }
        do throws(SealedMatchError) {
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0, unsafe platform_is_regular(&status) == 1 else {
                throw SealedMatchError(.fileFailed, "not a regular file")
            }
            guard status.st_size <= limit else {
                throw SealedMatchError(.wrongLength, "the file is larger than its kind can be")
            }
            try access?.check(descriptor)
            return (descriptor, Int(status.st_size))
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func readAll(
        into bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32
    ) throws(SealedMatchError) {
        var done = 0
        while done < bytes.count {
            let got = unsafe CSealedMatchPlatform.read(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if got < 0 && platform_errno() == EINTR { continue }
            guard got >= 0 else { throw .file("the file cannot be read") }
            guard got > 0 else { throw SealedMatchError(.fileFailed, "the file became shorter while it was read") }
            done += got
        }
    }

    /// A name of its own beside `path`.
    package static func temporaryName(for path: String) throws(SealedMatchError) -> String {
        var random = SystemRandom()
        return path + partialMark + String(try random.word(), radix: 16)
    }

    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SealedMatchError) {
        var done = 0
        while done < bytes.count {
            let wrote = unsafe CSealedMatchPlatform.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if wrote < 0 && platform_errno() == EINTR { continue }
            guard wrote > 0 else { throw .file("a file cannot be written") }
            done += wrote
        }
    }

    /// Renames a file inside its directory, durably. A missing one is no error.
    package static func move(_ path: String, to place: String) throws(SealedMatchError) {
        try moveUnsynced(path, to: place)
        try syncDirectory(of: place)
    }

    /// The same, durable with the next `syncDirectory`; until then the file has one name or the other.
    package static func moveUnsynced(_ path: String, to place: String) throws(SealedMatchError) {
        guard unsafe rename(path, place) == 0 || platform_errno() == ENOENT else {
            throw .file("a file cannot be renamed")
        }
    }

    /// Makes a rename or a removal in the directory of `path` durable.
    package static func syncDirectory(of path: String) throws(SealedMatchError) {
        let directory = unsafe platform_open(parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard directory >= 0 else { throw .file("a directory cannot be opened") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw .file("a directory cannot be synced to disk") }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.utf8.startIndex ? "/" : String(decoding: path.utf8[..<slash], as: UTF8.self)
    }
}
