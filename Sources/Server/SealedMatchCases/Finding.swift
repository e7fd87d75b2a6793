/// How a revealed fingerprint relates to the lists. (Docs/Protocol.md, "Reveal", "Finding")
public enum Finding: Equatable, Sendable {
    /// The entry's key is within r bits of the sent hash's: what a match of an unmodified client has met. Distances are
    /// in bits, of the keys and of the PDQ hashes, as they are.
    case key(KnownEntry, keyDistance: Int, distance: Int)
    /// No key is within reach, but a PDQ hash is within 31 bits of 256.
    case near(KnownEntry, distance: Int)
    /// An exact hash of the lists.
    case exact(KnownEntry)
    /// These lists do not explain the match.
    case notListed
    /// The client sent no fingerprint.
    case noFingerprint

    /// The entry that it names.
    public var entry: KnownEntry? {
        switch self {
        case .key(let entry, _, _), .near(let entry, _), .exact(let entry): entry
        case .notListed, .noFingerprint: nil
        }
    }
}
