package import SealedMatchJSON

/// The object of a vector whose keys must all be read: a key that nobody asked for is an error, as is one that is
/// missing.
package final class Fields {
    package let place: String
    private let values: [String: JSON]
    private var unread: Set<String>
    private var children: [Fields] = []

    package init(_ value: JSON, at place: String) throws(VectorError) {
        guard case .object(let values) = value else { throw VectorError("\(place) is no object") }
        self.place = place
        self.values = values
        unread = Set(values.keys)
    }

    /// Keys that nobody has read, here and below.
    package var unreadKeys: [String] { unread.sorted().map { "\(place).\($0)" } + children.flatMap(\.unreadKeys) }

    package func end() throws(VectorError) {
        guard unreadKeys.isEmpty else { throw VectorError("unknown keys: \(unreadKeys.joined(separator: ", "))") }
    }

    package func has(_ key: String) -> Bool { values[key] != nil }

    package func value(_ key: String) throws(VectorError) -> JSON {
        guard let value = values[key] else { throw VectorError("\(place) has no key \(key)") }
        unread.remove(key)
        return value
    }

    /// That a value is no such thing.
    package func wrong(_ key: String, _ expected: String) -> VectorError {
        VectorError("\(place).\(key) is no \(expected)")
    }

    package func isNull(_ key: String) throws(VectorError) -> Bool { try value(key) == .null }

    package func text(_ key: String) throws(VectorError) -> String {
        guard case .text(let text) = try value(key) else { throw wrong(key, "text") }
        return text
    }

    package func boolean(_ key: String) throws(VectorError) -> Bool {
        guard case .boolean(let truth) = try value(key) else { throw wrong(key, "truth value") }
        return truth
    }

    package func number<Number: FixedWidthInteger>(
        _ key: String, as _: Number.Type = Number.self
    ) throws(VectorError) -> Number {
        guard case .integer(let value) = try value(key), let number = Number(exactly: value) else {
            throw wrong(key, "\(Number.self)")
        }
        return number
    }

    package func list(_ key: String) throws(VectorError) -> [JSON] {
        guard case .list(let values) = try value(key) else { throw wrong(key, "list") }
        return values
    }

    package func numbers<Number: FixedWidthInteger>(
        _ key: String, as _: Number.Type = Number.self
    ) throws(VectorError) -> [Number] {
        var numbers: [Number] = []
        for value in try list(key) {
            guard case .integer(let value) = value, let number = Number(exactly: value) else {
                throw wrong(key, "list of \(Number.self)")
            }
            numbers.append(number)
        }
        return numbers
    }

    package func texts(_ key: String) throws(VectorError) -> [String] {
        var texts: [String] = []
        for value in try list(key) {
            guard case .text(let text) = value else { throw wrong(key, "list of texts") }
            texts.append(text)
        }
        return texts
    }

    package func fields(_ key: String) throws(VectorError) -> Fields {
        let fields = try Fields(value(key), at: "\(place).\(key)")
        children.append(fields)
        return fields
    }

    package func objects(_ key: String) throws(VectorError) -> [Fields] {
        var objects: [Fields] = []
        for (index, value) in try list(key).enumerated() {
            objects.append(try Fields(value, at: "\(place).\(key)[\(index)]"))
        }
        children += objects
        return objects
    }
}
