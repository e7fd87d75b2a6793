public import SealedMatchCrypto

/// A proof that log_B(L) = log_C(D) for one or many pairs (C, D): RFC 9497, 2.2, suite OPRF(ristretto255, SHA-512),
/// mode 1. 64 bytes: c ‖ s.
public struct DLEQProof: Equatable, Sendable {
    /// The challenge.
    public let c: PublicScalar
    /// The response.
    public let s: PublicScalar

    /// Bytes of the encoding.
    public static let encodedCount = 64
    /// RFC 9497's composite index is I2OSP(i, 2), so one proof holds at most 65,535 pairs; longer lists take several
    /// proofs.
    public static let maximumPairs = 65_535

    package init(c: PublicScalar, s: PublicScalar) {
        self.c = c
        self.s = s
    }

    /// c ‖ s, 64 bytes.
    public var encoded: [UInt8] { c.encoded.bytes + s.encoded.bytes }

    /// - Throws: `wrongLength`, `invalidScalar` for a scalar of at least ℓ.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else { throw SealedMatchError(.wrongLength, "a proof has 64 bytes") }
        c = try PublicScalar(canonical: Bytes32(exactly: Array(bytes[0..<32])))
        s = try PublicScalar(canonical: Bytes32(exactly: Array(bytes[32..<64])))
    }

    /// GenerateProof(α, B, L, C, D).
    /// - Throws: `parameterOutOfRange` for no pair or too many.
    public static func prove(
        _ key: borrowing MatchingKey, elements: [Point], evaluated: [Point]
    ) throws(SealedMatchError) -> DLEQProof {
        var random = SystemRandom()
        return try prove(key, elements: elements, evaluated: evaluated, fresh: random.bytes32())
    }

    /// With a hedged nonce: a repeated nonce would give α away, so it is derived from α, the statement and fresh bytes.
    /// Should the generator repeat itself, equal statements give the same proof, and different ones unrelated nonces.
    package static func prove(
        _ key: borrowing MatchingKey, elements: [Point], evaluated: [Point], fresh: Bytes32
    ) throws(SealedMatchError) -> DLEQProof {
        let weights = try compositeScalars(key.publicKey, elements, evaluated)
        let m = try combination(weights, elements)
        let nonce = try key.proofNonce(m: m, z: m.multiplied(by: key.alpha), fresh: fresh)
        return try prove(key, composite: m, nonce: nonce)
    }

    package static func prove(
        _ key: borrowing MatchingKey, elements: [Point], evaluated: [Point], nonce r: consuming Scalar
    ) throws(SealedMatchError) -> DLEQProof {
        let weights = try compositeScalars(key.publicKey, elements, evaluated)
        return try prove(key, composite: combination(weights, elements), nonce: r)
    }

    private static func prove(
        _ key: borrowing MatchingKey, composite m: Point, nonce r: consuming Scalar
    ) throws(SealedMatchError) -> DLEQProof {
        // ComputeCompositesFast: M = Σ d_i·C_i is the argument, Z = k·M
        let z = try m.multiplied(by: key.alpha)
        let t2 = try Point.base(times: r)
        let t3 = try m.multiplied(by: r)
        let c = try challenge(key.publicKey, m, z, t2, t3)
        return DLEQProof(c: c, s: PublicScalar.response(nonce: r, challenge: c, key: key.alpha))
    }

    /// VerifyProof(B, L, C, D, proof). Variable time: everything here is public.
    /// - Throws: `proofRejected`; `identityPoint` where RFC 9497 forbids it.
    public func verifyVarTime(publicKey: Point, elements: [Point], evaluated: [Point]) throws(SealedMatchError) {
        guard !publicKey.isIdentity, !elements.contains(.identity), !evaluated.contains(.identity) else {
            throw SealedMatchError(.identityPoint, "a proof over the identity says nothing")
        }
        let (m, z) = try Self.composites(publicKey: publicKey, elements: elements, evaluated: evaluated)
        // t2 = s·B + c·L; t3 = s·M + c·Z
        let t2 = try Point.baseVarTime(timesPublic: s).adding(publicKey.multipliedVarTime(byPublic: c))
        let t3 = try m.multipliedVarTime(byPublic: s).adding(z.multipliedVarTime(byPublic: c))
        guard try Self.challenge(publicKey, m, z, t2, t3) == c else {
            throw SealedMatchError(.proofRejected, "the DLEQ proof does not verify")
        }
    }

    /// ComputeComposites: M = Σ d_i·C_i and Z = Σ d_i·D_i.
    /// - Throws: `parameterOutOfRange` for no pair or too many.
    package static func composites(
        publicKey: Point, elements: [Point], evaluated: [Point]
    ) throws(SealedMatchError) -> (m: Point, z: Point) {
        let weights = try compositeScalars(publicKey, elements, evaluated)
        return (try combination(weights, elements), try combination(weights, evaluated))
    }

    private static func combination(_ weights: [PublicScalar], _ points: [Point]) throws(SealedMatchError) -> Point {
        try unsafe weights.span.withUnsafeBufferPointer { (weights) throws(SealedMatchError) in
            try unsafe points.span.withUnsafeBufferPointer { (points) throws(SealedMatchError) in
                try unsafe GroupBatch.linearCombinationVarTime(weights, points)
            }
        }
    }

    /// ComputeComposites' d_i: seed = Hash(I2OSP(len(Bm), 2) ‖ Bm ‖ I2OSP(len(seedDST), 2) ‖ seedDST), then
    /// HashToScalar for each pair.
    private static func compositeScalars(
        _ publicKey: Point, _ elements: [Point], _ evaluated: [Point]
    ) throws(SealedMatchError) -> [PublicScalar] {
        guard elements.count == evaluated.count, (1...maximumPairs).contains(elements.count) else {
            throw SealedMatchError(.parameterOutOfRange, "a proof holds 1 to 65,535 pairs")
        }
        let seedDST = HashToGroup.ascii("Seed-") + HashToGroup.contextString
        var hash = try SHA512()
        try hash.update(prefixed(publicKey) + [0, UInt8(seedDST.count)] + seedDST)
        let seed = try hash.finish()
        let seedBytes = [0, 64] + seed.0.bytes + seed.1.bytes
        var weights: [PublicScalar] = []
        weights.reserveCapacity(elements.count)
        for index in elements.indices {
            let input =
                seedBytes + [UInt8(index >> 8), UInt8(index & 0xFF)]
                + prefixed(elements[index]) + prefixed(evaluated[index]) + HashToGroup.ascii("Composite")
            weights.append(try HashToGroup.scalars.scalar(input))
        }
        return weights
    }

    /// c of GenerateProof, of RFC 9497's challenge transcript.
    package static func challenge(
        _ publicKey: Point, _ m: Point, _ z: Point, _ t2: Point, _ t3: Point
    ) throws(SealedMatchError) -> PublicScalar {
        try HashToGroup.scalars.scalar(
            prefixed(publicKey) + prefixed(m) + prefixed(z) + prefixed(t2) + prefixed(t3)
                + HashToGroup.ascii("Challenge"))
    }

    // I2OSP(32, 2) ‖ SerializeElement(point)
    private static func prefixed(_ point: Point) -> [UInt8] { [0, 32] + point.encoded.bytes }
}
