#if !hasFeature(Embedded)
    internal import CSealedMatchSodium

    // Arithmetic modulo ℓ of secret scalars, in constant time: shares, and what is made of them.
    extension Scalar {
        /// This and another one's sum.
        /// - Throws: `invalidScalar` if it is zero.
        package borrowing func adding(_ other: borrowing Scalar) throws(SealedMatchError) -> Scalar {
            var sum = try SecretBytes.zeros(count: 32)
            unsafe sum.withMutableBytes { out in
                unsafe withEncoded { a in
                    unsafe other.withEncoded { b in unsafe crypto_core_ristretto255_scalar_add(out.u8, a.u8, b.u8) }
                }
            }
            return try Scalar(secret: sum)
        }

        /// This scalar times a public one.
        /// - Throws: `invalidScalar` if that is zero.
        package borrowing func multiplied(byPublic factor: PublicScalar) throws(SealedMatchError) -> Scalar {
            var product = try SecretBytes.zeros(count: 32)
            unsafe product.withMutableBytes { out in
                unsafe withEncoded { a in
                    unsafe factor.encoded.withBytes { b in
                        unsafe crypto_core_ristretto255_scalar_mul(out.u8, a.u8, b.u8)
                    }
                }
            }
            return try Scalar(secret: product)
        }

        /// A second copy, in guarded memory of its own.
        package borrowing func clone() throws(SealedMatchError) -> Scalar {
            try unsafe withEncoded { (raw) throws(SealedMatchError) in try unsafe Scalar(canonical: raw) }
        }

        /// 32 bytes of guarded memory, decoded.
        package init(secret: borrowing SecretBytes) throws(SealedMatchError) {
            self = try unsafe secret.withBytes { (raw) throws(SealedMatchError) in try unsafe Scalar(canonical: raw) }
        }
    }
#endif
