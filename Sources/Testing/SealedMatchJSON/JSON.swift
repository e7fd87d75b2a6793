/// A value of JSON (RFC 8259): of a vector file, of a message, of a plan.
package enum JSON: Sendable {
    case null
    case boolean(Bool)
    case integer(Int128)
    /// Another number, as it was written: with a fraction, with an exponent, −0, or beyond 128 bits. No vector holds
    /// one. It is equal to no other value, and not to itself.
    case otherNumber(String)
    case text(String)
    case list([JSON])
    case object([String: JSON])
}

extension JSON: Equatable {
    /// Texts and keys are equal if their code points are. (Swift's own comparison takes "é" for "e" and an accent.)
    package static func == (a: JSON, b: JSON) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.boolean(let x), .boolean(let y)): x == y
        case (.integer(let x), .integer(let y)): x == y
        case (.text(let x), .text(let y)): x.utf8.elementsEqual(y.utf8)
        case (.list(let x), .list(let y)): x == y
        case (.object(let x), .object(let y)): x.count == y.count && x.allSatisfy { y.member($0.key) == $0.value }
        default: false
        }
    }
}

extension [String: JSON] {
    /// The value of this very key.
    fileprivate func member(_ key: String) -> JSON? {
        guard let index = index(forKey: key), self[index].key.utf8.elementsEqual(key.utf8) else { return nil }
        return self[index].value
    }
}

extension JSON: CustomStringConvertible {
    /// Short enough for a message, whatever the value holds.
    package var description: String {
        switch self {
        case .null: "null"
        case .boolean(let truth): "\(truth)"
        case .integer(let number): "\(number)"
        case .otherNumber(let digits): JSON.shortened(digits)
        case .text(let text): "“\(JSON.shortened(text))”"
        case .list(let values): "a list of \(values.count)"
        case .object(let values):
            "{ \(values.keys.sorted().prefix(6).map { JSON.shortened($0) }.joined(separator: ", "))\(values.count > 6 ? ", …" : "") }"
        }
    }

    /// At most `limit` code points of a text, and how many it has.
    package static func shortened(_ text: String, to limit: Int = 140) -> String {
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return text }
        return "\(String(scalars[..<end]))… (\(scalars.count) characters)"
    }
}

extension JSON {
    /// Where this value is not `expected`: at most three places, each a short text. Empty if and only if they are
    /// equal.
    package func differences(from expected: JSON, at place: String) -> [String] {
        var found: [String] = []
        note(from: expected, at: place, &found)
        return found
    }

    private func note(from expected: JSON, at place: String, _ found: inout [String]) {
        guard found.count < 3, self != expected else { return }
        switch (self, expected) {
        case (.object(let own), .object(let other)):
            for key in Set(own.keys).union(other.keys).sorted() where found.count < 3 {
                let name = "\(place).\(JSON.shortened(key, to: 60))"
                guard let x = own.member(key) else {
                    found.append("\(name) is missing")
                    continue
                }
                guard let y = other.member(key) else {
                    found.append("\(name) is too many")
                    continue
                }
                x.note(from: y, at: name, &found)
            }
        case (.list(let own), .list(let other)) where own.count == other.count:
            for index in own.indices where found.count < 3 {
                own[index].note(from: other[index], at: "\(place)[\(index)]", &found)
            }
        case (.text(let own), .text(let other)) where own.utf8.count > 80 && other.utf8.count > 80:
            found.append("\(place) \(JSON.firstDifference(own, other))")
        default:
            found.append("\(place) is \(self), expected \(expected)")
        }
    }

    /// What two long texts have from the first place on where they differ.
    private static func firstDifference(_ own: String, _ other: String) -> String {
        let (x, y) = (Array(own.unicodeScalars), Array(other.unicodeScalars))
        let same = zip(x, y).prefix { $0 == $1 }.count
        func rest(_ scalars: [Unicode.Scalar]) -> String {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[same...].prefix(48))
            return same == scalars.count ? "nothing more" : "“\(String(text))\(scalars.count > same + 48 ? "…" : "")”"
        }
        return
            "has from character \(same) on (in hexadecimal: byte \(same / 2)) \(rest(x)), expected \(rest(y)); it has \(x.count) characters, expected \(y.count)"
    }
}
