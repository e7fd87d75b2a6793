package import SealedMatchCrypto
internal import SealedMatchProtocol

/// Whether products are α times the elements, without a proof: one more element is asked for, a combination of the
/// others that is masked, so that nobody who answers knows which error would fit. (Docs/Protocol.md, "Evaluation",
/// steps 1 and 4)
package struct MaskedCheck: Sendable {
    /// What is asked for: the elements, and at the end E_0 = ρ·Σ d_j·E_j + σ·B.
    package let elements: [Point]
    /// Their roots.
    package let roots: [Bytes32]
    /// d_j of each, and zero for E_0.
    package let weights: [PublicScalar]
    private let factor: PublicScalar
    private let shift: PublicScalar

    /// Draws d_1 … d_n of 16 bytes each, ρ and σ.
    /// - Throws: `invalidPoint` where one is no element; `randomSourceFailed`, `outOfMemory`.
    package init(_ elements: [Point], random: inout some RandomSource & ~Copyable) throws(SealedMatchError) {
        // All of it at once: guarded memory is slow to get.
        let count = 16 * elements.count
        let drawn = try SecretBytes.random(count: count + 128, from: &random)
        var weights: [PublicScalar] = []
        weights.reserveCapacity(elements.count + 1)
        (factor, shift) = unsafe drawn.withBytes { raw in
            for index in elements.indices {
                weights.append(unsafe PublicScalar(loading16: raw.baseAddress! + 16 * index))
            }
            func scalar(at place: Int) -> PublicScalar {
                let start = unsafe raw.baseAddress! + place
                return unsafe PublicScalar(reducing: (Bytes32(loading: start), Bytes32(loading: start + 32)))
            }
            return (scalar(at: count), scalar(at: count + 64))
        }
        // No random bytes give it.
        guard !factor.encoded.isZero, !shift.encoded.isZero else {
            throw SealedMatchError(.randomSourceFailed, "a random scalar is zero")
        }
        let roots = try Self.roots(of: elements)
        let sum = try GroupBatch.linearCombinationVarTime(weights, elements, roots: roots)
        let masked = try Self.masked(sum, factor, shift, .generator())
        self.elements = elements + [masked]
        self.roots = try roots + Self.roots(of: [masked])
        weights.append(try PublicScalar(0))
        self.weights = weights
    }

    private static func roots(of elements: [Point]) throws(SealedMatchError) -> [Bytes32] {
        guard let roots = GroupBatch.rootsVarTime(of: elements) else {
            throw SealedMatchError(.invalidPoint, "not a canonical ristretto255 encoding")
        }
        return roots
    }

    /// ρ·sum + σ·base.
    private static func masked(
        _ sum: Point, _ factor: PublicScalar, _ shift: PublicScalar, _ base: Point
    ) throws(SealedMatchError) -> Point {
        let points = [sum, base]
        return try GroupBatch.linearCombinationVarTime([factor, shift], points, roots: roots(of: points))
    }

    /// Whether P_0 = ρ·Σ d_j·P_j + σ·L. If it is, all products are by L's key, but for 2^-128.
    /// - Parameter total: Σ d_j·P_j.
    package func accepts(total: Point, masked product: Point, publicKey: Point) throws(SealedMatchError) -> Bool {
        try Self.masked(total, factor, shift, publicKey) == product
    }
}
