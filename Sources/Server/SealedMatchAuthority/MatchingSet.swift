public import SealedMatchCrypto
public import SealedMatchProtocol

/// A set with who evaluates for it: what the authority opens vouchers with.
///
/// Delete the key when no retried voucher of the set can arrive any more.
public struct MatchingSet<E: Evaluator>: Sendable {
    /// The set's public header: its parameters, sources and L.
    public let header: SetHeader
    /// The set's name, which its vouchers carry.
    public let root: SetRoot
    let evaluator: E

    /// - Throws: `setMismatch` when the evaluator's key is not the one that the set was built with (αB ≠ L).
    public init(evaluator: E, header: SetHeader) throws(SealedMatchError) {
        guard evaluator.publicKey == header.publicKey else {
            throw SealedMatchError(.setMismatch, "the matching key is not this set's")
        }
        root = try header.root()
        self.header = header
        self.evaluator = evaluator
    }
}

extension MatchingSet where E == LocalEvaluator {
    /// With α in this process.
    /// - Throws: `setMismatch` as above.
    public init(key: consuming MatchingKey, header: SetHeader) throws(SealedMatchError) {
        try self.init(evaluator: LocalEvaluator(key), header: header)
    }
}
