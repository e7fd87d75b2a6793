internal import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchLists

/// The members of a JSON object, each asked for by its type.
struct JSONFields {
    let members: [String: JSON]

    func text(_ name: String) -> String? {
        if case .text(let text)? = members[name] { text } else { nil }
    }

    func boolean(_ name: String) -> Bool? {
        if case .boolean(let truth)? = members[name] { truth } else { nil }
    }

    func integer(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard case .integer(let number)? = members[name], let value = Int(exactly: number), range.contains(value)
        else { return nil }
        return value
    }

    func bytes32(_ name: String) -> Bytes32? {
        guard let bytes = text(name).flatMap({ Hexadecimal.bytes($0.utf8) }) else { return nil }
        return try? Bytes32(exactly: bytes)
    }
}
