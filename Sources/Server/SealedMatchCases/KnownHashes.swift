public import SealedMatchFingerprint
public import SealedMatchProtocol
public import SealedMatchCrypto

/// The plaintext list against which a reviewer's software compares what a reveal shows: PDQ hashes and exact hashes,
/// each with a label and the sources that list it.
///
/// As sensitive as the sources' lists. About 32 bytes a PDQ hash, and what labels take.
public struct KnownHashes: Sendable {
    /// What the list says about one known item.
    public struct Entry: Hashable, Sendable {
        public let label: String
        public let sources: [String]

        public init(label: String, sources: [String]) {
            self.label = label
            self.sources = sources
        }
    }

    /// How a revealed fingerprint relates to the list.
    public enum Finding: Equatable, Sendable {
        /// A PDQ hash within `maximumDistance` of the nearest entry.
        case near(Entry, distance: Int)
        /// An exact hash of the list.
        case exact(Entry)
        /// Not on the list: fabricated by the client, or list and set do not belong together.
        case notListed
        /// The client sent no fingerprint.
        case noFingerprint
    }

    /// PDQ's own threshold, in bits of 256.
    public static let maximumDistance = 31

    // Four words a hash, in the order of `entries`.
    private var words: [UInt64] = []
    private var entries: [Entry] = []
    private var exact: [EntryKey: Entry] = [:]

    public init() {}

    public var count: Int { entries.count + exact.count }

    public mutating func add(_ hash: PDQHash, _ entry: Entry) {
        let encoded = Bytes32(hash)
        for index in 0..<4 { words.append(encoded.word(at: index)) }
        entries.append(entry)
    }

    /// Adds an exact hash; the first entry of a hash stays.
    public mutating func add(sha256 digest: Bytes32, _ entry: Entry) { add(EntryKey(sha256: digest), entry) }

    /// - Throws: `wrongLength` unless `md5` has 16 bytes.
    public mutating func add(md5: [UInt8], _ entry: Entry) throws(SealedMatchError) {
        add(try EntryKey(kind: .md5, bytes: md5), entry)
    }

    private mutating func add(_ key: EntryKey, _ entry: Entry) {
        if exact[key] == nil { exact[key] = entry }
    }

    /// Compares a payload with the list: a linear scan for PDQ, some milliseconds for 10^6 entries; a look-up for exact
    /// hashes.
    public func compare(_ payload: Payload) -> Finding {
        switch payload.fingerprintKind {
        case .none:
            return .noFingerprint
        case .pdq, .video:
            guard let (index, distance) = nearest(payload.fingerprint) else { return .notListed }
            return .near(entries[index], distance: distance)
        case .sha256:
            return look(.sha256, payload.fingerprint)
        case .md5:
            return look(.md5, payload.fingerprint)
        }
    }

    private func look(_ kind: EntryKey.Kind, _ fingerprint: Bytes32) -> Finding {
        let bytes = fingerprint.bytes
        guard bytes[kind.count...].allSatisfy({ $0 == 0 }) || kind.count == bytes.count,
            let key = try? EntryKey(kind: kind, bytes: Array(bytes[0..<kind.count])), let entry = exact[key]
        else { return .notListed }
        return .exact(entry)
    }

    /// The first of the nearest entries within 31 bits.
    private func nearest(_ fingerprint: Bytes32) -> (index: Int, distance: Int)? {
        let (a, b, c, d) = (
            fingerprint.word(at: 0), fingerprint.word(at: 1), fingerprint.word(at: 2), fingerprint.word(at: 3)
        )
        let words = words.span
        var best = Self.maximumDistance + 1
        var found = -1
        for index in 0..<entries.count {
            // Half of the unrelated hashes are ruled out by their first word, nearly all by the second.
            var distance = (words[4 * index] ^ a).nonzeroBitCount
            if distance >= best { continue }
            distance += (words[4 * index + 1] ^ b).nonzeroBitCount
            if distance >= best { continue }
            distance += (words[4 * index + 2] ^ c).nonzeroBitCount + (words[4 * index + 3] ^ d).nonzeroBitCount
            if distance < best { (best, found) = (distance, index) }
        }
        return found < 0 ? nil : (found, best)
    }
}
