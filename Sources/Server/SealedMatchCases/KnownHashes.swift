public import SealedMatchCrypto
public import SealedMatchFingerprint
public import SealedMatchLists
public import SealedMatchProtocol

/// The plaintext lists against which a reviewer's software compares what a reveal shows, as the matches of one set meet
/// them.
///
/// As sensitive as the sources' lists. About 48 bytes a PDQ hash, and what labels take.
public struct KnownHashes: Sendable {
    /// PDQ's own threshold, in bits of 256.
    public static let maximumDistance = 31

    private let profile: FingerprintProfile
    private let separation: Int
    private var entries: [KnownEntry] = []
    private var numbers: [EntryKey: Int] = [:]
    // For each PDQ hash its four words, its entry's key and number.
    private var words: [UInt64] = []
    private var keys: [UInt64] = []
    private var owners: [Int] = []

    /// - Parameters:
    ///   - profile: the set's.
    ///   - separation: the set's r: probes of a picture differ from its own key in at most as many bits.
    public init(profile: FingerprintProfile, separation: Int) {
        self.profile = profile
        self.separation = separation
    }

    /// The lists of those sources that the set names.
    public init(_ lists: [KnownList], of header: SetHeader) {
        self.init(profile: header.parameters.profile, separation: header.parameters.separation)
        for list in lists where header.sources.contains(list.source) {
            for (hash, line) in zip(list.hashes, list.lines) {
                add(hash, label: "\(list.name), line \(line)", source: list.source)
            }
        }
    }

    /// Adds a listed hash. The label of an entry is that of its first hash.
    public mutating func add(_ hash: ListedHash, label: String, source: Bytes32) {
        let key = hash.key(profile)
        let number = numbers[key] ?? entries.count
        if number == entries.count {
            numbers[key] = number
            entries.append(KnownEntry(key: key, label: label, sources: []))
        }
        if !entries[number].sources.contains(source) { entries[number].sources.append(source) }
        switch hash {
        case .pdq(let picture): append(picture, key: profile.shortKey(of: picture), number)
        case .video(let first, let companions):
            for picture in [first] + companions { append(picture, key: profile.shortKey(of: first), number) }
        case .sha256, .md5: break
        }
    }

    private mutating func append(_ hash: PDQHash, key: UInt64, _ number: Int) {
        let encoded = Bytes32(hash)
        for index in 0..<4 { words.append(encoded.word(at: index)) }
        keys.append(key)
        owners.append(number)
    }

    /// Compares a payload with the lists: a linear scan for PDQ, some milliseconds for 10^6 hashes; a look-up for exact
    /// hashes.
    public func compare(_ payload: Payload) -> Finding {
        switch payload.fingerprintKind {
        case .none: .noFingerprint
        case .pdq, .video: perceptual(payload.fingerprint)
        case .sha256: exact(.sha256, payload.fingerprint)
        case .md5: exact(.md5, payload.fingerprint)
        }
    }

    private func exact(_ kind: EntryKey.Kind, _ fingerprint: Bytes32) -> Finding {
        let bytes = fingerprint.bytes
        guard bytes[kind.count...].allSatisfy({ $0 == 0 }) || kind.count == bytes.count,
            let key = try? EntryKey(kind: kind, bytes: Array(bytes[0..<kind.count])), let number = numbers[key]
        else { return .notListed }
        return .exact(entries[number])
    }

    private func perceptual(_ fingerprint: Bytes32) -> Finding {
        guard let hash = try? PDQHash(canonical: fingerprint.bytes) else { return .notListed }
        let sent = profile.shortKey(of: hash)
        // What a match has met ("Reveal"), 1: the least (bits between the keys, PDQ distance); 2: the nearest hash.
        // First of equals.
        var reached: (keyDistance: Int, distance: Int, owner: Int)?
        var nearest: (distance: Int, owner: Int)?
        for index in keys.indices {
            let keyDistance = (keys[index] ^ sent).nonzeroBitCount
            guard keyDistance <= separation || reached == nil else { continue }
            let distance = distance(index, fingerprint)
            let isNearer = reached.map { (keyDistance, distance) < ($0.keyDistance, $0.distance) } ?? true
            if keyDistance <= separation && isNearer { reached = (keyDistance, distance, owners[index]) }
            if distance < nearest?.distance ?? .max { nearest = (distance, owners[index]) }
        }
        if let reached {
            return .key(entries[reached.owner], keyDistance: reached.keyDistance, distance: reached.distance)
        }
        guard let nearest, nearest.distance <= Self.maximumDistance else { return .notListed }
        return .near(entries[nearest.owner], distance: nearest.distance)
    }

    private func distance(_ index: Int, _ fingerprint: Bytes32) -> Int {
        (0..<4).reduce(0) { $0 + (words[4 * index + $1] ^ fingerprint.word(at: $1)).nonzeroBitCount }
    }
}
