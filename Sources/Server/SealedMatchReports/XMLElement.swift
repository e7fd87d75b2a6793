/// An element of an XML document, as reports and replies need it: elements, attributes and text; no namespaces, no
/// mixed content. (Foundation's own needs libxml2 at link time, also of a program with Swift's runtime linked in.)
package struct XMLElement: Equatable, Sendable {
    /// Its name.
    package let name: String
    /// In order.
    package var attributes: [(name: String, value: String)] = []
    /// In order; none where it has text.
    package var children: [XMLElement] = []
    /// Its text; empty where it has children.
    package var text = ""

    package init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    package init(_ name: String, _ children: [XMLElement?] = []) {
        self.name = name
        self.children = children.compactMap(\.self)
    }

    package static func == (a: XMLElement, b: XMLElement) -> Bool {
        a.name == b.name && a.children == b.children && a.text == b.text
            && a.attributes.elementsEqual(b.attributes) { $0.name == $1.name && $0.value == $1.value }
    }

    /// The first child of a name.
    package func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The document: UTF-8, with a declaration.
    package var document: [UInt8] {
        var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        write(into: &out, level: 0)
        return Array(out.utf8)
    }

    private func write(into out: inout String, level: Int) {
        out += String(repeating: "  ", count: level) + "<\(name)"
        for attribute in attributes { out += " \(attribute.name)=\"\(Self.escaped(attribute.value))\"" }
        if children.isEmpty {
            out += text.isEmpty ? "/>\n" : ">\(Self.escaped(text))</\(name)>\n"
        } else {
            out += ">\n"
            for child in children { child.write(into: &out, level: level + 1) }
            out += String(repeating: "  ", count: level) + "</\(name)>\n"
        }
    }

    /// A text between tags or quotes. XML 1.0 has no way to write most control characters, and U+FFFE and U+FFFF: they
    /// are shown as `\u{…}`; so is a carriage return, which readers of XML replace.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&apos;"
            case "\t", "\n": out.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": out += VisibleText.escape(scalar)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
