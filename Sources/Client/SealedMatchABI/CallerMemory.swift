internal import SealedMatchCrypto

// Reading and writing what belongs to the caller. Sizes arrive as C's size_t, which Swift sees as Int: one beyond
// Int.max is negative here, and refused.

func badArgument(_ reason: StaticString) -> SealedMatchError { SealedMatchError(.badArgument, reason) }

/// A copy of `count` bytes, at most `limit` of them. NULL is no bytes if `count` is 0.
func copied(_ bytes: UnsafeRawPointer?, _ count: Int, limit: Int, beyond code: SealedMatchError.Code)
    throws(SealedMatchError) -> [UInt8]
{
    guard count != 0 else { return [] }
    guard let bytes = unsafe bytes, count > 0 else { throw badArgument("a null pointer, or a size out of range") }
    guard count <= limit else { throw SealedMatchError(code, "longer than it can be") }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
}

func bytes32(_ bytes: UnsafePointer<UInt8>?) throws(SealedMatchError) -> Bytes32 {
    guard let bytes = unsafe bytes else { throw badArgument("a null pointer") }
    return unsafe Bytes32(loading: bytes)
}

func write(_ value: Bytes32, to bytes: UnsafeMutablePointer<UInt8>) {
    unsafe value.withBytes { unsafe UnsafeMutableRawPointer(bytes).copyMemory(from: $0.baseAddress!, byteCount: 32) }
}

/// A path: UTF-8, ended by a zero byte.
func path(_ text: UnsafePointer<CChar>?) throws(SealedMatchError) -> String {
    guard let text = unsafe text else { throw badArgument("a null pointer") }
    var bytes: [UInt8] = []
    while bytes.count < 4_096 {
        let byte = unsafe UInt8(bitPattern: text[bytes.count])
        if byte == 0 { break }
        bytes.append(byte)
    }
    guard (1..<4_096).contains(bytes.count) else { throw badArgument("an empty path, or one of more than 4,095 bytes") }
    // Repaired text would name another file.
    let string = String(decoding: bytes, as: UTF8.self)
    guard string.utf8.elementsEqual(bytes) else { throw badArgument("a path that is not UTF-8") }
    return string
}

/// A result of varying size: the caller's buffer, its capacity, and where the size goes. It lives during one call.
@safe
struct Output {
    private let buffer: UnsafeMutableRawPointer?
    private let capacity: Int
    private let count: UnsafeMutablePointer<Int>

    init(_ buffer: UnsafeMutableRawPointer?, _ capacity: Int, _ count: UnsafeMutablePointer<Int>?)
        throws(SealedMatchError)
    {
        guard let count = unsafe count, capacity >= 0, unsafe buffer != nil || capacity == 0 else {
            throw badArgument("a null pointer, or a size out of range")
        }
        unsafe self.buffer = unsafe buffer
        self.capacity = capacity
        unsafe self.count = unsafe count
    }

    /// Sets the count, and throws unless so many bytes fit: before anything that cannot be taken back.
    func reserve(_ size: Int) throws(SealedMatchError) {
        unsafe count.pointee = size
        guard size <= capacity else { throw SealedMatchError(.bufferTooSmall, "the buffer is too small") }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SealedMatchError) {
        try reserve(bytes.count)
        guard let source = bytes.baseAddress, let buffer = unsafe buffer else { return }
        unsafe buffer.copyMemory(from: source, byteCount: bytes.count)
    }

    func write(_ bytes: [UInt8]) throws(SealedMatchError) {
        try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe write(raw) }
    }

    func write(_ secret: borrowing SecretBytes) throws(SealedMatchError) {
        try unsafe secret.withBytes { (raw) throws(SealedMatchError) in try unsafe write(raw) }
    }
}
