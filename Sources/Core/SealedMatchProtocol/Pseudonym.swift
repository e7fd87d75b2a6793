public import SealedMatchCrypto

/// An account's name in one epoch towards the authority, and all that vouchers say of it: 32 bytes that only the
/// account can derive, new in each epoch (Docs/Protocol.md, 5.6). Nobody but the client and the collector, where it is
/// registered, can tell whose it is, or that two of them are one account's.
@frozen
public struct Pseudonym: Hashable, Sendable {
    /// The 32 bytes.
    public let encoded: Bytes32

    /// Every 32 bytes can be registered.
    public init(canonical encoded: Bytes32) { self.encoded = encoded }
}

extension KDF {
    /// A derivation about one account in one epoch: its fields begin with pseudonym ‖ epoch.
    init(_ label: Label, _ pseudonym: Pseudonym, _ epoch: UInt32) {
        self.init(label)
        append(pseudonym.encoded)
        append(epoch)
    }
}
