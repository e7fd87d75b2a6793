extension XMLElement {
    /// Reads a document of this form, strictly: UTF-8, one element, no document type, no entities but the five of XML
    /// and numbers, at most 32 levels.
    /// - Throws: `ReportFailure`, with what is wrong at which byte.
    package init(parsing bytes: [UInt8]) throws(ReportFailure) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw ReportFailure("no XML: not UTF-8") }
        var parser = XMLParser(bytes: bytes)
        self = try parser.document()
    }
}

/// One pass over the bytes of a document.
private struct XMLParser {
    let bytes: [UInt8]
    private var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private func wrong(_ what: String) -> ReportFailure { ReportFailure("no XML: \(what) at byte \(at)") }

    private func has(_ text: String) -> Bool { bytes[at...].starts(with: text.utf8) }

    private mutating func take(_ text: String) -> Bool {
        guard has(text) else { return false }
        at += text.utf8.count
        return true
    }

    private mutating func skip(to end: String) throws(ReportFailure) {
        while !take(end) {
            guard at < bytes.count else { throw wrong("the end") }
            at += 1
        }
    }

    private mutating func skipBlanks() {
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    }

    /// Blanks and comments.
    private mutating func skipRest() throws(ReportFailure) {
        skipBlanks()
        while take("<!--") {
            try skip(to: "-->")
            skipBlanks()
        }
    }

    mutating func document() throws(ReportFailure) -> XMLElement {
        _ = take("\u{FEFF}")
        if take("<?xml ") { try skip(to: "?>") }
        try skipRest()
        let root = try element(level: 0)
        try skipRest()
        guard at == bytes.count else { throw wrong("something follows the document's element") }
        return root
    }

    private mutating func name() throws(ReportFailure) -> String {
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"):
                guard at > start else { throw wrong("no name") }
            default:
                guard at > start else { throw wrong("no name") }
                return String(decoding: bytes[start..<at], as: UTF8.self)
            }
            at += 1
        }
        throw wrong("the end")
    }

    private mutating func element(level: Int) throws(ReportFailure) -> XMLElement {
        guard level < 32 else { throw wrong("more than 32 levels") }
        guard take("<") else { throw wrong("no element") }
        var found = XMLElement(try name())
        while true {
            skipBlanks()
            if take("/>") { return found }
            if take(">") { break }
            let name = try name()
            skipBlanks()
            guard take("=") else { throw wrong("no = behind an attribute") }
            skipBlanks()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else {
                throw wrong("no quote before an attribute's value")
            }
            let quote = bytes[at]
            at += 1
            let value = try text(until: quote)
            at += 1
            guard !found.attributes.contains(where: { $0.name == name }) else { throw wrong("an attribute twice") }
            found.attributes.append((name, value))
        }
        var hasText = false
        while true {
            let piece = try text(until: UInt8(ascii: "<"))
            if !piece.allSatisfy({ $0.isWhitespace }) { hasText = true }
            found.text += piece
            if take("<!--") {
                try skip(to: "-->")
            } else if take("</") {
                guard try name() == found.name else { throw wrong("the end of another element") }
                skipBlanks()
                guard take(">") else { throw wrong("no end of a tag") }
                guard !(hasText && !found.children.isEmpty) else { throw wrong("text beside elements") }
                if !found.children.isEmpty { found.text = "" }
                return found
            } else {
                found.children.append(try element(level: level + 1))
            }
        }
    }

    private mutating func text(until end: UInt8) throws(ReportFailure) -> String {
        var out: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            if byte == end { return String(decoding: out, as: UTF8.self) }
            guard byte != UInt8(ascii: "<") else { throw wrong("a < inside of an attribute") }
            guard byte >= 0x20 || [0x09, 0x0A, 0x0D].contains(byte) else { throw wrong("a control character") }
            at += 1
            if byte == UInt8(ascii: "&") { out += try entity() } else { out.append(byte) }
        }
        throw wrong("the end")
    }

    private mutating func entity() throws(ReportFailure) -> [UInt8] {
        for (name, value) in [("amp;", "&"), ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("apos;", "'")]
        where take(name) {
            return Array(value.utf8)
        }
        guard take("#") else { throw wrong("an entity that is not known") }
        let radix = take("x") ? 16 : 10
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: ";"), at - start < 8 { at += 1 }
        guard let number = UInt32(String(decoding: bytes[start..<at], as: UTF8.self), radix: radix), take(";"),
            number >= 0x20 || [0x09, 0x0A, 0x0D].contains(number), let scalar = Unicode.Scalar(number)
        else { throw wrong("a number that is no character") }
        return Array(String(scalar).utf8)
    }
}
