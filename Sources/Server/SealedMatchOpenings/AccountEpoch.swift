public import SealedMatchProtocol

/// One account in one epoch: what openings are counted by, and what a reveal and a case are about.
public struct AccountEpoch: Hashable, Sendable {
    /// The messenger's account, 32 bytes.
    public let account: AccountID
    /// e. (Docs/Protocol.md, "Epochs and ratchet")
    public let epoch: UInt32

    /// The fields, each as its property says.
    public init(account: AccountID, epoch: UInt32) {
        self.account = account
        self.epoch = epoch
    }
}
