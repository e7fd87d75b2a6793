public import SealedMatchProtocol

/// One account in one epoch: what openings are counted by, and what a reveal and a case are about.
public struct AccountEpoch: Hashable, Sendable {
    public let account: AccountID
    public let epoch: UInt32

    public init(account: AccountID, epoch: UInt32) {
        self.account = account
        self.epoch = epoch
    }
}
