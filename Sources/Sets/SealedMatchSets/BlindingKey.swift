public import SealedMatchCrypto
public import SealedMatchProtocol

/// Who multiplies by α while a set is built, and proves it: the seam that lets α be divided among custodians.
/// (Docs/Protocol.md, "Table", step 4, and "Joint proofs")
///
/// The contract: every product is by the α of `publicKey` = αB, and a proof is RFC 9497's as it stands, so that those
/// who verify it see no difference.
public protocol BlindingKey: Sendable {
    /// L = αB.
    var publicKey: Point { get }

    /// Replaces each element by α times it, in place. Any number of threads may call it.
    /// - Throws: what the way to a custodian does; then the elements are of no use.
    func evaluate(_ elements: inout [Bytes32]) throws(SealedMatchError)

    /// One proof that each of `evaluated` is α times its element.
    /// - Parameters:
    ///   - elements: 1…65,535, none of them the identity.
    ///   - evaluated: as many.
    /// - Throws: what the way to a custodian does; `proofRejected` if the pairs are not by this key.
    func prove(elements: [Point], evaluated: [Point]) throws(SealedMatchError) -> DLEQProof
}
