/// Texts from outside as everybody may see them: in XML, in HTML, on paper.
package enum VisibleText {
    /// What does not show, and what turns the direction of writing, comes out as `\u{…}`; a backslash as two. So
    /// different texts stay different. Line feeds stay if `keepsLines`.
    /// - Parameter limit: code points, at most; then it says how many there are.
    package static func of(_ text: String, limit: Int = 4_096, keepsLines: Bool = false) -> String {
        var out = ""
        let scalars = text.unicodeScalars
        for scalar in scalars.prefix(limit) {
            if scalar == "\\" {
                out += "\\\\"
            } else if shows(scalar) || (keepsLines && scalar == "\n") {
                out.unicodeScalars.append(scalar)
            } else {
                out += escape(scalar)
            }
        }
        return scalars.count > limit ? out + "… (\(scalars.count) characters)" : out
    }

    /// Bytes that may be a text.
    package static func of(_ bytes: [UInt8], limit: Int = 4_096) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let shown = bytes.prefix(limit / 2).map { digits(UInt32($0), 2) }.joined()
            return "bytes that are no text, in hexadecimal: \(shown)\(bytes.count > limit / 2 ? "…" : "")"
        }
        return of(text, limit: limit)
    }

    static func escape(_ scalar: Unicode.Scalar) -> String { "\\u{\(digits(scalar.value, 2))}" }

    private static func digits(_ number: UInt32, _ count: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }

    /// Whether a scalar is one that shows, or a space.
    static func shows(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
