public import SealedMatchCrypto
public import SealedMatchProtocol

/// Where commitments were registered: what a reveal needs of a collector. Nothing of it names an account.
public protocol CommitmentSource: Sendable {
    /// The commitment that was registered with a pseudonym in an epoch, if there is one.
    /// - Throws: `damagedStore` when it was damaged; `fileFailed`.
    func commitment(of pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> Commitment?
}
