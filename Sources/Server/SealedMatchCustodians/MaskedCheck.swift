package import SealedMatchCrypto
internal import SealedMatchProtocol

/// Whether products are α times the elements, without a proof: one more element is asked for, a combination of the
/// others that is masked, so that nobody who answers knows which error would fit. (Docs/Protocol.md, "Evaluation",
/// steps 1 and 4)
package struct MaskedCheck: Sendable {
    private let weights: [PublicScalar]
    private let factor: PublicScalar
    private let shift: PublicScalar
    /// E_0 = ρ·Σ d_j·E_j + σ·B.
    package let masked: Point

    /// Draws d_1 … d_n of 16 bytes each, ρ and σ.
    package init(_ elements: [Point], random: inout some RandomSource & ~Copyable) throws(SealedMatchError) {
        var weights: [PublicScalar] = []
        weights.reserveCapacity(elements.count)
        var drawn = try SecretBytes.zeros(count: 16 * elements.count)
        try unsafe drawn.withMutableBytes { (raw) throws(SealedMatchError) in try unsafe random.fill(raw) }
        for index in elements.indices {
            var bytes = Bytes32()
            unsafe drawn.withBytes { raw in
                unsafe bytes.withMutableBytes { out in
                    for place in 0..<16 { unsafe out[place] = raw[16 * index + place] }
                }
            }
            weights.append(try PublicScalar(canonical: bytes))
        }
        factor = try Self.draw(&random)
        shift = try Self.draw(&random)
        self.weights = weights
        masked = try Self.combination(weights, elements).multipliedVarTime(byPublic: factor)
            .adding(Point.baseVarTime(timesPublic: shift))
    }

    private static func draw(_ random: inout some RandomSource & ~Copyable) throws(SealedMatchError) -> PublicScalar {
        let scalar = try Scalar.random(from: &random)
        return try unsafe scalar.withEncoded { (raw) throws(SealedMatchError) in
            try PublicScalar(canonical: unsafe Bytes32(loading: raw.baseAddress!))
        }
    }

    /// Whether P_0 = ρ·Σ d_j·P_j + σ·L. If it is, all products are by L's key, but for 2^-128.
    package func accepts(_ products: [Point], masked product: Point, publicKey: Point) throws(SealedMatchError) -> Bool
    {
        try Self.combination(weights, products).multipliedVarTime(byPublic: factor)
            .adding(publicKey.multipliedVarTime(byPublic: shift)) == product
    }

    private static func combination(_ weights: [PublicScalar], _ points: [Point]) throws(SealedMatchError) -> Point {
        try unsafe weights.span.withUnsafeBufferPointer { (weights) throws(SealedMatchError) in
            try unsafe points.span.withUnsafeBufferPointer { (points) throws(SealedMatchError) in
                try unsafe GroupBatch.linearCombinationVarTime(weights, points)
            }
        }
    }
}
