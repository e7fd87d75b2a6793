public import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchLists

/// On what it rests that a person has seen a match, beside their word. (Docs/Protocol.md, 4.18)
public enum CaseViewBasis: Equatable, Sendable {
    /// A page had sent this picture to the person before: its media type, its bytes, its SHA-256.
    case shown(type: String, bytes: Int, digest: Bytes32)
    /// The person says to have seen this file, and a program read it: its media type, its bytes, its SHA-256.
    case file(type: String, bytes: Int, digest: Bytes32)
    /// It showed none, and the person says where it was seen.
    case stated(Reason)

    /// Why a page showed none.
    public enum Reason: String, CaseIterable, Sendable {
        /// The evidence is not held.
        case notHeld
        /// It could not be shown.
        case notShown
        /// The page has no evidence at all.
        case noEvidence
    }

    /// The SHA-256 of the file that was seen; nil where nobody says which one it was.
    public var digest: Bytes32? {
        switch self {
        case .shown(_, _, let digest), .file(_, _, let digest): digest
        case .stated: nil
        }
    }

    var field: (name: String, value: JSON) {
        switch self {
        case .shown(let type, let bytes, let digest): ("shown", Self.object(type, bytes, digest))
        case .file(let type, let bytes, let digest): ("file", Self.object(type, bytes, digest))
        case .stated(let reason): ("stated", .text(reason.rawValue))
        }
    }

    private static func object(_ type: String, _ bytes: Int, _ digest: Bytes32) -> JSON {
        .object([
            "type": .text(type), "bytes": .integer(Int128(bytes)), "digest": .text(Hexadecimal.text(digest.bytes)),
        ])
    }

    /// The basis of an event's fields; none where they have none.
    /// - Returns: nil for fields of another form.
    static func basis(_ fields: JSONFields) -> CaseViewBasis?? {
        switch (fields.members["shown"], fields.members["file"], fields.members["stated"]) {
        case (nil, nil, nil): return .some(nil)
        case (.object(let members)?, nil, nil):
            return file(members).map { .some(.shown(type: $0.type, bytes: $0.bytes, digest: $0.digest)) }
        case (nil, .object(let members)?, nil):
            return file(members).map { .some(.file(type: $0.type, bytes: $0.bytes, digest: $0.digest)) }
        case (nil, nil, .text(let text)?): return Reason(rawValue: text).map { .some(.stated($0)) }
        default: return nil
        }
    }

    private static func file(_ members: [String: JSON]) -> (type: String, bytes: Int, digest: Bytes32)? {
        let fields = JSONFields(members: members)
        guard let type = fields.text("type"), let bytes = fields.integer("bytes", 1...Int(Int32.max)),
            let digest = fields.bytes32("digest")
        else { return nil }
        return (type, bytes, digest)
    }

    /// - Throws: `parameterOutOfRange` for what no page shows, and for a file that is no picture or video.
    func check() throws(SealedMatchError) {
        switch self {
        case .shown(let type, let bytes, _):
            guard MediaType(rawValue: type)?.isShownByBrowsers == true, (1...Int(Int32.max)).contains(bytes) else {
                throw SealedMatchError(
                    .parameterOutOfRange, "what a page showed is a JPEG, PNG, WebP or GIF of 1 to 2^31 - 1 bytes")
            }
        case .file(let type, let bytes, _):
            guard MediaType(rawValue: type) != nil, (1...Int(Int32.max)).contains(bytes) else {
                throw SealedMatchError(
                    .parameterOutOfRange, "a file that was seen is a picture or video of 1 to 2^31 - 1 bytes")
            }
        case .stated: break
        }
    }
}
