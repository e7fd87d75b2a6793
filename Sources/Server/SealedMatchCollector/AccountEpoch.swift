public import SealedMatchProtocol

/// One account in one epoch, by its pseudonym: what openings are counted by, and what a reveal and a case are about.
/// Nothing here says whose it is, or which ones are one account's.
public struct AccountEpoch: Hashable, Sendable {
    /// The messenger's account, 32 bytes.
    public let pseudonym: Pseudonym
    /// e. (Docs/Protocol.md, "Epochs and ratchet")
    public let epoch: UInt32

    /// The fields, each as its property says.
    public init(pseudonym: Pseudonym, epoch: UInt32) {
        self.pseudonym = pseudonym
        self.epoch = epoch
    }
}
