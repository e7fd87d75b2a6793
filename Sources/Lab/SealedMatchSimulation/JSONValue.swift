internal import SealedMatchJSON

/// A value of a plan. No name comes twice in an object, and nothing follows the end.
package enum JSONValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// - Throws: `PlanError` that names the line.
    package init(parsing text: String) throws(PlanError) {
        var bytes = Array(text.utf8)
        // A byte order mark, as some editors leave it.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw PlanError("\(error), line \(1 + bytes.prefix(error.offset).count { $0 == 0x0A })")
        }
        try self.init(json)
    }

    private init(_ json: JSON) throws(PlanError) {
        switch json {
        case .null: self = .null
        case .boolean(let truth): self = .boolean(truth)
        case .integer(let number): self = .number(Double(number))
        case .otherNumber(let text):
            guard let number = Double(text), number.isFinite else {
                throw PlanError("the number \(JSON.shortened(text, to: 40)) is too great")
            }
            self = .number(number)
        case .text(let text): self = .string(text)
        case .list(let values):
            var array: [JSONValue] = []
            for value in values { array.append(try JSONValue(value)) }
            self = .array(array)
        case .object(let members):
            var object: [String: JSONValue] = [:]
            for (name, value) in members { object[name] = try JSONValue(value) }
            self = .object(object)
        }
    }

    /// What it is, for an error.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .number(let value): Self.text(value)
        case .string(let text): "\"\(JSON.shortened(text, to: 40))\""
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
