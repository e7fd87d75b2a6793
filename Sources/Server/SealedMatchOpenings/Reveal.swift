public import SealedMatchCrypto
public import SealedMatchProtocol

/// One match that a reveal proved to belong to the account's polynomials, with what the client put into it.
public struct RevealedMatch: Equatable, Sendable {
    public let voucherID: VoucherID
    public let slot: Int
    /// The set that the voucher was sealed under.
    public let setRoot: Bytes32
    public let payload: Payload
    /// Arrived beyond the account's cap, or beyond its voucher's.
    public let quarantined: Bool

    package init(voucherID: VoucherID, slot: Int, setRoot: Bytes32, payload: Payload, quarantined: Bool) {
        self.voucherID = voucherID
        self.slot = slot
        self.setRoot = setRoot
        self.payload = payload
        self.quarantined = quarantined
    }
}

/// An account above the threshold in one epoch: its matches, and nothing else of it. A reason for a person to look, not
/// a proof.
public struct Reveal: Equatable, Sendable {
    public let account: AccountID
    public let epoch: UInt32
    public let threshold: Int
    /// In the order of opening. At least t distinct vouchers.
    public let matches: [RevealedMatch]

    package init(account: AccountID, epoch: UInt32, threshold: Int, matches: [RevealedMatch]) {
        self.account = account
        self.epoch = epoch
        self.threshold = threshold
        self.matches = matches
    }
}
