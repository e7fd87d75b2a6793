import SealedMatchFingerprint
import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchFiles
import SealedMatchTestSupport
import SealedMatchJSON
import SealedMatchVectors

/// The folder of a vector file: finds the binary files that cases name, and holds the changed copies that they
/// describe.
final class VectorFolder: Sendable {
    private let url: URL
    private let temporary = TemporaryDirectory()

    init(_ url: URL) { self.url = url }

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let vectors = repository.appending(path: "Vectors")

    /// A scratch file of this name that nobody else uses.
    func scratch(_ name: String) -> String { temporary.file(UUID().uuidString + "-" + name) }

    /// The bytes of `{ file, patches, truncate, append }`.
    func bytes(_ file: Fields) throws -> [UInt8] {
        var bytes = [UInt8](try Data(contentsOf: url.appending(path: file.text("file"))))
        for patch in try file.objects("patches") {
            let (offset, replacement) = (try patch.number("offset", as: Int.self), try patch.bytes("bytes"))
            guard offset >= 0, offset + replacement.count <= bytes.count else {
                throw VectorError("\(patch.place) is outside the file")
            }
            bytes.replaceSubrange(offset..<(offset + replacement.count), with: replacement)
        }
        if try !file.isNull("truncate") {
            let count = try file.number("truncate", as: Int.self)
            guard (0...bytes.count).contains(count) else {
                throw VectorError("\(file.place).truncate is beyond the file")
            }
            bytes.removeLast(bytes.count - count)
        }
        return bytes + (try file.bytes("append"))
    }

    /// The path of a real file with those bytes.
    func path(_ file: Fields) throws -> String {
        let path = scratch("file")
        try Data(bytes(file)).write(to: URL(filePath: path))
        return path
    }

    /// A set that a client opened, under a policy that pins whoever signed and no more than the protocol's own ranges.
    func openedSet(_ path: String) throws -> BlindedSet {
        let header = try SetFile(path: path).header
        var trust = TrustPolicy(sources: header.sources, minimumSignatures: 1)
        trust.minimumThreshold = 0
        trust.minimumPolynomials = 0
        trust.minimumProbes = 0
        trust.maximumCheckLevels = anyCheckLevels
        trust.minimumConfirmedSources = 1
        trust.minimumEntries = 0
        trust.profiles = nil
        trust.minimumSeparation = 0
        return try BlindedSet.open(path: path, trust: trust, now: header.issuedAt)
    }
}

// What several topics read.
extension Fields {
    func key(_ name: String) throws -> EntryKey { try Self.key(bytes(name)) }
    func keys(_ name: String) throws -> [EntryKey] { try byteStrings(name).map { try Self.key($0) } }

    static func key(_ bytes: [UInt8]) throws -> EntryKey {
        guard let first = bytes.first, let kind = EntryKey.Kind(rawValue: first) else {
            throw VectorError("a key of no kind")
        }
        return try EntryKey(kind: kind, bytes: Array(bytes.dropFirst()))
    }

    func profile(_ name: String) throws -> FingerprintProfile {
        let fields = try fields(name)
        let id = try fields.number("id", as: UInt32.self)
        let (quality, probes) = (
            try fields.number("minimumQuality", as: Int.self), try fields.number("probes", as: Int.self)
        )
        let positions = try fields.numbers("positions", as: UInt8.self)
        let (probeQuality, encoded) = (
            try fields.number("probeQuality", as: Int.self), try fields.byteStrings("hypotheses")
        )
        return try FingerprintProfile(
            id: id, positions: positions, probes: probes, minimumQuality: quality, probeQuality: probeQuality,
            hypotheses: encoded.map { try Hypothesis(canonical: $0) }, marks: fields.number("marks", as: Int.self))
    }

    func listedHashes(_ name: String) throws -> [ListedHash] { try objects(name).map { try $0.listedHash() } }

    func listedHash() throws -> ListedHash {
        let (kind, bytes) = (try text("kind"), try bytes("bytes"))
        switch kind {
        case "pdq": return .pdq(try PDQHash(canonical: bytes))
        case "sha256": return .sha256(try Bytes32(exactly: bytes))
        case "md5": return .md5(try MD5Digest(exactly: bytes))
        case "video":
            return .video(
                try PDQHash(canonical: bytes),
                companions: try byteStrings("companions").map { try PDQHash(canonical: $0) })
        default: throw VectorError("\(place) is no listed hash")
        }
    }
}

extension ListedHash {
    var json: JSON {
        switch self {
        case .pdq(let hash): .object(["kind": .text("pdq"), "bytes": .bytes(hash.encoded)])
        case .sha256(let digest): .object(["kind": .text("sha256"), "bytes": .bytes(digest.bytes)])
        case .md5(let digest): .object(["kind": .text("md5"), "bytes": .bytes(digest.bytes)])
        case .video(let hash, let companions):
            .object([
                "kind": .text("video"), "bytes": .bytes(hash.encoded),
                "companions": .list(companions.map { .bytes($0.encoded) }),
            ])
        }
    }
}

extension JSON {
    static func profile(_ profile: FingerprintProfile) -> JSON {
        .object([
            "id": .number(profile.id), "minimumQuality": .number(profile.minimumQuality),
            "probeQuality": .number(profile.probeQuality), "probes": .number(profile.probes),
            "positions": .numbers(profile.positions),
            "hypotheses": .list(profile.hypotheses.map { .bytes($0.encoded) }), "marks": .number(profile.marks),
        ])
    }

    static func keys(_ keys: [EntryKey]) -> JSON { .list(keys.map { .bytes($0.encoded) }) }
    static func bytes(_ value: Bytes32) -> JSON { .bytes(value.bytes) }
    static func words(_ words: [UInt64]) -> JSON { .list(words.map { .word($0) }) }
    static func element(_ element: FieldElement) -> JSON { .bytes(littleEndian(element.word)) }
    static func elements(_ elements: [FieldElement]) -> JSON { .list(elements.map { .element($0) }) }
}

extension ReplayRandom {
    /// - Throws: `VectorError` if a byte was not drawn.
    func end() throws {
        guard remaining == 0 else { throw VectorError("\(remaining) bytes of random are left over") }
    }
}
