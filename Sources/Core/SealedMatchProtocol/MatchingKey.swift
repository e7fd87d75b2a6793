public import SealedMatchCrypto

/// α, the authority's secret for one built table, an RFC 9497 VOPRF key; with L = αB, its public key.
///
/// One key serves one table. The authority keeps it as long as retried vouchers may arrive, then deletes it.
public struct MatchingKey: ~Copyable, Sendable {
    package let alpha: Scalar
    /// L = αB.
    public let publicKey: Point

    /// A new α, uniform and not zero.
    /// - Throws: `randomSourceFailed`, `outOfMemory`.
    public static func random() throws(SealedMatchError) -> MatchingKey {
        var random = SystemRandom()
        return try self.random(from: &random)
    }

    /// The same, from another source of randomness.
    package static func random(from random: inout some RandomSource & ~Copyable) throws(SealedMatchError) -> MatchingKey
    {
        try MatchingKey(alpha: Scalar.random(from: &random))
    }

    /// - Throws: `wrongLength`, `invalidScalar`.
    public init(canonical bytes: UnsafeRawBufferPointer) throws(SealedMatchError) {
        try unsafe self.init(alpha: Scalar(canonical: bytes))
    }

    /// The same from an array, which is not wiped.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        try self.init(alpha: Scalar(canonical: bytes))
    }

    private init(alpha: consuming Scalar) throws(SealedMatchError) {
        publicKey = try Point.base(times: alpha)
        self.alpha = alpha
    }

    /// The 32 bytes of α, for a key file.
    public borrowing func withEncoded<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe alpha.withEncoded { unsafe body($0) }
    }

    /// V = α·H(y) for many keys: what the cells of members sum to.
    /// - Parameter messages: tableID ‖ y of each.
    package borrowing func evaluate(
        _ messages: GroupMessages, into out: UnsafeMutableBufferPointer<Point>
    ) throws(SealedMatchError) {
        try unsafe GroupBatch.evaluate(messages, HashToGroup.elements, by: alpha, into: out)
    }
}

extension MatchingKey {
    /// V = α·H(y) of one element.
    package borrowing func evaluate(_ element: Point) throws(SealedMatchError) -> Point {
        try element.multiplied(by: alpha)
    }
}

extension MatchingKey {
    /// r = KDF(α, "proof nonce", 0 ‖ fresh ‖ M ‖ Z) ‖ KDF(α, "proof nonce", 1 ‖ fresh ‖ M ‖ Z), 64 bytes modulo ℓ.
    package borrowing func proofNonce(m: Point, z: Point, fresh: Bytes32) throws(SealedMatchError) -> Scalar {
        var key = try SecretBytes.zeros(count: 32)
        unsafe key.withMutableBytes { out in unsafe alpha.withEncoded { unsafe out.copyMemory(from: $0) } }
        let low = try Self.nonceInput(0, m, z, fresh).deriveSecret(key: key)
        let high = try Self.nonceInput(1, m, z, fresh).deriveSecret(key: key)
        return try Scalar.reducing(low, high)
    }

    private static func nonceInput(_ half: UInt8, _ m: Point, _ z: Point, _ fresh: Bytes32) -> KDF {
        var input = KDF(.proofNonce)
        input.append(half)
        input.append(fresh)
        input.append(m.encoded)
        input.append(z.encoded)
        return input
    }
}
