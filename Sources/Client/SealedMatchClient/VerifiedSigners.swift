public import SealedMatchProtocol
public import SealedMatchCrypto

/// Whose signatures a set file holds, and what they are worth (Docs/Protocol.md, "Opening a set", step 5).
public struct VerifiedSigners: Equatable, Sendable {
    /// The sources whose signatures verify, pinned or not, in the header's order.
    public let all: [Bytes32]
    /// T: how many of them are pinned.
    public let pinnedCount: Int
    /// T + q − S: so many of the pinned sources, at least, have each entry on their own list, if they audit as they
    /// promise. Each entry names q of S sources, so of any T of them at least T + q − S. Zero or less: none needs to.
    public let confirmedSources: Int

    /// - Parameter pinned: the keys of the sources that somebody trusts to audit; repeats and keys that the set does
    ///   not name count for nothing.
    /// - Throws: `invalidSignature` if a signature that is present does not verify, whoever it is by.
    public init(
        _ header: SetHeader, _ signatures: SetSignatures, pinned: [Bytes32]
    ) throws(SealedMatchError) {
        // Each source once: places ascend with distinct keys.
        all = try signatures.validSigners(of: header)
        pinnedCount = all.count { pinned.contains($0) }
        confirmedSources = pinnedCount + header.parameters.minimumSources - header.sources.count
    }
}
