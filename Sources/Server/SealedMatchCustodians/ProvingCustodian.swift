package import SealedMatchCrypto

/// The way to a custodian that takes part in joint proofs, too. (Docs/Protocol.md, "Joint proofs")
package protocol ProvingCustodian: Custodian {
    /// Round 1: the custodian's `SMS1`.
    func commit(_ session: ProofSession) throws(SealedMatchError) -> [UInt8]
    /// Round 2, given all `SMS1`: its `SMS2`.
    func reveal(_ session: ProofSession, _ commitments: [[UInt8]]) throws(SealedMatchError) -> [UInt8]
    /// Round 3, given all `SMS2`: its `SMS3`.
    func respond(_ session: ProofSession, _ reveals: [[UInt8]]) throws(SealedMatchError) -> [UInt8]
}
