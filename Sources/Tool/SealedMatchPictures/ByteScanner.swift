/// Reads numbers and words out of a file's bytes. What lies behind the end is nil; nothing here traps.
@safe struct ByteScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    /// Where numbers have their greatest byte.
    var isBigEndian = true

    var count: Int { unsafe bytes.count }

    func byte(_ at: Int) -> Int? {
        guard at >= 0, at < count else { return nil }
        return unsafe Int(bytes[at])
    }

    func number(_ at: Int, bytes length: Int) -> Int? {
        guard at >= 0, length <= count, at <= count - length else { return nil }
        var value = 0
        for index in 0..<length {
            value = unsafe value << 8 | Int(bytes[at + (isBigEndian ? index : length - 1 - index)])
        }
        return value
    }

    func word(_ text: StaticString, _ at: Int) -> Bool {
        guard at >= 0, text.utf8CodeUnitCount <= count, at <= count - text.utf8CodeUnitCount else {
            return false
        }
        for index in 0..<text.utf8CodeUnitCount
        where unsafe bytes[at + index] != text.utf8Start[index] { return false }
        return true
    }

    /// The bytes of a range, cut off at the end of the file.
    func part(_ from: Int, _ length: Int) -> ByteScanner {
        let start = min(max(0, from), count)
        let end = start + min(max(0, length), count - start)
        return unsafe ByteScanner(bytes: UnsafeBufferPointer(rebasing: bytes[start..<end]), isBigEndian: isBigEndian)
    }
}
