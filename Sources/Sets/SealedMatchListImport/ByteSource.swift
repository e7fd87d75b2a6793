internal import Glibc
internal import SealedMatchCrypto
internal import SealedMatchLists

/// The bytes of a file, a piece at a time: memory does not grow with the file, which may be a pipe.
final class ByteSource {
    let name: String
    private let watch: ImportWatch
    private let descriptor: Int32
    private let size: Int?
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var at = 0
    private var end = 0
    private var total = 0
    private var isAtEnd = false
    /// Line feeds passed over, and one more: the line of the next byte.
    private(set) var line = 1

    /// - Throws: `file`; `broken` for what is no UTF-8 text by its first bytes.
    init(path: String, watch: ImportWatch) throws(ImportFailure) {
        name = path
        self.watch = watch
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path, Self.error("the file cannot be opened")) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(path, Self.error("the file cannot be looked at")) }
        size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
        _ = try fill()
        let (form, mark) = buffer.withUnsafeBytes { bytes in
            let bytes = UnsafeRawBufferPointer(rebasing: bytes[..<end])
            return (TextForm.notText(bytes), TextForm.byteOrderMark(bytes))
        }
        if let form { throw .broken(path, line: 1, "\(form)") }
        at = mark
    }

    deinit { close(descriptor) }

    private static func error(_ reason: StaticString) -> SealedMatchError {
        SealedMatchError(.fileFailed, reason, systemError: errno)
    }

    /// Reads until there is a byte, or the file ends: then false.
    private func fill() throws(ImportFailure) -> Bool {
        guard !isAtEnd else { return false }
        if watch.isInterrupted() { throw .file(name, SealedMatchError(.interrupted, "interrupted")) }
        var got = 0
        // A pipe gives little at a time, and the first piece shows what the file is: it is filled.
        while got < buffer.count {
            if size == nil, try !isReady() { continue }
            let more = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + got, $0.count - got) }
            if more < 0 && errno == EINTR { continue }
            guard more >= 0 else { throw .file(name, Self.error("the file cannot be read")) }
            if more == 0 {
                isAtEnd = true
                break
            }
            got += more
        }
        (at, end) = (0, got)
        total += got
        watch.progress(name, total, size)
        return got > 0
    }

    /// Whether a pipe has something, or has ended; looked at again and again, so that an interrupt is noticed.
    private func isReady() throws(ImportFailure) -> Bool {
        if watch.isInterrupted() { throw .file(name, SealedMatchError(.interrupted, "interrupted")) }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = poll(&waiting, 1, 200)
        guard ready >= 0 || errno == EINTR else { throw .file(name, Self.error("the file cannot be read")) }
        return ready > 0
    }

    /// The next byte, which stays.
    @inline(__always) func peek() throws(ImportFailure) -> UInt8? {
        if at == end {
            guard try fill() else { return nil }
        }
        return buffer[at]
    }

    /// The next byte.
    @inline(__always) func next() throws(ImportFailure) -> UInt8? {
        guard let byte = try peek() else { return nil }
        at += 1
        if byte == 0x0A { line += 1 }
        return byte
    }

    /// What is in memory of the file, from here on; none of it is passed over.
    func ahead() throws(ImportFailure) -> ArraySlice<UInt8> {
        guard try peek() != nil else { return [] }
        return buffer[at..<end]
    }

    /// At most `limit` bytes, at least one unless the file ends.
    func take(_ limit: Int) throws(ImportFailure) -> ArraySlice<UInt8> {
        guard try peek() != nil else { return [] }
        let taken = buffer[at..<min(end, at + limit)]
        at += taken.count
        return taken
    }

    func broken(_ reason: String) -> ImportFailure { .broken(name, line: line, reason) }

    /// The next line without its end, and its number; nil behind the last. Of a line longer than `limit` bytes only its
    /// length counts: `text` is nil.
    func nextLine(limit: Int) throws(ImportFailure) -> (number: Int, text: String?)? {
        guard try peek() != nil else { return nil }
        let number = line
        var bytes: [UInt8] = []
        var isWhole = true
        while let byte = try next(), byte != 0x0A {
            if bytes.count <= limit { bytes.append(byte) } else { isWhole = false }
        }
        if bytes.last == 0x0D { bytes.removeLast() }
        return (number, isWhole && bytes.count <= limit ? String(validating: bytes, as: UTF8.self) : nil)
    }
}
