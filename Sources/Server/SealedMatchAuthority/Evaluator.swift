public import SealedMatchCrypto
public import SealedMatchProtocol

/// Who holds α of one set, and multiplies by it: the seam that lets α live in this process, in another, or divided
/// among custodians. (Docs/Protocol.md, "Open", step 1)
///
/// The contract, which `EvaluatorConformance` of SealedMatchTesting runs against an implementation:
///
/// - *One key.* Every product is by the α of `publicKey` = αB.
/// - *Hostile input.* An element may be any 32 bytes. Where it is no canonical encoding of a point, or the identity,
///   the product is 32 zero bytes, which open nothing; it is no error, and touches no other element.
/// - *Constant time* in α, for all inputs.
/// - Nothing that depends on an element is an error.
public protocol Evaluator: Sendable {
    /// L = αB.
    var publicKey: Point { get }

    /// Replaces each Q by αQ, in place: a batch of one or more vouchers' slots. Any number of threads may call it.
    /// - Throws: `primitiveFailed`, `outOfMemory`; what the machine, or the way to a custodian, does. Then the elements
    ///   are of no use.
    func evaluate(_ elements: inout [Bytes32]) throws(SealedMatchError)
}

/// α in this process: the one place of the authority that holds it, for as long as it lives.
public final class LocalEvaluator: Evaluator {
    private let key: MatchingKey

    /// Takes α over. It is wiped when the last reference to this object ends.
    public init(_ key: consuming MatchingKey) { self.key = key }

    /// L = αB.
    public var publicKey: Point { key.publicKey }

    /// Replaces each Q by αQ, 32 bytes each, in constant time; zero bytes where Q is no element. (Docs/Protocol.md,
    /// "Open", step 1) It throws nothing.
    public func evaluate(_ elements: inout [Bytes32]) throws(SealedMatchError) {
        var span = elements.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { unsafe GroupBatch.multiplyUnchecked($0, by: key.alpha) }
    }
}
