public import SealedMatchCrypto
public import SealedMatchProtocol

/// What the lists say about one key: all hashes of equal key are one entry, a video's line with its companions too.
public struct KnownEntry: Equatable, Sendable {
    /// y
    public let key: EntryKey
    /// The file and line of its first hash.
    public let label: String
    /// The sources that list it, in the order of the lists.
    public internal(set) var sources: [Bytes32]
}
