import SealedMatchProtocol
import Testing

@Suite struct HexadecimalTests {
    @Test func everyByteComesBack() {
        let bytes = (0...255).map { UInt8($0) }
        let text = Hexadecimal.text(bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(Hexadecimal.bytes(text.utf8) == bytes)
        #expect(Hexadecimal.bytes(text.uppercased().utf8) == bytes)
        #expect(Hexadecimal.bytes("".utf8) == [])
    }

    /// What integers are read from takes signs; this does not.
    @Test(arguments: ["+f", "f+", "-0", "0-", "0x", " 0", "0 ", "g0", "٣٣", "0\0", "00+f"])
    func otherTextIsNone(_ text: String) {
        #expect(Hexadecimal.bytes(text.utf8) == nil)
        let digits = String(repeating: "0", count: 64 - text.utf8.count)
        #expect(Hexadecimal.bytes32(digits + text) == nil && Hexadecimal.bytes32(text + digits) == nil)
    }

    @Test func thirtyTwoBytesAreSixtyFourDigits() {
        #expect(Hexadecimal.bytes32(String(repeating: "0F", count: 32))?.bytes == [UInt8](repeating: 15, count: 32))
        #expect(Hexadecimal.bytes("0".utf8) == nil && Hexadecimal.bytes("000".utf8) == nil)
        for count in [0, 62, 63, 65, 66, 128] {
            #expect(Hexadecimal.bytes32(String(repeating: "0", count: count)) == nil)
        }
    }
}
