import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchVectors

// Byte strings, in lowercase hexadecimal.
extension Fields {
    func bytes(_ key: String) throws -> [UInt8] { try Self.bytes(text(key), "\(place).\(key)") }

    func byteStrings(_ key: String) throws -> [[UInt8]] { try texts(key).map { try Self.bytes($0, "\(place).\(key)") } }

    func bytes(_ key: String, count: Int) throws -> [UInt8] {
        let bytes = try bytes(key)
        guard bytes.count == count else { throw wrong(key, "string of \(count) bytes") }
        return bytes
    }

    func account(_ key: String) throws -> AccountID { AccountID(canonical: try bytes32(key)) }
    func pseudonym(_ key: String) throws -> Pseudonym { Pseudonym(canonical: try bytes32(key)) }
    func token(_ key: String) throws -> ResolutionToken { ResolutionToken(canonical: try bytes32(key)) }
    func bytes32(_ key: String) throws -> Bytes32 { try Bytes32(exactly: bytes(key, count: 32)) }

    func allBytes32(_ key: String) throws -> [Bytes32] {
        try byteStrings(key).map {
            guard $0.count == 32 else { throw wrong(key, "list of 32-byte strings") }
            return try Bytes32(exactly: $0)
        }
    }

    func word(_ key: String) throws -> UInt64 { try Self.word(bytes(key, count: 8)) }

    func words(_ key: String) throws -> [UInt64] {
        try byteStrings(key).map {
            guard $0.count == 8 else { throw wrong(key, "list of words") }
            return try Self.word($0)
        }
    }

    /// A word of F_q: any 4 bytes.
    func shortWord(_ key: String) throws -> UInt32 {
        try bytes(key, count: 4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// An element of F_q, written canonically.
    func element(_ key: String) throws -> FieldElement {
        guard let element = FieldElement(canonical: try shortWord(key)) else { throw wrong(key, "element of F_q") }
        return element
    }

    func elements(_ key: String) throws -> [FieldElement] {
        try byteStrings(key).map {
            guard $0.count == 4,
                let element = FieldElement(canonical: $0.reversed().reduce(0) { $0 << 8 | UInt32($1) })
            else { throw wrong(key, "list of elements of F_q") }
            return element
        }
    }

    func floats(_ key: String) throws -> [Float] {
        try byteStrings(key).map {
            guard $0.count == 4 else { throw wrong(key, "list of float32") }
            return Float(bitPattern: $0.reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
    }

    private static func word(_ bytes: [UInt8]) throws -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    private static func bytes(_ text: String, _ place: String) throws -> [UInt8] {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2),
            digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else {
            throw VectorError("\(place) is no lowercase hexadecimal")
        }
        func value(_ digit: UInt8) -> UInt8 { digit < 0x40 ? digit - 0x30 : digit - 0x61 + 10 }
        return stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
    }
}
