internal import SealedMatchCrypto

/// Writes what `TextCursor` reads.
enum TextWriter {
    @inline(never)
    static func append(decimal value: UInt64, to text: inout [UInt8]) {
        if value > 9 { append(decimal: value / 10, to: &text) }
        SealedMatchLog.append(byte: 0x30 + UInt8(truncatingIfNeeded: value % 10), to: &text)
    }

    @inline(never)
    static func append(hexadecimal bytes: [UInt8], to text: inout [UInt8]) {
        for index in 0..<2 * bytes.count {
            let digit = index & 1 == 0 ? bytes[index >> 1] >> 4 : bytes[index >> 1] & 15
            SealedMatchLog.append(byte: digit < 10 ? 0x30 + digit : 0x57 + digit, to: &text)
        }
    }

    static func append(base64 bytes: [UInt8], to text: inout [UInt8]) {
        let alphabet = HashToGroup.ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var word: UInt32 = 0
            for place in 0..<3 { word = word << 8 | (place < count ? UInt32(bytes[index + place]) : 0) }
            for place in 0..<4 {
                text.append(place <= count ? alphabet[Int(word >> UInt32(18 - 6 * place)) & 63] : 0x3D)
            }
            index += 3
        }
    }
}
