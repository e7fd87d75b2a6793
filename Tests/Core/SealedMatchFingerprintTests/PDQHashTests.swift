import SealedMatchFingerprint
import Testing

@Suite struct PDQHashTests {
    static let text = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"

    @Test func hexadecimalRunsFromBit255Down() throws {
        let hash = try PDQHash(hexadecimal: Self.text)
        #expect(hash.hexadecimal == Self.text)
        #expect(hash[255] && hash[254] && !hash[250])
        #expect(!hash[0] && hash[1])
        #expect(hash.encoded.first == 0xF8 && hash.encoded.last == 0x22)
        #expect(try PDQHash(canonical: hash.encoded) == hash)
        #expect(try PDQHash(hexadecimal: Self.text.uppercased()) == hash)
        #expect(PDQHash(words: (2, 0, 0, 0))[1])
        #expect(PDQHash(words: (0, 0, 0, 1 << 63)).hexadecimal == "8" + String(repeating: "0", count: 63))
    }

    /// The good text with its first or last character replaced, shortened or lengthened.
    static let badTexts: [String] = {
        let first = ["", " ", "+", "00", "\u{FEFF}"].map { (start: String) in start + String(text.dropFirst()) }
        let last = ["", "g", "\n", "\0", "é", "00"].map { (end: String) in String(text.dropLast()) + end }
        return first + last + ["", "0", "0x" + String(text.dropFirst(2)), String(repeating: "０", count: 64)]
    }()

    @Test(arguments: badTexts)
    func refusesOtherText(_ text: String) {
        #expect(throws: FingerprintError.badHexadecimal) { try PDQHash(hexadecimal: text) }
    }

    @Test(arguments: [0, 1, 31, 33, 64])
    func refusesOtherLengths(_ count: Int) {
        #expect(throws: FingerprintError.badHashLength) { try PDQHash(canonical: [UInt8](repeating: 0, count: count)) }
    }

    @Test func countsDifferingBits() throws {
        let hash = try PDQHash(hexadecimal: Self.text)
        #expect(hash.hammingDistance(to: hash) == 0)
        let inverse = try PDQHash(canonical: hash.encoded.map { ~$0 })
        #expect(hash.hammingDistance(to: inverse) == 256)
        var bytes = hash.encoded
        bytes[7] ^= 0b1010_0001
        #expect(try PDQHash(canonical: bytes).hammingDistance(to: hash) == 3)
        #expect(Set([hash, inverse, hash]).count == 2)
    }
}
