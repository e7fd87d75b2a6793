internal import SealedMatchProtocol

/// How a text is shown that somebody else wrote: a client's note, a source's label, a reason, a reference. It cannot
/// leave its place: its direction is its own, what is not seen is written out, marks do not pile up, and it is cut.
package enum Told {
    /// Marks above and below one letter, at most.
    private static let maximumMarks = 4

    /// The text, isolated.
    /// - Parameter limit: characters that are shown, at most.
    package static func text(_ text: String, limit: Int = 300) -> Markup {
        let scalars = text.unicodeScalars
        var pieces: [Markup] = []
        var plain = String.UnicodeScalarView()
        // One that is written out, and how often it stands there.
        var hidden: (scalar: Unicode.Scalar, count: Int)?
        var marks = 0
        func flush() {
            if !plain.isEmpty { pieces.append("\(String(plain))") }
            plain = .init()
            if let hidden {
                let times: Markup = hidden.count == 1 ? .none : " ×\(hidden.count)"
                pieces.append("<span class=\"escape\">\(name(hidden.scalar))\(times)</span>")
            }
            hidden = nil
        }
        for scalar in scalars.prefix(limit) {
            var isShown = true
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                isShown = false
                marks = 0
            case .nonspacingMark, .enclosingMark, .spacingMark:
                marks += 1
                isShown = marks <= maximumMarks
            case .spaceSeparator:
                // Blanks of other widths, or of none, look like others.
                isShown = scalar == " "
                marks = 0
            default: marks = 0
            }
            if isShown {
                if hidden != nil { flush() }
                plain.append(scalar)
            } else if hidden?.scalar == scalar {
                hidden?.count += 1
            } else {
                flush()
                hidden = (scalar, 1)
            }
        }
        flush()
        let count = scalars.count
        if count > limit { pieces.append("<span class=\"cut\">… cut; \(count) characters</span>") }
        return "<bdi class=\"told\">\(pieces)</bdi>"
    }

    /// U+202E
    private static func name(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    /// Bytes that may be a text: as one, or as hexadecimal digits.
    package static func bytes(_ bytes: [UInt8], limit: Int = 2_000) -> Markup {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let digits = Hexadecimal.text(bytes.prefix(limit / 2))
            return "<p class=\"small\">No text; \(bytes.count) bytes:</p><p>\(self.text(digits, limit: limit))</p>"
        }
        return "<p>\(self.text(text, limit: limit))</p>"
    }
}
