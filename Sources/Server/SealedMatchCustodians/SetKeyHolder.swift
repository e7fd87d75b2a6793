package import SealedMatchAuthority
package import SealedMatchCrypto

/// Who evaluates for a set: α in this process, or custodians.
package enum SetKeyHolder: Evaluator {
    /// α is here.
    case local(LocalEvaluator)
    /// τ of N are asked.
    case custodians(ThresholdEvaluator)

    /// L = αB.
    package var publicKey: Point {
        switch self {
        case .local(let evaluator): evaluator.publicKey
        case .custodians(let evaluator): evaluator.publicKey
        }
    }

    /// α times each element, in place.
    package func evaluate(_ elements: inout [Bytes32]) throws(SealedMatchError) {
        switch self {
        case .local(let evaluator): try evaluator.evaluate(&elements)
        case .custodians(let evaluator): try evaluator.evaluate(&elements)
        }
    }
}
