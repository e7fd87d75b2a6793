/// Both encodings run from bit 255 down to bit 0: byte 0 holds bits 255...248, the higher bit in the higher place. So
/// the hexadecimal form is the hexadecimal form of the bytes, and the form that PDQ's own tools print.
extension PDQHash {
    /// 32 bytes, from bit 255 down.
    public var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(PDQHash.encodedCount)
        for index in 0..<PDQHash.encodedCount {
            let fromLowest = PDQHash.encodedCount - 1 - index
            bytes.append(UInt8(truncatingIfNeeded: word(fromLowest >> 3) >> UInt64(8 * (fromLowest & 7))))
        }
        return bytes
    }

    /// Decodes 32 bytes, from bit 255 down. Every value of the right length is a hash.
    ///
    /// - Throws: `FingerprintError.badHashLength` for any other number of bytes.
    public init(canonical bytes: some Collection<UInt8>) throws(FingerprintError) {
        guard bytes.count == PDQHash.encodedCount else { throw .badHashLength }
        self.init(words: PDQHash.words(ofGroups: bytes, bits: 8))
    }

    /// 64 lower-case hexadecimal digits, from bit 255 down.
    public var hexadecimal: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * PDQHash.encodedCount)
        for byte in encoded {
            digits.append(PDQHash.digit(byte >> 4))
            digits.append(PDQHash.digit(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// Reads exactly 64 hexadecimal digits, of either case, without prefix or white space.
    ///
    /// - Throws: `FingerprintError.badHexadecimal`.
    public init(hexadecimal text: String) throws(FingerprintError) {
        try self.init(hexadecimal: text.utf8)
    }

    /// Reads exactly 64 ASCII hexadecimal digits, of either case.
    ///
    /// - Throws: `FingerprintError.badHexadecimal`.
    public init(hexadecimal text: some Collection<UInt8>) throws(FingerprintError) {
        guard text.count == 2 * PDQHash.encodedCount else { throw .badHexadecimal }
        var nibbles: [UInt8] = []
        nibbles.reserveCapacity(2 * PDQHash.encodedCount)
        for character in text {
            switch character {
            case 0x30...0x39: nibbles.append(character - 0x30)
            case 0x41...0x46: nibbles.append(character - 0x41 + 10)
            case 0x61...0x66: nibbles.append(character - 0x61 + 10)
            default: throw .badHexadecimal
            }
        }
        self.init(words: PDQHash.words(ofGroups: nibbles, bits: 4))
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 + nibble : 0x61 + nibble - 10
    }

    /// Shifts groups of `bits` bits in from the right; the first group ends up highest.
    private static func words(
        ofGroups groups: some Collection<UInt8>, bits: UInt64
    ) -> (UInt64, UInt64, UInt64, UInt64) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let carry = 64 - bits
        for group in groups {
            words.3 = words.3 << bits | words.2 >> carry
            words.2 = words.2 << bits | words.1 >> carry
            words.1 = words.1 << bits | words.0 >> carry
            words.0 = words.0 << bits | UInt64(group)
        }
        return words
    }
}
