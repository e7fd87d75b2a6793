public import SealedMatchCrypto
package import SealedMatchProtocol

/// An MD5 of a file's bytes: 16 bytes, and no other number of them.
public struct MD5Digest: Hashable, Sendable {
    /// The key that it enters a set under.
    package let key: EntryKey
    /// The 16 bytes, in the order in which tools print them.
    public let bytes: [UInt8]

    /// - Throws: `wrongLength` unless there are 16 bytes.
    public init(exactly bytes: [UInt8]) throws(SealedMatchError) {
        key = try EntryKey(kind: .md5, bytes: bytes)
        self.bytes = bytes
    }
}
