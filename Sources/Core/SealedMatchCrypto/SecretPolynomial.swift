#if !hasFeature(Embedded)
    internal import CSealedMatchSodium

    /// A polynomial over the scalars whose coefficients are secret: what a key is shared with. 32 bytes for each
    /// coefficient, in guarded memory, the one of x⁰ first.
    package struct SecretPolynomial: ~Copyable, Sendable {
        private let coefficients: SecretBytes
        /// How many coefficients; public.
        package let count: Int

        /// Uniform coefficients, none of them zero, drawn in order.
        package static func random(
            count: Int, from random: inout some RandomSource & ~Copyable
        ) throws(SealedMatchError) -> SecretPolynomial {
            var coefficients = try SecretBytes.zeros(count: 32 * count)
            for index in 0..<count {
                let one = try Scalar.random(from: &random)
                unsafe coefficients.withMutableBytes { all in
                    unsafe one.withEncoded {
                        unsafe UnsafeMutableRawBufferPointer(rebasing: all[32 * index..<32 * index + 32])
                            .copyMemory(from: $0)
                    }
                }
            }
            return try SecretPolynomial(encoded: coefficients)
        }

        /// - Throws: `wrongLength`, `invalidScalar` for a coefficient that is zero or at least ℓ.
        package init(encoded: consuming SecretBytes) throws(SealedMatchError) {
            guard encoded.count > 0, encoded.count % 32 == 0 else {
                throw SealedMatchError(.wrongLength, "a polynomial has 32 bytes for each coefficient")
            }
            for index in 0..<encoded.count / 32 { _ = try Self.coefficient(index, of: encoded) }
            count = encoded.count / 32
            coefficients = encoded
        }

        /// One coefficient.
        package borrowing func coefficient(_ index: Int) throws(SealedMatchError) -> Scalar {
            try Self.coefficient(index, of: coefficients)
        }

        private static func coefficient(
            _ index: Int, of coefficients: borrowing SecretBytes
        ) throws(SealedMatchError) -> Scalar {
            try unsafe coefficients.withBytes { (all) throws(SealedMatchError) in
                try unsafe Scalar(canonical: UnsafeRawBufferPointer(rebasing: all[32 * index..<32 * index + 32]))
            }
        }

        /// Each coefficient times B.
        package borrowing func commitments() throws(SealedMatchError) -> [Point] {
            var points: [Point] = []
            for index in 0..<count { points.append(try Point.base(times: coefficient(index))) }
            return points
        }

        /// The value at a public place, in constant time.
        /// - Parameter factor: what the value is multiplied with: `place` where the polynomial is x times this one.
        /// - Throws: `invalidScalar` if the value is zero, which no random polynomial gives.
        package borrowing func value(
            at place: PublicScalar, times factor: PublicScalar
        ) throws(SealedMatchError) -> Scalar {
            var sum = try SecretBytes.zeros(count: 32)
            unsafe sum.withMutableBytes { sum in
                unsafe coefficients.withBytes { all in
                    unsafe place.encoded.withBytes { place in
                        for index in (0..<count).reversed() {
                            unsafe crypto_core_ristretto255_scalar_mul(sum.u8, sum.u8, place.u8)
                            unsafe crypto_core_ristretto255_scalar_add(
                                sum.u8, sum.u8, UnsafeRawBufferPointer(rebasing: all[32 * index..<32 * index + 32]).u8)
                        }
                        unsafe factor.encoded.withBytes {
                            unsafe crypto_core_ristretto255_scalar_mul(sum.u8, sum.u8, $0.u8)
                        }
                    }
                }
            }
            return try Scalar(secret: sum)
        }

        /// The coefficients' bytes. The pointer is valid inside `body` only.
        package borrowing func withEncoded<Result: ~Copyable, Failure: Error>(
            _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try unsafe coefficients.withBytes(body)
        }
    }
#endif
