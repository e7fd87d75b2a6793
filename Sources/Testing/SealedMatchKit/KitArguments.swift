internal import Foundation
internal import SealedMatchJSON

/// The fields of a request. Each is asked for by its name; a field that nobody asked for is an error.
struct KitArguments {
    private let fields: [String: JSON]
    private let path: String
    private var used: Set<String> = []

    init(_ fields: [String: JSON], at path: String = "") {
        self.fields = fields
        self.path = path
    }

    private func wrong(_ name: String, _ wanted: String) -> KitFailure {
        guard let value = fields[name] else { return KitFailure(.badRequest, "\(path)\(name): \(wanted) is missing") }
        let kind =
            switch value {
            case .null: "null"
            case .boolean: "a truth value"
            case .integer: "an integer"
            case .otherNumber: "a fraction, or beyond all numbers"
            case .text: "text"
            case .list: "a list"
            case .object: "an object"
            }
        return KitFailure(.badRequest, "\(path)\(name): \(wanted), not \(kind)")
    }

    /// Whether the field is there and not null.
    mutating func has(_ name: String) -> Bool {
        used.insert(name)
        return fields[name].map { $0 != .null } ?? false
    }

    /// Whether the field is there, null or not.
    mutating func names(_ name: String) -> Bool {
        used.insert(name)
        return fields[name] != nil
    }

    mutating func text(_ name: String) throws(KitFailure) -> String {
        used.insert(name)
        guard case .text(let text) = fields[name] else { throw wrong(name, "a text") }
        return text
    }

    mutating func text(_ name: String, or other: String) throws(KitFailure) -> String {
        has(name) ? try text(name) : other
    }

    mutating func texts(_ name: String) throws(KitFailure) -> [String] {
        try list(name).map { (value) throws(KitFailure) in
            guard case .text(let text) = value else { throw wrong(name, "a list of texts") }
            return text
        }
    }

    mutating func list(_ name: String) throws(KitFailure) -> [JSON] {
        used.insert(name)
        guard case .list(let values) = fields[name] else { throw wrong(name, "a list") }
        return values
    }

    mutating func truth(_ name: String) throws(KitFailure) -> Bool {
        used.insert(name)
        guard case .boolean(let truth) = fields[name] else { throw wrong(name, "true or false") }
        return truth
    }

    /// A field that stands for itself: true, or not there.
    mutating func mark(_ name: String) throws(KitFailure) -> Bool {
        guard has(name) else { return false }
        guard try truth(name) else { throw KitFailure(.badRequest, "\(path)\(name): true, or leave it out") }
        return true
    }

    mutating func integer<Number: FixedWidthInteger & Sendable>(
        _ name: String, _ range: ClosedRange<Number>
    ) throws(KitFailure) -> Number {
        used.insert(name)
        let wanted = "an integer from \(range.lowerBound) to \(range.upperBound)"
        guard case .integer(let integer) = fields[name] else { throw wrong(name, wanted) }
        guard let number = Number(exactly: integer), range.contains(number) else {
            throw KitFailure(.badRequest, "\(path)\(name): \(wanted), not \(integer)")
        }
        return number
    }

    mutating func share(_ name: String) throws(KitFailure) -> Double {
        used.insert(name)
        let value: Double
        switch fields[name] {
        case .otherNumber(let written): value = Double(written) ?? -1
        case .integer(let integer): value = Double(integer)
        default: throw wrong(name, "a share from 0 to 1")
        }
        guard (0...1).contains(value) else {
            throw KitFailure(.badRequest, "\(path)\(name): a share from 0 to 1, not \(value)")
        }
        return value
    }

    mutating func bytes(_ name: String) throws(KitFailure) -> [UInt8] {
        try Self.bytes(text(name), at: path + name)
    }

    static func bytes(_ text: String, at name: String) throws(KitFailure) -> [UInt8] {
        guard let data = Data(base64Encoded: text) else {
            throw KitFailure(.badRequest, "\(name): bytes as base64 (RFC 4648, section 4, padded)")
        }
        return Array(data)
    }

    mutating func byteStrings(_ name: String) throws(KitFailure) -> [[UInt8]] {
        let texts = try texts(name)
        let place = path + name
        return try texts.map { (text) throws(KitFailure) in try Self.bytes(text, at: place) }
    }

    mutating func object(_ name: String) throws(KitFailure) -> KitArguments {
        used.insert(name)
        guard case .object(let fields) = fields[name] else { throw wrong(name, "an object") }
        return KitArguments(fields, at: path + name + ".")
    }

    mutating func objects(_ name: String) throws(KitFailure) -> [KitArguments] {
        let values = try list(name)
        var objects: [KitArguments] = []
        for (index, value) in values.enumerated() {
            guard case .object(let fields) = value else { throw wrong(name, "a list of objects") }
            objects.append(KitArguments(fields, at: "\(path)\(name)[\(index)]."))
        }
        return objects
    }

    /// - Throws: `badRequest` for a field that nobody asked for.
    func end() throws(KitFailure) {
        guard let unknown = Set(fields.keys).subtracting(used).sorted().first else { return }
        throw KitFailure(.badRequest, "\(path)\(unknown): this call has no such field; see Docs/Testing.md")
    }
}
