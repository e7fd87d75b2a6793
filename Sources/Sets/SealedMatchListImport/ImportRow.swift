/// A hash on its way through the sorting: 96 bytes, which are compared from the first on.
struct ImportRow: Equatable {
    /// What it is sorted by: the digest of its entry's name, time and content; or kind, hash and order.
    var key: InlineArray<6, UInt64>
    /// kind · quality (255: unknown) · class · 1 for a mark without hash · file, 32 bits
    var about: UInt64
    var line: UInt64
    var hash: InlineArray<4, UInt64>

    static let noQuality: UInt8 = 255

    static func < (a: ImportRow, b: ImportRow) -> Bool {
        for index in 0..<6 where a.key[index] != b.key[index] { return a.key[index] < b.key[index] }
        return false
    }

    static func == (a: ImportRow, b: ImportRow) -> Bool {
        (0..<6).allSatisfy { a.key[$0] == b.key[$0] } && a.about == b.about && a.line == b.line
            && (0..<4).allSatisfy { a.hash[$0] == b.hash[$0] }
    }

    var kind: ImportedHash.Kind { ImportedHash.Kind(rawValue: UInt8(truncatingIfNeeded: about >> 56)) ?? .pdq }
    var quality: UInt8 { UInt8(truncatingIfNeeded: about >> 48) }
    var classIndex: Int { Int(about >> 40 & 255) }
    var isMark: Bool { about >> 32 & 1 == 1 }
    var file: Int { Int(about & 0xFFFF_FFFF) }

    static func about(
        _ kind: ImportedHash.Kind, quality: UInt8, classIndex: Int, isMark: Bool, file: Int
    ) -> UInt64 {
        UInt64(kind.rawValue) << 56 | UInt64(quality) << 48 | UInt64(classIndex) << 40 | (isMark ? 1 << 32 : 0)
            | UInt64(file)
    }

    /// 32 bytes, or fewer and zeros, as words that compare like the bytes.
    static func words(_ bytes: some Sequence<UInt8>) -> InlineArray<4, UInt64> {
        var words = InlineArray<4, UInt64>(repeating: 0)
        for (index, byte) in bytes.prefix(32).enumerated() {
            words[index / 8] |= UInt64(byte) << UInt64(56 - 8 * (index % 8))
        }
        return words
    }

    var hashBytes: [UInt8] {
        (0..<(kind == .md5 ? 16 : 32)).map { UInt8(truncatingIfNeeded: hash[$0 / 8] >> UInt64(56 - 8 * ($0 % 8))) }
    }

    /// Of one version of one entry: equal name, time and content.
    func isOfVersion(of other: ImportRow) -> Bool { (0..<6).allSatisfy { key[$0] == other.key[$0] } }
    /// Of one entry: equal names.
    func isOfEntry(of other: ImportRow) -> Bool { (0..<4).allSatisfy { key[$0] == other.key[$0] } }
    /// Equal kinds and hashes.
    func isSameHash(as other: ImportRow) -> Bool {
        kind == other.kind && (0..<4).allSatisfy { hash[$0] == other.hash[$0] }
    }
}
