public import SealedMatchCrypto
public import SealedMatchFingerprint
public import SealedMatchProtocol

/// One line of a source's list.
public enum ListedHash: Hashable, Sendable {
    case pdq(PDQHash)
    case sha256(Bytes32)
    case md5(MD5Digest)
    /// A video, by the hash of its key, and those of its companions, at most 7.
    case video(PDQHash, companions: [PDQHash])

    /// Hashes that a video's line has, at most.
    package static let maximumVideoHashes = 8

    /// The key that the hash enters a set under.
    public func key(_ profile: FingerprintProfile) -> EntryKey {
        switch self {
        case .pdq(let hash), .video(let hash, _): EntryKey(perceptual: profile.shortKey(of: hash))
        case .sha256(let digest): EntryKey(sha256: digest)
        case .md5(let digest): digest.key
        }
    }
}
