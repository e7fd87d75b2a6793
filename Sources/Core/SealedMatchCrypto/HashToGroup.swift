internal import CSealedMatchSodium

/// HashToGroup and HashToScalar of RFC 9497's suite OPRF(ristretto255, SHA-512) in verifiable mode (4.1, with RFC
/// 9380's `expand_message_xmd`), under a domain-separation tag fixed at creation.
package struct HashToGroup: Sendable {
    // DST_prime = DST ‖ I2OSP(len(DST), 1)
    private let dstPrime: [UInt8]

    /// RFC 9497's context string: "OPRFV1-" ‖ I2OSP(1, 1) ‖ "-ristretto255-SHA512" (mode 1 is VOPRF).
    package static let contextString: [UInt8] =
        [0x4F, 0x50, 0x52, 0x46, 0x56, 0x31, 0x2D, 0x01] + ascii("-ristretto255-SHA512")

    /// The tag, if it is no longer than what batches take: 43 bytes, as all of ours for elements.
    var shortTag: ArraySlice<UInt8>? { dstPrime.count <= 44 ? dstPrime.dropLast() : nil }

    /// For elements: DST "HashToGroup-" ‖ contextString.
    package static let elements = HashToGroup(dst: ascii("HashToGroup-") + contextString)

    /// For RFC 9497's scalars: DST "HashToScalar-" ‖ contextString.
    package static let scalars = HashToGroup(dst: ascii("HashToScalar-") + contextString)

    /// - Precondition: at most 255 bytes, which every tag in this module is.
    package init(dst: [UInt8]) {
        precondition(dst.count <= 255)
        dstPrime = dst + [UInt8(dst.count)]
    }

    package static func ascii(_ text: StaticString) -> [UInt8] {
        unsafe [UInt8](UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The group element of `message`. Variable time only in the message's length.
    package func point(_ message: UnsafeRawBufferPointer) throws(SealedMatchError) -> Point {
        let uniform = unsafe try expand(message)
        var out = Bytes32()
        let status = unsafe withUnsafeBytes(of: uniform) { uniform in
            unsafe out.withMutableBytes { out in
                unsafe crypto_core_ristretto255_from_hash(
                    out.u8, uniform.u8)
            }
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "the ristretto255 map failed") }
        return Point(unchecked: out)
    }

    /// The same for an array.
    /// - Throws: `primitiveFailed`.
    package func point(_ message: [UInt8]) throws(SealedMatchError) -> Point {
        try unsafe message.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe point(raw) }
    }

    /// The scalar of `message`: 64 expanded bytes modulo ℓ.
    package func scalar(_ message: [UInt8]) throws(SealedMatchError) -> PublicScalar {
        try unsafe message.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            PublicScalar(reducing: unsafe try expand(raw))
        }
    }

    /// RFC 9380, 5.3.1: expand_message_xmd with SHA-512 and len_in_bytes = 64, so ell = 1.
    private func expand(_ message: UnsafeRawBufferPointer) throws(SealedMatchError) -> (Bytes32, Bytes32) {
        // b_0 = H(Z_pad ‖ msg ‖ I2OSP(64, 2) ‖ I2OSP(0, 1) ‖ DST_prime), Z_pad of 128 bytes, the block of SHA-512
        var hash = try SHA512()
        for _ in 0..<4 { try hash.update(Bytes32()) }
        try unsafe hash.update(message)
        try hash.update([0, 64, 0])
        try hash.update(dstPrime)
        let b0 = try hash.finish()
        // b_1 = H(b_0 ‖ I2OSP(1, 1) ‖ DST_prime)
        var second = try SHA512()
        try second.update(b0.0)
        try second.update(b0.1)
        try second.update([1])
        try second.update(dstPrime)
        return try second.finish()
    }
}
