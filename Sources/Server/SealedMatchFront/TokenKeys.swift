internal import SealedMatchCrypto
internal import SealedMatchJSON

/// Ed25519 keys that tokens are signed by: a JSON Web Key Set (RFC 7517) with keys of `kty` OKP and `crv` Ed25519
/// (RFC 8037). Keys of other kinds in it are left out.
public struct TokenKeys: Sendable {
    private let keys: [(id: String?, key: Bytes32)]

    /// - Throws: `TokenKeys.Unusable` for what is no key set, or holds no Ed25519 key, or one that is secret.
    public init(_ file: [UInt8]) throws(Unusable) {
        let value: JSON
        do throws(JSONError) {
            value = try JSON(parsing: file)
        } catch {
            throw Unusable(description: "\(error)")
        }
        guard case .object(let set) = value, case .list(let members)? = set["keys"] else {
            throw Unusable(description: "no JSON Web Key Set: {\"keys\": […]} is expected")
        }
        var keys: [(id: String?, key: Bytes32)] = []
        for case .object(let member) in members {
            guard member["kty"] == .text("OKP"), member["crv"] == .text("Ed25519") else { continue }
            guard member["d"] == nil else {
                throw Unusable(
                    description: "a secret key (“d”) is in the key set; it belongs to the login service alone")
            }
            guard case .text(let x)? = member["x"], let raw = Base64URL.decode(Array(x.utf8)[...]),
                let key = try? Bytes32(exactly: raw)
            else { throw Unusable(description: "an Ed25519 key has no “x” of 32 bytes, in base64url") }
            if case .text(let id)? = member["kid"] { keys.append((id, key)) } else { keys.append((nil, key)) }
        }
        guard !keys.isEmpty else {
            throw Unusable(description: "the key set holds no key of kty OKP and crv Ed25519")
        }
        self.keys = keys
    }

    /// Why a key set cannot be used.
    public struct Unusable: Error, CustomStringConvertible {
        /// For a person.
        public let description: String
    }

    /// The keys that a token's `kid` allows: of that name, or, without one, all.
    func candidates(_ id: JSON?) -> [Bytes32] {
        guard let id else { return keys.map(\.key) }
        return keys.filter { key in key.id.map { JSON.text($0) == id } ?? false }.map(\.key)
    }
}

/// Base64url without padding (RFC 4648, section 5; RFC 7515, section 2).
enum Base64URL {
    /// The one text of each sequence of bytes; nil for any other.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for letter in text {
            let value: UInt8
            switch letter {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = letter - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = letter - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = letter - UInt8(ascii: "0") + 52
            case UInt8(ascii: "-"): value = 62
            case UInt8(ascii: "_"): value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // Not a letter too many, and no bit that says nothing.
        guard count < 6, bits & ((1 << UInt32(count)) - 1) == 0 else { return nil }
        return bytes
    }
}
