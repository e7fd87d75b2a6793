internal import SealedMatchCrypto
internal import SealedMatchFingerprint
internal import SealedMatchProtocol

/// One line of a list (Docs/Protocol.md, "Entry selection", step 1).
enum ListLine {
    case hash(ListedHash, isBare: Bool)
    /// A PDQ hash of a quality below the profile's.
    case poor(quality: Int)
    /// An empty line or a comment.
    case blank

    /// Why a line is a bad one.
    struct Bad: Error {
        let reason: StaticString
        init(_ reason: StaticString) { self.reason = reason }
    }

    /// - Parameter bytes: the line without its end.
    init(_ bytes: UnsafeRawBufferPointer, minimumQuality: Int) throws(Bad) {
        // "have at most 4,096 bytes"
        guard bytes.count <= HashList.maximumLine else { throw Bad("the line is longer than 4,096 bytes") }
        let fields = unsafe Self.fields(bytes)
        // "Empty lines and lines whose first field begins with `#` are skipped"
        guard let first = fields.first, first[0] != UInt8(ascii: "#") else {
            self = .blank
            return
        }
        let name = first.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        if HashToGroup.ascii("video") == name {
            self = .hash(try Self.video(fields.dropFirst()), isBare: false)
            return
        }
        let kinds: [(StaticString, EntryKey.Kind)] = [("pdq", .perceptual), ("sha256", .sha256), ("md5", .md5)]
        var kind = EntryKey.Kind.perceptual
        var digits = first
        var rest = fields.dropFirst()
        let named = kinds.first { HashToGroup.ascii($0.0) == name }
        if let named {
            guard let second = rest.first else { throw Bad("a kind of hash without a hash") }
            kind = named.1
            digits = second
            rest = rest.dropFirst()
        }
        guard let value = Hexadecimal.bytes(digits), value.count == (kind == .md5 ? 16 : 32) else {
            throw Bad(Self.reason(digits, isNamed: named != nil))
        }
        // "A further field that is a hash, 32 or 64 hex digits, makes the line a bad one"
        guard !rest.contains(where: { ($0.count == 32 || $0.count == 64) && Hexadecimal.bytes($0) != nil }) else {
            throw Bad("a second hash on the line; a list has one hash a line")
        }
        switch kind {
        case .perceptual:
            if let quality = rest.first.flatMap(Self.quality(_:)), quality < minimumQuality {
                self = .poor(quality: quality)
                return
            }
            guard let hash = try? PDQHash(canonical: value) else { throw Bad("not a PDQ hash") }
            self = .hash(.pdq(hash), isBare: named == nil)
        case .sha256:
            guard let digest = try? Bytes32(exactly: value) else { throw Bad("not a SHA-256 hash") }
            self = .hash(.sha256(digest), isBare: false)
        case .md5:
            guard let digest = try? MD5Digest(exactly: value) else { throw Bad("not an MD5 hash") }
            self = .hash(.md5(digest), isBare: false)
        }
    }

    /// "Fields apart by blanks, commas, colons or semicolons; blanks are space and tabulator"
    private static func fields(_ bytes: UnsafeRawBufferPointer) -> [[UInt8]] {
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        for index in bytes.indices {
            let byte = unsafe bytes[index]
            switch byte {
            case 0x20, 0x09, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: ";"):
                if !field.isEmpty { fields.append(field) }
                field = []
            default:
                field.append(byte)
            }
        }
        if !field.isEmpty { fields.append(field) }
        return fields
    }

    /// "or one video: `video` and 1 to 8 PDQ hashes, that of its key first, and no other field"
    private static func video(_ fields: ArraySlice<[UInt8]>) throws(Bad) -> ListedHash {
        guard (1...ListedHash.maximumVideoHashes).contains(fields.count) else {
            throw Bad("a video has 1 to 8 hashes")
        }
        var hashes: [PDQHash] = []
        for field in fields {
            guard let value = Hexadecimal.bytes(field), value.count == 32, let hash = try? PDQHash(canonical: value)
            else { throw Bad("not a hash: expected 64 hexadecimal digits") }
            hashes.append(hash)
        }
        return .video(hashes[0], companions: Array(hashes.dropFirst()))
    }

    /// One to three digits; any other field after a hash is something else, a file's name for example.
    private static func quality(_ field: [UInt8]) -> Int? {
        guard field.count <= 3, field.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return field.reduce(0) { 10 * $0 + Int($1) - 0x30 }
    }

    /// What is wrong with what should be a hash.
    private static func reason(_ digits: [UInt8], isNamed: Bool) -> StaticString {
        guard Hexadecimal.bytes(digits) != nil, !isNamed else {
            return "not a hash: expected 64 hexadecimal digits (32 for md5)"
        }
        switch digits.count {
        case 32: return "32 digits: a PDQ hash has 64; if it is an MD5, write md5 before it"
        case 40: return "40 digits, a SHA-1: lists hold PDQ, SHA-256 and MD5 hashes"
        default: return "not a hash: expected 64 hexadecimal digits (32 for md5)"
        }
    }
}
