internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// Writes encodings that hold secrets into guarded memory.
struct SecretWriter: ~Copyable {
    private var bytes: SecretBytes
    private var position = 0

    /// - Parameter count: exactly as many bytes as will be put.
    init(count: Int) throws(SealedMatchError) { bytes = try SecretBytes.zeros(count: count) }

    mutating func put(_ raw: UnsafeRawBufferPointer) {
        let start = position
        unsafe bytes.withMutableBytes { out in
            precondition(raw.count <= out.count - start)
            unsafe UnsafeMutableRawBufferPointer(rebasing: out[start..<start + raw.count]).copyMemory(from: raw)
        }
        position += raw.count
    }

    mutating func put(_ field: [UInt8]) { unsafe field.withUnsafeBytes { unsafe put($0) } }

    mutating func put(_ field: borrowing SecretBytes) { unsafe field.withBytes { unsafe put($0) } }

    consuming func finish() -> SecretBytes {
        precondition(position == bytes.count)
        return bytes
    }
}

/// Reads what `SecretWriter` wrote, without copying secrets. Valid as long as the memory that it reads.
@unsafe
struct SecretReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

    mutating func take(_ count: Int) throws(SealedMatchError) -> UnsafeRawBufferPointer {
        guard count >= 0, unsafe count <= bytes.count - position else {
            throw SealedMatchError(.wrongLength, "a custodian's state is too short")
        }
        defer { unsafe position += count }
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// Public bytes.
    mutating func array(_ count: Int) throws(SealedMatchError) -> [UInt8] { try unsafe Array(take(count)) }

    mutating func length() throws(SealedMatchError) -> Int {
        try unsafe array(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    var isAtEnd: Bool { unsafe position == bytes.count }

    func end() throws(SealedMatchError) {
        guard unsafe isAtEnd else {
            throw SealedMatchError(.wrongLength, "bytes follow a custodian's state")
        }
    }
}

/// A number as the 4 bytes that `SecretReader.length` reads.
func encodedLength(_ count: Int) -> [UInt8] {
    var out = ByteWriter(capacity: 4)
    out.put(UInt32(count))
    return out.bytes
}
