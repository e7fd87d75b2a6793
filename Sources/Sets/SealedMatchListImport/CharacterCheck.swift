/// Looks at the bytes of a text as they come: UTF-8, and of control characters line ends and tabulators alone.
///
/// Foundation's XML parser stops the process at a name that is no UTF-8. So it sees none.
struct CharacterCheck {
    /// From 1.
    private(set) var line = 1
    /// Bytes that the character is still to have, and what the next of them may be.
    private var missing = 0
    private var next: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether these bytes may follow those before.
    mutating func accepts(_ bytes: some Sequence<UInt8>) -> Bool {
        for byte in bytes {
            if missing > 0 {
                guard next.contains(byte) else { return false }
                missing -= 1
                next = 0x80...0xBF
                continue
            }
            switch byte {
            case 0x0A: line += 1
            case 0x09, 0x0D, 0x20...0x7E: break
            case 0xC2...0xDF: missing = 1
            case 0xE0: (missing, next) = (2, 0xA0...0xBF)
            // No surrogates.
            case 0xED: (missing, next) = (2, 0x80...0x9F)
            case 0xE1...0xEF: missing = 2
            case 0xF0: (missing, next) = (3, 0x90...0xBF)
            case 0xF1...0xF3: missing = 3
            case 0xF4: (missing, next) = (3, 0x80...0x8F)
            default: return false
            }
        }
        return true
    }
}
