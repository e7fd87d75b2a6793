public import SealedMatchCrypto
internal import SealedMatchProtocol

/// The way to one custodian: a connection, or the share itself. Its functions block, and any number of threads may call
/// them.
///
/// Nothing is trusted of what comes back: whoever asks verifies it.
public protocol Custodian: Sendable {
    /// Which party it leads to.
    var party: PartyIndex { get }

    /// Brings a request (`SMEQ`) to the custodian, and its answer (`SMEA`) back. (Docs/Protocol.md, "Evaluation")
    /// - Throws: what the way does: `fileFailed`, `interrupted`; or what the custodian says, `quotaExceeded` for one.
    ///   It then counts as a party that does not answer.
    func evaluate(_ request: [UInt8]) throws(SealedMatchError) -> [UInt8]
}

/// A custodian in this process, with its share in memory.
public final class LocalCustodian: Custodian {
    let share: CustodianShare

    /// Takes the share over. It is wiped when the last reference to this object ends.
    public init(_ share: consuming CustodianShare) { self.share = share }

    /// Whose share it is.
    public var party: PartyIndex { share.party }

    /// Decodes a request and answers it. (Docs/Protocol.md, "Evaluation", step 2)
    /// - Throws: what decoding throws; `unknownSet` for another record; `randomSourceFailed`.
    public func evaluate(_ request: [UInt8]) throws(SealedMatchError) -> [UInt8] {
        try share.answer(request)
    }
}
