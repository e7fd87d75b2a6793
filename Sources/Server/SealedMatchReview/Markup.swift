/// A piece of HTML. Text that is put into one is escaped; only another piece goes in as it is.
package struct Markup: ExpressibleByStringInterpolation, Equatable, Sendable {
    /// The HTML.
    package let text: String

    /// HTML that stands in the source.
    package init(stringLiteral literal: String) { text = literal }

    /// HTML with texts, numbers and pieces put in.
    package init(stringInterpolation interpolation: StringInterpolation) { text = interpolation.text }

    private init(_ text: String) { self.text = text }

    /// Pieces, one behind the other.
    package init(_ pieces: [Markup]) { self.init(pieces.map(\.text).joined()) }

    /// Nothing.
    package static let none: Markup = ""

    /// What collects an interpolated piece.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(2 * literalCapacity) }
        package mutating func appendLiteral(_ literal: String) { text += literal }
        package mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }
        package mutating func appendInterpolation(_ value: some FixedWidthInteger) { text += String(value) }
        package mutating func appendInterpolation(_ piece: Markup) { text += piece.text }
        package mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { text += piece.text } }
        /// The piece if there is one, or if it is asked for.
        package mutating func appendInterpolation(_ piece: Markup?) { if let piece { text += piece.text } }
        package mutating func appendInterpolation(_ piece: Markup, if isWanted: Bool) {
            if isWanted { text += piece.text }
        }
    }

    /// For content of elements, and for attributes in quotes.
    private static func escaped(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
