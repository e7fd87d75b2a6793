internal import CSealedMatchSodium

/// 32 bytes by value: an encoding, a digest, an identifier. Layout in memory is the byte string itself, so that an
/// array of them is a table. Not for secrets (copies are not wiped): see `SecretBytes`.
@frozen
public struct Bytes32: Hashable, Sendable {
    // Four words only for the alignment and the speed of comparison; their order in memory is the order of the bytes.
    var words: (UInt64, UInt64, UInt64, UInt64)

    /// Bytes of a value.
    public static let count = 32

    /// All zero.
    public init() { words = (0, 0, 0, 0) }

    /// The words as they lie in memory.
    init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// A constant: the bytes in the order in which hexadecimal digits show them.
    package init(bigEndian words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    }

    /// The first 32 bytes of `bytes`.
    /// - Precondition: at least 32 bytes; checked by `init(exactly:)`.
    @unsafe public init(loading bytes: UnsafeRawPointer) {
        unsafe words = (
            bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    /// Exactly 32 bytes.
    /// - Throws: `wrongLength`.
    public init(exactly bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == 32 else { throw SealedMatchError(.wrongLength, "expected 32 bytes") }
        self.init()
        for index in 0..<32 { self[index] = bytes[index] }
    }

    /// One of the 32 bytes.
    /// - Precondition: the index is 0 to 31.
    public subscript(index: Int) -> UInt8 {
        get { unsafe withBytes { unsafe $0[index] } }
        set {
            precondition(index >= 0 && index < 32)
            unsafe withUnsafeMutableBytes(of: &words) { unsafe $0[index] = newValue }
        }
    }

    /// Reads the 32 bytes.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe withUnsafeBytes(of: words, body)
    }

    /// The 32 bytes, as an array.
    public var bytes: [UInt8] { unsafe withBytes { unsafe [UInt8]($0) } }

    /// Equality in variable time: for public values.
    public static func == (a: Bytes32, b: Bytes32) -> Bool {
        a.words.0 == b.words.0 && a.words.1 == b.words.1 && a.words.2 == b.words.2 && a.words.3 == b.words.3
    }

    /// For sets and dictionaries of public values.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    /// Order of the byte strings, first byte first.
    public static func < (a: Bytes32, b: Bytes32) -> Bool {
        let x = (a.words.0.bigEndian, a.words.1.bigEndian, a.words.2.bigEndian, a.words.3.bigEndian)
        let y = (b.words.0.bigEndian, b.words.1.bigEndian, b.words.2.bigEndian, b.words.3.bigEndian)
        return x < y
    }

    /// All bits are zero.
    public var isZero: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

    /// Constant-time choice: `a` where `mask` is all ones, `b` where it is zero.
    public static func select(_ mask: UInt64, _ a: Bytes32, _ b: Bytes32) -> Bytes32 {
        var out = Bytes32()
        out.words.0 = (a.words.0 & mask) | (b.words.0 & ~mask)
        out.words.1 = (a.words.1 & mask) | (b.words.1 & ~mask)
        out.words.2 = (a.words.2 & mask) | (b.words.2 & ~mask)
        out.words.3 = (a.words.3 & mask) | (b.words.3 & ~mask)
        return out
    }

    /// Bytewise exclusive or.
    public static func ^ (a: Bytes32, b: Bytes32) -> Bytes32 {
        var out = Bytes32()
        out.words = (
            a.words.0 ^ b.words.0, a.words.1 ^ b.words.1, a.words.2 ^ b.words.2, a.words.3 ^ b.words.3
        )
        return out
    }

    /// Overwrites the value so that the compiler keeps the store (`sodium_memzero`).
    public mutating func wipe() {
        unsafe withUnsafeMutableBytes(of: &words) { unsafe sodium_memzero($0.u8, $0.count) }
    }

    /// Writes the 32 bytes. The pointer is valid inside `body` only.
    public mutating func withMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe withUnsafeMutableBytes(of: &words, body)
    }
}

extension Bytes32 {
    /// The `index`-th 64-bit word, little-endian.
    public func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index < 4)
        return unsafe withBytes {
            unsafe UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
    }
}
