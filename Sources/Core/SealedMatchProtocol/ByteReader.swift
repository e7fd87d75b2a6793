package import SealedMatchCrypto

/// Reads fixed-size little-endian fields from untrusted bytes. Every length is checked by subtraction from what is
/// left, so that no sum can overflow.
package struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var remaining: Int { bytes.count - position }

    package mutating func take(_ count: Int) throws(SealedMatchError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw SealedMatchError(.wrongLength, "the encoding is too short") }
        defer { position += count }
        return copied(bytes, position..<(position + count))
    }

    package mutating func bytes32() throws(SealedMatchError) -> Bytes32 { try Bytes32(exactly: take(32)) }

    package mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _: Number.Type
    ) throws(SealedMatchError) -> Number {
        // Shares have hundreds of these: no array for each, and no generic arithmetic, which debug builds are slow at.
        let count = Number.bitWidth / 8
        guard count <= 8, count <= remaining else {
            throw SealedMatchError(.wrongLength, "the encoding is too short")
        }
        var value: UInt64 = 0
        var index = 0
        while index < count {
            value |= UInt64(bytes[position + index]) << UInt64(8 * index)
            index += 1
        }
        position += count
        return Number(truncatingIfNeeded: value)
    }

    package mutating func magic(_ expected: StaticString) throws(SealedMatchError) {
        guard try take(expected.utf8CodeUnitCount) == HashToGroup.ascii(expected) else {
            throw SealedMatchError(.invalidMagic, "not this kind of encoding, or not this version of it")
        }
    }

    /// `count` bytes that the format reserves as zero.
    package mutating func zeros(_ count: Int) throws(SealedMatchError) {
        guard try take(count).allSatisfy({ $0 == 0 }) else {
            throw SealedMatchError(.nonCanonical, "a reserved byte is not zero")
        }
    }

    package func end() throws(SealedMatchError) {
        guard remaining == 0 else { throw SealedMatchError(.wrongLength, "bytes follow the encoding's end") }
    }
}

/// Some of the bytes of a string.
/// - Precondition: it has as many.
@inline(never)
package func copied(_ bytes: [UInt8], _ part: Range<Int>) -> [UInt8] { Array(bytes[part]) }

/// Writes what `ByteReader` reads.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    package mutating func put(_ field: [UInt8]) { bytes += field }
    package mutating func put(_ field: Bytes32) { unsafe field.withBytes { unsafe bytes.append(contentsOf: $0) } }
    package mutating func put(_ fields: [Bytes32]) {
        unsafe fields.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    package mutating func put(_ points: [Point]) {
        unsafe points.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    package mutating func put(_ number: some FixedWidthInteger & UnsignedInteger) {
        var rest = UInt64(truncatingIfNeeded: number)
        var left = number.bitWidth / 8
        while left > 0 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
            left -= 1
        }
    }
    package mutating func magic(_ text: StaticString) { bytes += HashToGroup.ascii(text) }
    /// Zero bytes up to `length` in all.
    package mutating func pad(to length: Int) {
        precondition(length >= bytes.count)
        bytes += [UInt8](repeating: 0, count: length - bytes.count)
    }
}
