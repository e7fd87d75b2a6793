#if !hasFeature(Embedded)
    internal import CSealedMatchSodium

    // Arithmetic modulo ℓ of public scalars: Lagrange coefficients, and sums of responses.
    extension PublicScalar {
        /// A small number.
        package init(_ number: UInt64) throws(SealedMatchError) {
            var bytes = Bytes32()
            for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index)) }
            try self.init(canonical: bytes)
        }

        package func adding(_ other: PublicScalar) throws(SealedMatchError) -> PublicScalar {
            unsafe try combined(other, crypto_core_ristretto255_scalar_add)
        }

        package func subtracting(_ other: PublicScalar) throws(SealedMatchError) -> PublicScalar {
            unsafe try combined(other, crypto_core_ristretto255_scalar_sub)
        }

        package func multiplied(by other: PublicScalar) throws(SealedMatchError) -> PublicScalar {
            unsafe try combined(other, crypto_core_ristretto255_scalar_mul)
        }

        /// 1/x.
        /// - Throws: `invalidScalar` for zero.
        package func inverse() throws(SealedMatchError) -> PublicScalar {
            var out = Bytes32()
            let status = unsafe out.withMutableBytes { out in
                unsafe encoded.withBytes { unsafe crypto_core_ristretto255_scalar_invert(out.u8, $0.u8) }
            }
            guard status == 0 else { throw SealedMatchError(.invalidScalar, "zero has no inverse") }
            return try PublicScalar(canonical: out)
        }

        /// Lagrange's coefficient: how a polynomial's value at one place counts towards that elsewhere.
        /// λ_i(at) = ∏ (at − j)/(i − j) over the other places j.
        /// - Parameters:
        ///   - i: one of the places.
        ///   - places: different from each other.
        ///   - at: where the value is wanted; 0 for a shared key.
        ///   - divisor: what the coefficient is divided by.
        package static func lagrange(
            _ i: UInt64, among places: some Sequence<UInt64>, at: UInt64 = 0, dividedBy divisor: UInt64 = 1
        ) throws(SealedMatchError) -> PublicScalar {
            let (own, wanted) = (try PublicScalar(i), try PublicScalar(at))
            var (above, below) = (try PublicScalar(1), try PublicScalar(divisor))
            for place in places where place != i {
                let other = try PublicScalar(place)
                above = try above.multiplied(by: wanted.subtracting(other))
                below = try below.multiplied(by: own.subtracting(other))
            }
            return try above.multiplied(by: below.inverse())
        }

        private func combined(
            _ other: PublicScalar,
            _ operation: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Void
        ) throws(SealedMatchError) -> PublicScalar {
            var out = Bytes32()
            unsafe out.withMutableBytes { out in
                unsafe encoded.withBytes { a in
                    unsafe other.encoded.withBytes { b in unsafe operation(out.u8, a.u8, b.u8) }
                }
            }
            return try PublicScalar(canonical: out)
        }
    }
#endif
