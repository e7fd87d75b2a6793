internal import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchLists

/// Reads a policy's values, and notes what is wrong instead of ending at the first.
struct PolicyReader {
    /// An object and where it stands.
    struct Object {
        let path: String
        let members: [String: JSON]

        func member(_ name: String) -> JSON? { members[name] }
        func path(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    }

    var faults: [CasePolicyFaults.Fault] = []

    mutating func fault(_ path: String, _ what: String) {
        if faults.count < 100 { faults.append(.init(path: path, what: what)) }
    }

    mutating func object(_ json: JSON?, _ path: String, _ names: [String], optional: Set<String> = []) -> Object {
        guard let json else { return Object(path: path, members: [:]) }
        guard case .object(let members) = json else {
            fault(path, "is no object")
            return Object(path: path, members: [:])
        }
        let object = Object(path: path, members: members)
        for name in names where members[name] == nil && !optional.contains(name) {
            fault(object.path(name), "is missing")
        }
        for name in members.keys.sorted() where !names.contains(name) {
            fault(object.path(JSON.shortened(name, to: 60)), "is not known")
        }
        return object
    }

    mutating func constant(_ object: Object, _ name: String, _ value: JSON) {
        guard let found = object.member(name), found != value else { return }
        fault(object.path(name), "is not \(value)")
    }

    /// 1 to 256 bytes.
    mutating func text(_ object: Object, _ name: String) -> String {
        guard let found = object.member(name) else { return "" }
        guard case .text(let text) = found, (1...256).contains(text.utf8.count) else {
            fault(object.path(name), "is no text of 1 to 256 bytes")
            return ""
        }
        return text
    }

    mutating func integer(_ object: Object, _ name: String, _ range: ClosedRange<Int>) -> Int {
        guard let found = object.member(name) else { return range.lowerBound }
        guard case .integer(let number) = found, let value = Int(exactly: number), range.contains(value) else {
            fault(object.path(name), "is no whole number from \(range.lowerBound) to \(range.upperBound)")
            return range.lowerBound
        }
        return value
    }

    /// Seconds since 1970.
    mutating func time(_ object: Object, _ name: String) -> UInt64 {
        UInt64(integer(object, name, 0...Int(UInt32.max)))
    }

    mutating func boolean(_ object: Object, _ name: String) -> Bool {
        guard let found = object.member(name) else { return false }
        guard case .boolean(let truth) = found else {
            fault(object.path(name), "is neither true nor false")
            return false
        }
        return truth
    }

    private func known<Word: CaseIterable & RawRepresentable<String>>(_: Word.Type) -> String {
        Word.allCases.map(\.rawValue).joined(separator: ", ")
    }

    mutating func word<Word: CaseIterable & RawRepresentable<String>>(_ object: Object, _ name: String) -> Word? {
        guard let found = object.member(name) else { return nil }
        guard case .text(let text) = found, let word = Word(rawValue: text) else {
            fault(object.path(name), "is none of \(known(Word.self))")
            return nil
        }
        return word
    }

    private mutating func list(_ object: Object, _ name: String) -> [JSON] {
        guard let found = object.member(name) else { return [] }
        guard case .list(let values) = found, values.count <= 64 else {
            fault(object.path(name), "is no list of at most 64")
            return []
        }
        return values
    }

    mutating func words<Word: CaseIterable & RawRepresentable<String> & Hashable>(
        _ object: Object, _ name: String
    ) -> Set<Word> {
        var words: Set<Word> = []
        for (place, value) in list(object, name).enumerated() {
            guard case .text(let text) = value, let word = Word(rawValue: text) else {
                fault("\(object.path(name))[\(place)]", "is none of \(known(Word.self))")
                continue
            }
            if !words.insert(word).inserted { fault("\(object.path(name))[\(place)]", "is there twice") }
        }
        return words
    }

    mutating func roots(_ object: Object, _ name: String) -> [Bytes32] {
        var roots: [Bytes32] = []
        for (place, value) in list(object, name).enumerated() {
            guard case .text(let text) = value, let bytes = Hexadecimal.bytes(text.utf8),
                let root = try? Bytes32(exactly: bytes)
            else {
                fault("\(object.path(name))[\(place)]", "is no root of 64 hexadecimal digits")
                continue
            }
            roots.append(root)
        }
        return roots
    }
}
