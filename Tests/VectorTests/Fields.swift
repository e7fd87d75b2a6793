import Foundation
import SealedMatchCrypto
import SealedMatchProtocol

/// What is wrong with a vector file or a runner, as opposed to what is wrong with the code under test.
struct VectorError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The object of a vector whose keys must all be read: a key that nobody asked for is an error, as is one that is
/// missing.
final class Fields {
    let place: String
    private let values: [String: JSON]
    private var unread: Set<String>
    private var children: [Fields] = []

    init(_ value: JSON, at place: String) throws {
        guard case .object(let values) = value else { throw VectorError("\(place) is no object") }
        self.place = place
        self.values = values
        unread = Set(values.keys)
    }

    /// Keys that nobody has read, here and below.
    var unreadKeys: [String] { unread.sorted().map { "\(place).\($0)" } + children.flatMap(\.unreadKeys) }

    func end() throws {
        guard unreadKeys.isEmpty else { throw VectorError("unknown keys: \(unreadKeys.joined(separator: ", "))") }
    }

    func has(_ key: String) -> Bool { values[key] != nil }

    func value(_ key: String) throws -> JSON {
        guard let value = values[key] else { throw VectorError("\(place) has no key \(key)") }
        unread.remove(key)
        return value
    }

    private func wrong(_ key: String, _ expected: String) -> VectorError {
        VectorError("\(place).\(key) is no \(expected)")
    }

    func isNull(_ key: String) throws -> Bool { try value(key) == .null }

    func text(_ key: String) throws -> String {
        guard case .text(let text) = try value(key) else { throw wrong(key, "text") }
        return text
    }

    func boolean(_ key: String) throws -> Bool {
        guard case .boolean(let truth) = try value(key) else { throw wrong(key, "truth value") }
        return truth
    }

    func number<Number: FixedWidthInteger>(_ key: String, as _: Number.Type = Number.self) throws -> Number {
        guard case .integer(let value) = try value(key), let number = Number(exactly: value) else {
            throw wrong(key, "\(Number.self)")
        }
        return number
    }

    func list(_ key: String) throws -> [JSON] {
        guard case .list(let values) = try value(key) else { throw wrong(key, "list") }
        return values
    }

    func numbers<Number: FixedWidthInteger>(_ key: String, as _: Number.Type = Number.self) throws -> [Number] {
        try list(key).map {
            guard case .integer(let value) = $0, let number = Number(exactly: value) else {
                throw wrong(key, "list of \(Number.self)")
            }
            return number
        }
    }

    func texts(_ key: String) throws -> [String] {
        try list(key).map {
            guard case .text(let text) = $0 else { throw wrong(key, "list of texts") }
            return text
        }
    }

    func fields(_ key: String) throws -> Fields {
        let fields = try Fields(value(key), at: "\(place).\(key)")
        children.append(fields)
        return fields
    }

    func objects(_ key: String) throws -> [Fields] {
        let objects = try list(key).enumerated().map { try Fields($1, at: "\(place).\(key)[\($0)]") }
        children += objects
        return objects
    }

    // MARK: byte strings, in lowercase hexadecimal

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
