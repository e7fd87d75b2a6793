internal import HTTPTypes
internal import Hummingbird

/// The fields of a form, as a browser sends them (application/x-www-form-urlencoded).
package struct ReviewForm: Sendable {
    private let fields: [String: String]

    /// Bytes of a form, at most.
    static let maximumCount = 32 << 10

    /// - Returns: nil for what is no form, for texts that are not UTF-8, and for a field that is there twice.
    package init?(_ body: [UInt8]) {
        var fields: [String: String] = [:]
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let value = Self.decoded(parts.count > 1 ? parts[1] : []),
                fields.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        self.fields = fields
    }

    /// Fields that the server writes itself.
    init(fields: [String: String]) { self.fields = fields }

    subscript(name: String) -> String { fields[name] ?? "" }

    /// A text of a person: lines end with a line feed, and nothing stands around it.
    func words(_ name: String) -> String {
        let lines = self[name].replacing("\r\n", with: "\n")
        return String(lines.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// A word of a list.
    func word<Word: RawRepresentable<String>>(_ name: String, _: Word.Type = Word.self) -> Word? {
        Word(rawValue: self[name])
    }

    func number(_ name: String) -> Int? { Int(self[name]) }

    private static func decoded(_ bytes: some Collection<UInt8>) -> String? {
        var out: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): out.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value) else {
                    return nil
                }
                out.append(high << 4 | low)
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        Character(Unicode.Scalar(digit)).hexDigitValue.map(UInt8.init)
    }
}
