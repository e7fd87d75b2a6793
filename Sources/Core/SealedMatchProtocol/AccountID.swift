public import SealedMatchCrypto

/// An account's name towards the collector: 32 bytes that the messenger chooses, for example a hash of its account
/// number under a label of its own. No voucher holds it, and no authority sees it before a name is released:
/// `Pseudonym`.
@frozen
public struct AccountID: Hashable, Sendable {
    /// The 32 bytes.
    public let encoded: Bytes32

    /// Every 32 bytes name an account.
    public init(canonical encoded: Bytes32) { self.encoded = encoded }
}

extension AccountID {
    /// The longest name of an account, in bytes.
    public static let maximumNameCount = 4_096

    /// The account that the messenger's own name for it stands for: KDF(none, "account name", name).
    ///
    /// A name is always hashed, under a label of its own, so that no name can be written that is another account's 32
    /// bytes (Docs/Protocol.md, "Account names"). Names are compared as bytes: whoever allows several spellings of one
    /// name chooses one before it comes here. The hash hides no name that can be guessed.
    /// - Parameter name: 1 to 4,096 bytes, UTF-8 where the name is text.
    /// - Throws: `wrongLength`.
    public init(name: [UInt8]) throws(SealedMatchError) {
        guard (1...Self.maximumNameCount).contains(name.count) else {
            throw SealedMatchError(.wrongLength, "an account's name has 1 to 4,096 bytes")
        }
        var hash = KDF(.accountName)
        hash.append(name)
        self.init(canonical: try hash.hash())
    }
}
