/// JSON (RFC 8259) as a person writes it: with line numbers in errors, and without what a reader could misunderstand.
/// A name that comes twice in an object, and a number that no Double holds, are errors.
package enum JSONValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// In the order of the text.
    case object([Member])

    package struct Member: Equatable, Sendable {
        package let name: String
        package let value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Objects and arrays within each other, at most.
    static let maximumDepth = 16

    /// - Throws: `PlanError` that names the line.
    package init(parsing text: String) throws(PlanError) {
        var parser = JSONParser(text)
        self = try parser.document()
    }

    /// What it is, for an error.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .number(let value): Self.text(value)
        case .string(let text): "\"\(text.count > 40 ? text.prefix(40) + "…" : text[...])\""
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// A number as people write it.
    static func text(_ value: Double) -> String {
        if let whole = Int64(exactly: value), whole.magnitude < 1_000_000_000_000_000 { return "\(whole)" }
        return "\(value)"
    }
}

private struct JSONParser {
    private let bytes: [UInt8]
    private var place = 0
    private var line = 1

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func document() throws(PlanError) -> JSONValue {
        // A byte order mark, as some editors leave it.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
        let value = try value(depth: 0)
        skipSpace()
        guard place == bytes.count else { throw error("something follows the end of the JSON") }
        return value
    }

    private func error(_ reason: String) -> PlanError { PlanError("line \(line): \(reason)") }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            if byte == 0x0A { line += 1 }
            place += 1
        }
    }

    private mutating func value(depth: Int) throws(PlanError) -> JSONValue {
        guard depth <= JSONValue.maximumDepth else { throw error("objects and arrays are nested too deeply") }
        skipSpace()
        guard let byte = next else { throw error("the JSON ends too early") }
        switch byte {
        case UInt8(ascii: "{"): return .object(try members(depth))
        case UInt8(ascii: "["): return .array(try elements(depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default:
            for (word, value) in [("null", JSONValue.null), ("true", .boolean(true)), ("false", .boolean(false))]
            where bytes[place...].starts(with: word.utf8) {
                place += word.utf8.count
                return value
            }
            throw error("no JSON value begins with \(shown(byte))")
        }
    }

    private func shown(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte) ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte \(byte)"
    }

    private mutating func members(_ depth: Int) throws(PlanError) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var names = Set<String>()
        place += 1
        skipSpace()
        if next == UInt8(ascii: "}") {
            place += 1
            return []
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a field's name in quotes is expected") }
            let name = try string()
            guard names.insert(name).inserted else { throw error("the field \"\(name)\" comes twice") }
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw error("a colon is expected behind \"\(name)\"") }
            place += 1
            members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
            if try ends(with: UInt8(ascii: "}"), "an object") { return members }
        }
    }

    private mutating func elements(_ depth: Int) throws(PlanError) -> [JSONValue] {
        var elements: [JSONValue] = []
        place += 1
        skipSpace()
        if next == UInt8(ascii: "]") {
            place += 1
            return []
        }
        while true {
            elements.append(try value(depth: depth + 1))
            if try ends(with: UInt8(ascii: "]"), "an array") { return elements }
        }
    }

    /// Takes a comma, or the end.
    private mutating func ends(with end: UInt8, _ what: String) throws(PlanError) -> Bool {
        skipSpace()
        guard let byte = next, byte == end || byte == UInt8(ascii: ",") else {
            throw error("a comma, or the end of \(what), is expected")
        }
        place += 1
        return byte == end
    }

    /// Only JSON's own form: no leading zeros or plus, digits on both sides of the point.
    private mutating func number() throws(PlanError) -> JSONValue {
        let start = place
        while let byte = next, "+-.0123456789eE".utf8.contains(byte) { place += 1 }
        var rest = bytes[start..<place]
        let text = String(decoding: rest, as: UTF8.self)
        func takeDigits() -> Int {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest.dropFirst(digits.count)
            return digits.count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let hasZero = rest.first == UInt8(ascii: "0")
        let whole = takeDigits()
        var isRight = whole == 1 || (whole > 1 && !hasZero)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            isRight = takeDigits() > 0 && isRight
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            isRight = takeDigits() > 0 && isRight
        }
        guard isRight, rest.isEmpty, let value = Double(text) else { throw error("\(text.prefix(40)) is no number") }
        guard value.isFinite else { throw error("\(text.prefix(40)) is too great") }
        return .number(value)
    }

    private mutating func string() throws(PlanError) -> String {
        var text: [UInt8] = []
        place += 1
        while let byte = next {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += Array(try escape().utf8)
            case 0..<0x20: throw error("a text ends within its line, in quotes")
            default: text.append(byte)
            }
        }
        throw error("a text has no closing quote")
    }

    private mutating func escape() throws(PlanError) -> String {
        guard let byte = next else { throw error("a text has no closing quote") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(Unicode.Scalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var units = [try unit()]
            if (0xD800..<0xDC00).contains(units[0]), bytes[place...].starts(with: "\\u".utf8) {
                place += 2
                units.append(try unit())
            }
            guard let text = String(validating: units, as: UTF16.self) else { throw error("half of a pair of \\u") }
            return text
        default: throw error("a backslash and \(shown(byte)) mean nothing in JSON")
        }
    }

    private mutating func unit() throws(PlanError) -> UInt16 {
        let digits = bytes[place...].prefix(4)
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count == 4, text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16) else {
            throw error("\\u has four hexadecimal digits")
        }
        place += 4
        return unit
    }
}
