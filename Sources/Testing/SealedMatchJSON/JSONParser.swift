/// Reads one JSON value (RFC 8259), strictly: UTF-8, no key twice in an object, no lone surrogate, at most 64 levels.
struct JSONParser {
    private let bytes: [UInt8]
    private var at = 0

    /// - Throws: `JSONError`, with the offset of the byte that is wrong.
    static func value(of bytes: [UInt8]) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(level: 0)
        parser.skipBlanks()
        guard parser.at == bytes.count else { throw parser.wrong("something follows the value") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func wrong(_ what: String) -> JSONError { JSONError(what, at: at) }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func value(level: Int) throws(JSONError) -> JSON {
        guard level < 64 else { throw wrong("more than 64 levels") }
        skipBlanks()
        guard let first = next else { throw wrong("the end") }
        switch first {
        case UInt8(ascii: "{"): return try object(level)
        case UInt8(ascii: "["): return try list(level)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw wrong("no value")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for byte in "\(text)".utf8 {
            guard take(byte) else { throw wrong("no value") }
        }
        return value
    }

    private mutating func object(_ level: Int) throws(JSONError) -> JSON {
        at += 1
        var members: [String: JSON] = [:]
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw wrong("no key") }
            let key = try text()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw wrong("no colon") }
            guard members.updateValue(try value(level: level + 1), forKey: key) == nil else {
                throw wrong("a key for the second time before")
            }
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw wrong("neither comma nor end of the object") }
        }
    }

    private mutating func list(_ level: Int) throws(JSONError) -> JSON {
        at += 1
        var values: [JSON] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .list(values) }
        while true {
            values.append(try value(level: level + 1))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .list(values) }
            guard take(UInt8(ascii: ",")) else { throw wrong("neither comma nor end of the list") }
        }
    }

    private mutating func digits() throws(JSONError) {
        let start = at
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        guard at > start else { throw wrong("no digit") }
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let written = String(decoding: bytes[start..<at], as: UTF8.self)
        guard isInteger, written != "-0", let integer = Int128(written) else { return .otherNumber(written) }
        return .integer(integer)
    }

    private mutating func text() throws(JSONError) -> String {
        at += 1
        var found: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                guard let text = String(validating: found, as: UTF8.self) else { throw wrong("no UTF-8 before") }
                return text
            case UInt8(ascii: "\\"):
                at += 1
                found += try escape()
            case 0..<0x20: throw wrong("a control character in a text")
            default:
                at += 1
                found.append(byte)
            }
        }
        throw wrong("a text without end")
    }

    /// What follows a backslash.
    private mutating func escape() throws(JSONError) -> [UInt8] {
        guard let byte = next else { throw wrong("the end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var units = [try unit()]
            if UTF16.isLeadSurrogate(units[0]), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
                units.append(try unit())
            }
            guard let text = String(validating: units, as: UTF16.self) else { throw wrong("a lone surrogate before") }
            return Array(text.utf8)
        default: throw wrong("no escape")
        }
    }

    private mutating func unit() throws(JSONError) -> UInt16 {
        guard at + 4 <= bytes.count else { throw wrong("the end") }
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue, bytes[at] < 0x80 else {
                throw wrong("no hexadecimal digit")
            }
            unit = unit << 4 | UInt16(digit)
            at += 1
        }
        return unit
    }
}

extension JSON {
    /// - Throws: `JSONError`, with the offset of the byte that is wrong.
    package init(parsing bytes: [UInt8]) throws(JSONError) { self = try JSONParser.value(of: bytes) }
}
