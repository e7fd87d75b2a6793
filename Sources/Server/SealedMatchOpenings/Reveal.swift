public import SealedMatchProtocol

/// One match that a reveal proved to belong to the account's polynomials, with what the client put into it.
public struct RevealedMatch: Equatable, Sendable {
    /// The voucher's name, 16 bytes that its client drew.
    public let voucherID: VoucherID
    /// The voucher's slot that opened, from 0.
    public let slot: Int
    /// The set that the voucher was sealed under.
    public let setRoot: SetRoot
    /// The fingerprint and note that the client put in. A modified client can invent them.
    public let payload: Payload
    /// Arrived beyond the account's cap.
    public let quarantined: Bool

    package init(voucherID: VoucherID, slot: Int, setRoot: SetRoot, payload: Payload, quarantined: Bool) {
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
    /// The account's name in this epoch, 32 bytes, which only the collector can turn into the account.
    public let pseudonym: Pseudonym
    /// e. (Docs/Protocol.md, "Epochs and ratchet")
    public let epoch: UInt32
    /// What the collector releases the account's name against. As secret as K_e.
    public let token: ResolutionToken
    /// What the collector is asked for the account's name with.
    public var request: ResolutionRequest {
        ResolutionRequest(epoch: epoch, pseudonym: pseudonym, token: token)
    }
    /// t, of the form that was decoded.
    public let threshold: Int
    /// In the order of opening. At least t distinct vouchers.
    public let matches: [RevealedMatch]

    package init(
        pseudonym: Pseudonym, epoch: UInt32, token: ResolutionToken, threshold: Int, matches: [RevealedMatch]
    ) {
        self.pseudonym = pseudonym
        self.epoch = epoch
        self.token = token
        self.threshold = threshold
        self.matches = matches
    }
}
