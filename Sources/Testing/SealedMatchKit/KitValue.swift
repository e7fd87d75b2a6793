internal import Foundation

/// A value of a request or an answer.
enum KitValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([KitValue])
    case object([String: KitValue])

    static func bytes(_ bytes: [UInt8]) -> KitValue { .text(Data(bytes).base64EncodedString()) }
    static func hexadecimal(_ bytes: [UInt8]) -> KitValue {
        .text(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
    static func integer(_ value: some BinaryInteger) -> KitValue { .integer(Int64(clamping: value)) }
    static func texts(_ texts: [String]) -> KitValue { .list(texts.map { .text($0) }) }
}

extension KitValue: Codable {
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
            var fields: [String: KitValue] = [:]
            for key in object.allKeys { fields[key.stringValue] = try object.decode(KitValue.self, forKey: key) }
            self = .object(fields)
        } else if var list = try? decoder.unkeyedContainer() {
            var values: [KitValue] = []
            while !list.isAtEnd { values.append(try list.decode(KitValue.self)) }
            self = .list(values)
        } else if let truth = try? single.decode(Bool.self) {
            self = .boolean(truth)
        } else if let integer = try? single.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? single.decode(Double.self) {
            self = .number(number)
        } else if single.decodeNil() {
            self = .null
        } else {
            throw DecodingError.dataCorruptedError(in: single, debugDescription: "no value of JSON")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        switch self {
        case .null: try single.encodeNil()
        case .boolean(let truth): try single.encode(truth)
        case .integer(let integer): try single.encode(integer)
        case .number(let number): try single.encode(number)
        case .text(let text): try single.encode(text)
        case .list(let values): try single.encode(values)
        case .object(let fields): try single.encode(fields)
        }
    }
}
