internal import SealedMatchProtocol
package import SealedMatchCrypto
internal import SealedMatchFiles

/// The name of a waiting voucher's file: `release time (16 hexadecimal digits) - random (32) .voucher`. Its order is
/// the order of release.
///
/// Kept as numbers: comparing strings would need tables of Unicode, and numbers that a caller hands back can name no
/// file outside the outbox.
package struct OutboxEntryName: Comparable, Sendable {
    package let release: UInt64
    private let first: UInt64
    private let second: UInt64

    package init(release: UInt64, first: UInt64, second: UInt64) {
        self.release = release
        self.first = first
        self.second = second
    }

    private static let suffix: StaticString = ".voucher"
    private static let digitCount = 16 + 1 + 32
    private static let count = digitCount + suffix.utf8CodeUnitCount

    /// Nil for another file's name.
    package init?(text: [UInt8]) {
        guard text.count == Self.count, text[16] == UInt8(ascii: "-"),
            text[Self.digitCount...].elementsEqual(Self.suffixBytes),
            let release = Self.word(text[0..<16]), let first = Self.word(text[17..<33]),
            let second = Self.word(text[33..<49])
        else { return nil }
        self.init(release: release, first: first, second: second)
    }

    package var text: String {
        var bytes: [UInt8] = []
        Self.append(release, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(first, to: &bytes)
        Self.append(second, to: &bytes)
        return String(decoding: bytes + Self.suffixBytes, as: UTF8.self)
    }

    /// A voucher's name, then `DurableFile.partialMark`: a killed process's file.
    static func isUnfinished(_ text: [UInt8]) -> Bool { isMarked(text, DurableFile.partialMark) }

    /// Stands behind the name of a voucher that was set aside.
    static let refusedMark = ".refused"

    static func isRefused(_ text: [UInt8]) -> Bool { isMarked(text, refusedMark) }

    private static func isMarked(_ text: [UInt8], _ mark: String) -> Bool {
        text.count > count && OutboxEntryName(text: Array(text[..<count])) != nil
            && text[count...].starts(with: mark.utf8)
    }

    package static func < (a: OutboxEntryName, b: OutboxEntryName) -> Bool {
        (a.release, a.first, a.second) < (b.release, b.first, b.second)
    }

    package static let encodedCount = 24

    /// 24 bytes that a caller keeps to acknowledge the voucher.
    package var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount)
        for word in [release, first, second] { out.put(word) }
        return out.bytes
    }

    /// - Throws: `wrongLength` unless there are 24 bytes.
    package init(canonical encoded: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(encoded)
        self.init(
            release: try reader.number(UInt64.self), first: try reader.number(UInt64.self),
            second: try reader.number(UInt64.self))
        try reader.end()
    }

    private static var suffixBytes: [UInt8] {
        unsafe [UInt8](UnsafeBufferPointer(start: suffix.utf8Start, count: suffix.utf8CodeUnitCount))
    }

    private static func word(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
            bytes.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
    }
}
