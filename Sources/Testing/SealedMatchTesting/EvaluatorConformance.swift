public import SealedMatchAuthority
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// Checks an evaluator against the contract of its seam, without any test framework and without its key.
public enum EvaluatorConformance {
    /// - Throws: `ConformanceFailure`, or what the evaluator throws unasked.
    public static func run<E: Evaluator>(_ evaluator: E) throws {
        try Sodium.start()
        let l = evaluator.publicKey
        try require(!l.isIdentity, "L is not the identity")
        let base = try Point.generator().encoded
        var hostile = [Bytes32](repeating: base, count: 1)
        hostile.append(Bytes32())
        hostile.append(Bytes32(repeating: 255))
        hostile.append(Bytes32(repeating: 1))
        var topBit = base
        topBit[31] |= 0x80
        hostile.append(topBit)
        hostile.append(l.encoded)
        var products = hostile
        try evaluator.evaluate(&products)
        try require(products.count == hostile.count, "one product for each element")
        try require(products[0] == l.encoded, "α·B is L")
        try require(products[1].isZero, "the identity has no product")
        try require(products[2].isZero && products[3].isZero && products[4].isZero, "nor has what is no element")
        // α(P + Q) = αP + αQ: one key for all elements, alone and together.
        var synthetic = SyntheticVouchers(seed: 31)
        for _ in 0..<8 {
            let p = try TableElement.fillerHash.point(synthetic.bytes(16))
            let q = try TableElement.fillerHash.point(synthetic.bytes(16))
            var together = [p.encoded, q.encoded, try p.adding(q).encoded]
            try evaluator.evaluate(&together)
            let sum = try Point(canonical: together[0]).adding(Point(canonical: together[1]))
            try require(together[2] == sum.encoded, "products are by one key")
            var alone = [q.encoded]
            try evaluator.evaluate(&alone)
            try require(alone[0] == together[1], "an element's product does not depend on the others")
        }
        var none: [Bytes32] = []
        try evaluator.evaluate(&none)
        try require(none.isEmpty, "a batch of none")
    }
}
