public import SealedMatchCrypto
public import SealedMatchProtocol

/// Where a custodian keeps what it has of each table: one state a table, replaced as a whole.
///
/// The contract: after `replace` returned, `read` gives the new state, also after a power failure; if it threw, or the
/// process was killed meanwhile, `read` gives the old one or the new one, whole. One process at a time. A backup must
/// not bring back an old state: it could hold a nonce that has served. (Docs/Protocol.md, "Joint proofs")
public protocol CustodianStore: Sendable {
    /// The state of a table; nil if there is none.
    /// - Throws: `fileFailed`, `notPrivate`, `wrongLength`, `outOfMemory`.
    func read(_ table: TableID) throws(SealedMatchError) -> SecretBytes?

    /// Replaces the state of a table, durably.
    /// - Throws: `fileFailed`, `randomSourceFailed`.
    func replace(_ table: TableID, with state: borrowing SecretBytes) throws(SealedMatchError)
}
