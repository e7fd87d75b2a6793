/// One line of `simulate --json`: names and values, in order; what is not known is null.
package struct ReportLine: Encodable, Sendable {
    package enum Value: Equatable, Sendable {
        case text(String)
        case whole(Int)
        case number(Double)
        case truth(Bool)
        case none

        init(_ number: Double?) {
            if let number, number.isFinite { self = .number(number) } else { self = .none }
        }
        init(_ whole: Int?) { self = whole.map { .whole($0) } ?? .none }
        init(_ text: String?) { self = text.map { .text($0) } ?? .none }
    }

    package let fields: [(name: String, value: Value)]

    package init(fields: [(name: String, value: Value)]) { self.fields = fields }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: Name.self)
        for (name, value) in fields {
            let key = Name(stringValue: name)
            switch value {
            case .text(let text): try line.encode(text, forKey: key)
            case .whole(let whole): try line.encode(whole, forKey: key)
            case .number(let number): try line.encode(number, forKey: key)
            case .truth(let truth): try line.encode(truth, forKey: key)
            case .none: try line.encodeNil(forKey: key)
            }
        }
    }
}
