internal import CSealedMatchSodium

/// An element of ristretto255 (RFC 9496) that decodes canonically. The identity is an element too; whoever must not
/// meet it checks. Held in its 32-byte encoding, because libsodium's interface takes and returns encodings.
@frozen
public struct Point: Hashable, Sendable {
    /// The one encoding, 32 bytes (RFC 9496, 4.3.2).
    public let encoded: Bytes32

    /// The neutral element, 32 zero bytes.
    public static let identity = Point(unchecked: Bytes32())

    package init(unchecked encoded: Bytes32) { self.encoded = encoded }

    /// - Throws: `invalidPoint` where RFC 9496's DECODE fails.
    public init(canonical encoded: Bytes32) throws(SealedMatchError) {
        guard Point.isCanonical(encoded) else {
            throw SealedMatchError(.invalidPoint, "not a canonical ristretto255 encoding")
        }
        self.encoded = encoded
    }

    /// Whether it is the neutral element.
    public var isIdentity: Bool { encoded.isZero }

    /// Whether `encoding` is canonical; the identity is. About a tenth of a multiplication.
    public static func isCanonical(_ encoding: Bytes32) -> Bool {
        let isValid = unsafe encoding.withBytes {
            unsafe crypto_core_ristretto255_is_valid_point($0.u8) == 1
        }
        return isValid && !hasTopBit(encoding)
    }

    /// libsodium 1.0.18 ignores the top bit of an encoding in every function, so that each element would have a second
    /// one. RFC 9496's DECODE refuses it.
    static func hasTopBit(_ encoding: Bytes32) -> Bool { encoding.word(at: 3) >> 63 == 1 }

    /// `self + other`.
    public func adding(_ other: Point) throws(SealedMatchError) -> Point {
        unsafe try combine(other, crypto_core_ristretto255_add)
    }

    /// `self − other`.
    public func subtracting(_ other: Point) throws(SealedMatchError) -> Point {
        unsafe try combine(other, crypto_core_ristretto255_sub)
    }

    private func combine(
        _ other: Point,
        _ operation: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Int32
    ) throws(SealedMatchError) -> Point {
        var out = Bytes32()
        let status = unsafe out.withMutableBytes { out in
            unsafe encoded.withBytes { a in
                unsafe other.encoded.withBytes { b in
                    unsafe operation(
                        out.u8,
                        a.u8, b.u8)
                }
            }
        }
        guard status == 0 else { throw SealedMatchError(.invalidPoint, "a summand is not a ristretto255 element") }
        return Point(unchecked: out)
    }

    /// `scalar·self` for a secret scalar, in constant time.
    /// - Throws: `identityPoint` when the product is the identity, hence when `self` is.
    public func multiplied(by scalar: borrowing Scalar) throws(SealedMatchError) -> Point {
        try unsafe scalar.withEncoded { (scalar) throws(SealedMatchError) in try unsafe multiplied(byBytes: scalar) }
    }

    /// The same for the 32 bytes of a scalar.
    func multiplied(byBytes scalar: UnsafeRawBufferPointer) throws(SealedMatchError) -> Point {
        var out = Bytes32()
        let status = unsafe out.withMutableBytes { out in
            unsafe encoded.withBytes { unsafe crypto_scalarmult_ristretto255(out.u8, scalar.u8, $0.u8) }
        }
        guard status == 0 else { throw SealedMatchError(.identityPoint, "the product is the identity") }
        return Point(unchecked: out)
    }

    /// a + b + c of three encodings that nobody has checked; `substitute` where one is no element, or the sum is the
    /// identity, after the same group operations.
    package static func sum(
        _ encodings: (Bytes32, Bytes32, Bytes32), _ substitute: Point
    ) throws(SealedMatchError) -> Point {
        var valid: UInt64 = 0
        func checked(_ encoding: Bytes32) -> Point {
            let isValid: UInt64 = isCanonical(encoding) ? 1 : 0
            valid &+= isValid
            return Point(unchecked: Bytes32.select(0 &- isValid, encoding, substitute.encoded))
        }
        let sum = try checked(encodings.0).adding(checked(encodings.1)).adding(checked(encodings.2))
        let usable: UInt64 = valid == 3 && !sum.isIdentity ? 1 : 0
        return Point(unchecked: Bytes32.select(0 &- usable, sum.encoded, substitute.encoded))
    }

    /// `scalar·B` for a secret scalar, in constant time.
    public static func base(times scalar: borrowing Scalar) throws(SealedMatchError) -> Point {
        try unsafe scalar.withEncoded { (scalar) throws(SealedMatchError) in try unsafe base(timesBytes: scalar) }
    }

    /// The same for the 32 bytes of a scalar.
    static func base(timesBytes scalar: UnsafeRawBufferPointer) throws(SealedMatchError) -> Point {
        var out = Bytes32()
        let status = unsafe out.withMutableBytes { unsafe crypto_scalarmult_ristretto255_base($0.u8, scalar.u8) }
        guard status == 0 else { throw SealedMatchError(.identityPoint, "the product is the identity") }
        return Point(unchecked: out)
    }

    /// The generator B.
    public static func generator() throws(SealedMatchError) -> Point {
        var one = Bytes32()
        one[0] = 1
        return try identity.adding(baseVarTime(timesPublic: PublicScalar(canonical: one)))
    }

    /// `scalar·B` for a public scalar, in variable time; zero gives the identity.
    public static func baseVarTime(timesPublic scalar: PublicScalar) throws(SealedMatchError) -> Point {
        guard !scalar.encoded.isZero else { return identity }
        var out = Bytes32()
        let status = unsafe out.withMutableBytes { out in
            unsafe scalar.encoded.withBytes { scalar in
                unsafe crypto_scalarmult_ristretto255_base(
                    out.u8, scalar.u8)
            }
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "a base multiplication failed") }
        return Point(unchecked: out)
    }

    /// `scalar·self` for a public scalar, in variable time; zero or the identity give the identity.
    public func multipliedVarTime(byPublic scalar: PublicScalar) throws(SealedMatchError) -> Point {
        guard !scalar.encoded.isZero && !isIdentity else { return .identity }
        var out = Bytes32()
        let status = unsafe out.withMutableBytes { out in
            unsafe encoded.withBytes { point in
                unsafe scalar.encoded.withBytes { scalar in
                    unsafe crypto_scalarmult_ristretto255(
                        out.u8,
                        scalar.u8, point.u8)
                }
            }
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "a multiplication failed") }
        return Point(unchecked: out)
    }
}
