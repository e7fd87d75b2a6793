import Foundation

/// A value of a vector file. Numbers are integers: no vector holds a fraction.
enum JSON: Equatable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int128)
    case text(String)
    case list([JSON])
    /// An output of which a vector shows some elements; never read from a file.
    case parts([JSON])
    case object([String: JSON])

    static func bytes(_ bytes: some Sequence<UInt8>) -> JSON {
        .text(bytes.map { String(format: "%02x", $0) }.joined())
    }
    static func word(_ word: UInt64) -> JSON { .bytes(withUnsafeBytes(of: word.littleEndian) { Array($0) }) }
    /// The bits of a float32, which tell −0 from 0.
    static func float(_ value: Float) -> JSON {
        .bytes(withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) })
    }
    static func number(_ number: some BinaryInteger) -> JSON { .integer(Int128(number)) }
    static func texts(_ texts: [String]) -> JSON { .list(texts.map { .text($0) }) }
    static func numbers(_ numbers: [some BinaryInteger]) -> JSON { .list(numbers.map { .number($0) }) }
}

extension JSON: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if let text = try? single.decode(String.self) {
            self = .text(text)
        } else if let object = try? decoder.container(keyedBy: Key.self) {
            self = .object(
                try Dictionary(
                    uniqueKeysWithValues: object.allKeys.map {
                        ($0.stringValue, try object.decode(JSON.self, forKey: $0))
                    }))
        } else if var list = try? decoder.unkeyedContainer() {
            var values: [JSON] = []
            while !list.isAtEnd { values.append(try list.decode(JSON.self)) }
            self = .list(values)
        } else if let number = try? single.decode(Int64.self) {
            self = .integer(Int128(number))
        } else if let number = try? single.decode(UInt64.self) {
            self = .integer(Int128(number))
        } else if let truth = try? single.decode(Bool.self) {
            self = .boolean(truth)
        } else if single.decodeNil() {
            self = .null
        } else {
            throw DecodingError.dataCorruptedError(
                in: single, debugDescription: "neither text nor integer, truth value, list or object")
        }
    }
}

extension JSON: CustomStringConvertible {
    /// Short enough for a test's message.
    var description: String {
        switch self {
        case .null: "null"
        case .boolean(let truth): "\(truth)"
        case .integer(let number): "\(number)"
        case .text(let text): text.count > 140 ? "“\(text.prefix(140))…” (\(text.count) characters)" : "“\(text)”"
        case .list(let values), .parts(let values): "\(values.count) values"
        case .object(let values): "{ \(values.keys.sorted().joined(separator: ", ")) }"
        }
    }

    /// Where this value is not `other`, at most a few places; empty if they are equal.
    func differences(from other: JSON, at place: String) -> [String] {
        guard self != other else { return [] }
        switch (self, other) {
        case (.object(let a), .object(let b)):
            return Set(a.keys).union(b.keys).sorted().flatMap { key in
                guard let x = a[key], let y = b[key] else {
                    return ["\(place).\(key) is \(a[key] == nil ? "missing" : "too many")"]
                }
                return x.differences(from: y, at: "\(place).\(key)")
            }
        case (.list(let a), .list(let b)) where a.count == b.count:
            return Array(a.indices.lazy.flatMap { a[$0].differences(from: b[$0], at: "\(place)[\($0)]") }.prefix(3))
        case (.parts(let a), .list(let b)):
            return b.indices.filter { !a.contains(b[$0]) }.prefix(3).map { "\(place)[\($0)] is not in the output" }
                + (b.isEmpty ? ["\(place) shows nothing"] : [])
        default:
            return ["\(place) is \(self), expected \(other)"]
        }
    }
}
