/// Reads an object's fields by name and says of each bad one where it is, what it is and what is allowed. A field that
/// nobody asked for is an error: a misspelt name must not be silently without effect.
struct PlanReader {
    /// Of the object in the plan, as in `groups[2]`.
    let path: String
    private var left: [String: JSONValue] = [:]
    private var known: [String] = []

    init(_ value: JSONValue, at path: String) throws(PlanError) {
        self.path = path
        guard case .object(let members) = value else {
            throw PlanError("\(path.isEmpty ? "the plan" : path) is \(value.kind); allowed is an object, {…}")
        }
        left = members
    }

    private func name(_ field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }

    mutating func take(_ field: String) -> JSONValue? {
        known.append(field)
        return left.removeValue(forKey: field)
    }

    func error(_ field: String, _ found: String, allowed: String) -> PlanError {
        PlanError("\(name(field)) is \(found); allowed is \(allowed)")
    }

    /// A whole number of a range; nil where there is no such field.
    mutating func whole(_ field: String, _ range: ClosedRange<Int>) throws(PlanError) -> Int? {
        guard let value = take(field) else { return nil }
        guard case .number(let number) = value, let whole = Int(exactly: number), range.contains(whole) else {
            throw error(field, value.kind, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    mutating func number(_ field: String, _ range: ClosedRange<Double>) throws(PlanError) -> Double? {
        guard let value = take(field) else { return nil }
        guard case .number(let number) = value, range.contains(number) else {
            let (least, most) = (JSONValue.text(range.lowerBound), JSONValue.text(range.upperBound))
            throw error(field, value.kind, allowed: "a number from \(least) to \(most)")
        }
        return number
    }

    mutating func boolean(_ field: String) throws(PlanError) -> Bool? {
        guard let value = take(field) else { return nil }
        guard case .boolean(let boolean) = value else { throw error(field, value.kind, allowed: "true or false") }
        return boolean
    }

    /// 1 to 40 characters that show, on one line.
    mutating func label(_ field: String) throws(PlanError) -> String? {
        guard let value = take(field) else { return nil }
        let allowed = "a text of 1 to 40 characters that show"
        guard case .string(let text) = value, (1...40).contains(text.count), text.utf8.count <= 160 else {
            throw error(field, value.kind, allowed: allowed)
        }
        let shows = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        guard shows, text.contains(where: { !$0.isWhitespace }) else {
            throw error(field, "a text with characters that do not show", allowed: allowed)
        }
        return text
    }

    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ field: String, _: Word.Type
    ) throws(PlanError) -> Word? where Word.RawValue == String {
        guard let value = take(field) else { return nil }
        guard case .string(let text) = value, let word = Word(rawValue: text) else {
            let words = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            throw error(field, value.kind, allowed: "one of \(words)")
        }
        return word
    }

    /// An array of 1 to `most` values; nil where there is no such field.
    mutating func list(_ field: String, most: Int) throws(PlanError) -> [JSONValue]? {
        guard let value = take(field) else { return nil }
        guard case .array(let values) = value else {
            throw error(field, value.kind, allowed: "an array, […]")
        }
        guard (1...most).contains(values.count) else {
            throw error(field, "an array of \(values.count)", allowed: "an array of 1 to \(most)")
        }
        return values
    }

    /// Every field was asked for.
    func finish() throws(PlanError) {
        guard let field = left.keys.sorted().first else { return }
        throw PlanError("\(name(field)) is no field of a plan; here are allowed \(known.joined(separator: ", "))")
    }
}
