internal import Glibc

/// An open video file. What is sniffed, hashed and decoded is this very file, also if its name is given to another one
/// meanwhile.
public struct VideoFile: ~Copyable, Sendable {
    let descriptor: Int32
    /// Bytes when it was opened.
    public let count: Int
    /// By its first bytes; nil for a file that is no video.
    public let format: VideoFormat?

    /// Opens a regular file. Pipes, devices and directories are refused, so that nothing blocks or never ends.
    ///
    /// - Throws: `VideoError`, `unreadableFile`.
    public init(path: String) throws(VideoError) { try self.init(path: Array(path.utf8)) }

    /// Opens a regular file whose name need not be UTF-8, as `init(path:)` of a text does.
    ///
    /// - Parameter path: the name's bytes, without a zero byte at the end.
    /// - Throws: `VideoError`, `unreadableFile`.
    public init(path: [UInt8]) throws(VideoError) {
        guard !path.contains(0) else { throw VideoError(.unreadableFile, "path holds a zero byte") }
        let file = unsafe (path + [0]).withUnsafeBytes {
            unsafe open($0.bindMemory(to: CChar.self).baseAddress.unsafelyUnwrapped, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        }
        guard file >= 0 else { throw VideoFile.unreadable() }
        do throws(VideoError) {
            var status = stat()
            guard unsafe fstat(file, &status) == 0 else { throw VideoFile.unreadable() }
            guard status.st_mode & S_IFMT == S_IFREG else { throw VideoError(.unreadableFile, "not a regular file") }
            let head = try VideoFile.bytes(of: file, at: 0, count: VideoFormat.sniffedBytes)
            descriptor = file
            count = Int(status.st_size)
            format = VideoFormat(sniffing: head, of: Int(status.st_size))
        } catch {
            _ = close(file)
            throw error
        }
    }

    deinit { _ = close(descriptor) }

    /// Up to `count` bytes from `offset` on; fewer only at the end of the file.
    ///
    /// - Throws: `VideoError`: `badArgument` for negative numbers, `unreadableFile`.
    public func bytes(at offset: Int, count: Int) throws(VideoError) -> [UInt8] {
        guard offset >= 0, count >= 0 else { throw VideoError(.badArgument) }
        return try VideoFile.bytes(of: descriptor, at: offset, count: count)
    }

    private static func bytes(of file: Int32, at offset: Int, count: Int) throws(VideoError) -> [UInt8] {
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            while filled < count {
                let got = unsafe pread(
                    file, target.baseAddress.unsafelyUnwrapped + filled, count - filled, offset + filled)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failed = true }
                if got <= 0 { return }
                filled += got
            }
        }
        if failed { throw unreadable() }
        return bytes
    }

    private static func unreadable() -> VideoError { VideoError(.unreadableFile, systemReason(errno)) }
}

/// The system's words for an error number.
func systemReason(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
