/// A PDQ perceptual hash: 256 bits, of which bit 16i + j belongs to the DCT coefficient of vertical frequency i + 1 and
/// horizontal frequency j + 1.
///
/// A hash describes the picture it was made from: treat it as being as private as the picture.
/// Source: Meta, "PDQ & TMK + PDQF", threatexchange; `Docs/Protocol.md`, fingerprints.
public struct PDQHash: Hashable, Sendable {
    /// Bits 64w ... 64w + 63 in word w, the lowest bit first.
    var words: (UInt64, UInt64, UInt64, UInt64)

    /// The number of bits, 256.
    public static let bitCount = 256
    /// The number of bytes of the encoding, 32.
    public static let encodedCount = 32

    /// The hash whose bits 64w ... 64w + 63 are word w, lowest bit first.
    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// Bit `index`, 0...255. Another index is a programming error and traps.
    public subscript(index: Int) -> Bool {
        precondition(index >= 0 && index < 256, "a PDQ hash has bits 0...255")
        return (word(index >> 6) >> UInt64(index & 63)) & 1 == 1
    }

    /// The number of bits in which two hashes differ, 0...256. PDQ calls a distance of 31 or less a match.
    /// The running time does not depend on the bits.
    public func hammingDistance(to other: PDQHash) -> Int {
        (words.0 ^ other.words.0).nonzeroBitCount + (words.1 ^ other.words.1).nonzeroBitCount
            + (words.2 ^ other.words.2).nonzeroBitCount + (words.3 ^ other.words.3).nonzeroBitCount
    }

    /// Word w, 0...3.
    func word(_ index: Int) -> UInt64 {
        switch index {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        default: words.3
        }
    }

    /// Equality in variable time.
    public static func == (left: PDQHash, right: PDQHash) -> Bool {
        left.hammingDistance(to: right) == 0
    }

    /// For sets and dictionaries.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
