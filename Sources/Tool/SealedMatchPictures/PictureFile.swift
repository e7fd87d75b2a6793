internal import Glibc

/// Whole files with a limit.
public enum PictureFile {
    /// The first `limit` bytes of a regular file, or all of them. Pipes, devices and directories are refused, so that
    /// nothing blocks or never ends.
    ///
    /// - Throws: `PictureError`, `unreadableFile`.
    public static func bytes(path: String, limit: Int) throws(PictureError) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw PictureError(.unreadableFile, "path holds a zero byte") }
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw unreadable() }
        defer { _ = close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw unreadable() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw PictureError(.unreadableFile, "not a regular file") }
        // The size at opening is what is read: a file that grows meanwhile is cut, one that shrinks ends early.
        let size = min(limit, Int(status.st_size))
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, count in
            while count < size {
                let got = unsafe Glibc.read(file, target.baseAddress.unsafelyUnwrapped + count, size - count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failed = true }
                if got <= 0 { return }
                count += got
            }
        }
        if failed { throw unreadable() }
        return bytes
    }

    private static func unreadable() -> PictureError {
        PictureError(.unreadableFile, unsafe String(cString: strerror(errno)))
    }
}
