public import SealedMatchCrypto
internal import SealedMatchFiles
public import SealedMatchFingerprint
internal import SealedMatchProtocol

/// A source's list of hashes, as trust-and-safety teams hold them: one hash a line.
///
/// Docs/Protocol.md, "Entry selection", step 1. A bare 64-digit PDQ hash; `pdq HEX`, `sha256 HEX`, `md5 HEX` (also with
/// `,` or `:` between); `HEX,quality[,…]` as PDQ tools print; `video HEX HEX…`, the key first, as `sealedmatch
/// fingerprint` prints. Empty lines and lines that begin with `#` are skipped. A bare 64-digit line is PDQ, never
/// SHA-256: say `sha256` for those.
public struct HashList: Sendable {
    /// The hashes, in the order of the lines.
    public private(set) var hashes: [ListedHash] = []
    /// The line of each hash, from 1.
    public private(set) var lines: [Int] = []
    /// Lines left out because their quality is below the profile's: they would match innocent pictures.
    public private(set) var poorLines: [Int] = []
    /// Lines that are no hash; empty unless the caller chose to skip them.
    public private(set) var badLines: [Int] = []

    /// Longest accepted line, in bytes.
    public static let maximumLine = 4096
    /// Largest accepted file, in bytes: 10^8 hashes.
    public static let maximumFile = 1 << 33

    /// A line that is no hash.
    public struct BadLine: Error, Equatable, Sendable {
        /// From 1.
        public let line: Int
        /// What is wrong with it, for a person.
        public let reason: StaticString
        /// Equal if and only if they are the same line.
        public static func == (a: BadLine, b: BadLine) -> Bool { a.line == b.line }
    }

    /// Why a list could not be read.
    public enum Failure: Error, Equatable, Sendable {
        case badLine(BadLine)
        case file(SealedMatchError)
    }

    /// Reads a list file. It is mapped, not loaded: memory grows with the hashes only.
    public static func read(
        path: String, profile: FingerprintProfile, skippingBadLines: Bool = false
    ) throws(Failure) -> HashList {
        let file: MappedFile
        do throws(SealedMatchError) {
            file = try MappedFile(path: path, limit: maximumFile)
        } catch {
            throw .file(error)
        }
        do throws(BadLine) {
            return try unsafe HashList(file.bytes, profile: profile, skippingBadLines: skippingBadLines)
        } catch {
            throw .badLine(error)
        }
    }

    /// Parses the text of a list.
    /// - Throws: `BadLine`, unless bad lines are skipped; then their numbers are in `badLines`.
    public init(_ text: UnsafeRawBufferPointer, profile: FingerprintProfile, skippingBadLines: Bool = false)
        throws(BadLine)
    {
        var line = 0
        var start = 0
        while start < text.count {
            line += 1
            var end = start
            while unsafe end < text.count && text[end] != 0x0A { end += 1 }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: text[start..<end])
            start = end + 1
            do throws(BadLine) {
                switch try unsafe Self.parse(bytes, line: line, profile: profile) {
                case .hash(let hash):
                    hashes.append(hash)
                    lines.append(line)
                case .poor: poorLines.append(line)
                case .blank: break
                }
            } catch {
                guard skippingBadLines else { throw error }
                badLines.append(line)
            }
        }
    }

    private enum Line {
        case hash(ListedHash)
        case poor
        case blank
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, line: Int, profile: FingerprintProfile) throws(BadLine)
        -> Line
    {
        guard bytes.count <= maximumLine else {
            throw BadLine(line: line, reason: "the line is longer than 4,096 bytes")
        }
        // Fields between blanks, tabs, commas, colons, semicolons; a carriage return at the end is a blank.
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        for index in unsafe bytes.indices {
            let byte = unsafe bytes[index]
            switch byte {
            case 0x20, 0x09, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: ";"):
                if !field.isEmpty { fields.append(field) }
                field = []
            default:
                field.append(byte)
            }
        }
        if !field.isEmpty { fields.append(field) }
        guard let first = fields.first, first[0] != UInt8(ascii: "#") else { return .blank }
        let name = first.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        if HashToGroup.ascii("video") == name { return .hash(try video(fields.dropFirst(), line: line)) }
        let kinds: [(StaticString, EntryKey.Kind)] = [("pdq", .perceptual), ("sha256", .sha256), ("md5", .md5)]
        var kind = EntryKey.Kind.perceptual
        var digits = first
        var rest = fields.dropFirst()
        if let named = kinds.first(where: { HashToGroup.ascii($0.0) == name }) {
            guard let second = rest.first else { throw BadLine(line: line, reason: "a kind of hash without a hash") }
            kind = named.1
            digits = second
            rest = rest.dropFirst()
        }
        guard let value = Hexadecimal.bytes(digits), value.count == (kind == .md5 ? 16 : 32) else {
            throw BadLine(line: line, reason: "not a hash: expected 64 hexadecimal digits (32 for md5)")
        }
        switch kind {
        case .perceptual:
            if let quality = rest.first.flatMap(quality(_:)), quality < profile.minimumQuality {
                return .poor
            }
            guard let hash = try? PDQHash(canonical: value) else { throw BadLine(line: line, reason: "not a PDQ hash") }
            return .hash(.pdq(hash))
        case .sha256:
            guard let digest = try? Bytes32(exactly: value) else {
                throw BadLine(line: line, reason: "not a SHA-256 hash")
            }
            return .hash(.sha256(digest))
        case .md5:
            return .hash(.md5(value))
        }
    }

    private static func video(_ fields: ArraySlice<[UInt8]>, line: Int) throws(BadLine) -> ListedHash {
        guard (1...ListedHash.maximumVideoHashes).contains(fields.count) else {
            throw BadLine(line: line, reason: "a video has 1 to 8 hashes")
        }
        var hashes: [PDQHash] = []
        for field in fields {
            guard let value = Hexadecimal.bytes(field), value.count == 32, let hash = try? PDQHash(canonical: value)
            else {
                throw BadLine(line: line, reason: "not a hash: expected 64 hexadecimal digits")
            }
            hashes.append(hash)
        }
        return .video(hashes[0], companions: Array(hashes.dropFirst()))
    }

    /// One to three digits; any other field after a hash is something else, a file's name for example.
    private static func quality(_ field: [UInt8]) -> Int? {
        guard field.count <= 3, field.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return field.reduce(0) { 10 * $0 + Int($1) - 0x30 }
    }
}
