internal import CSealedMatchSodium

/// SHA-512 (FIPS 180-4), in pieces; its state is not wiped: for the elements, not for keys.
package struct SHA512: ~Copyable {
    private var state: crypto_hash_sha512_state

    /// Begins a hash.
    /// - Throws: `sodiumUnavailable`, `primitiveFailed`.
    package init() throws(SealedMatchError) {
        state = crypto_hash_sha512_state()
        guard unsafe crypto_hash_sha512_init(&state) == 0 else {
            throw SealedMatchError(.primitiveFailed, "SHA-512 failed")
        }
    }

    /// Takes in bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) throws(SealedMatchError) {
        let status = unsafe crypto_hash_sha512_update(
            &state, bytes.u8, UInt64(bytes.count))
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "SHA-512 failed") }
    }

    /// Takes in bytes.
    package mutating func update(_ bytes: [UInt8]) throws(SealedMatchError) {
        try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe update(raw) }
    }

    /// Takes in 32 bytes.
    package mutating func update(_ bytes: Bytes32) throws(SealedMatchError) {
        try unsafe bytes.withBytes { (raw) throws(SealedMatchError) in try unsafe update(raw) }
    }

    /// The digest, 64 bytes in two halves.
    package consuming func finish() throws(SealedMatchError) -> (Bytes32, Bytes32) {
        var out = (Bytes32(), Bytes32())
        let status = unsafe withUnsafeMutableBytes(of: &out) {
            unsafe crypto_hash_sha512_final(&state, $0.u8)
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "SHA-512 failed") }
        return out
    }
}

/// SHA-256 (FIPS 180-4), in pieces: the exact hash of a media file.
package struct SHA256: ~Copyable {
    private var state: crypto_hash_sha256_state

    /// The digest of bytes that are there at once, 32 bytes.
    /// - Throws: `sodiumUnavailable`, `primitiveFailed`.
    package static func digest(of bytes: [UInt8]) throws(SealedMatchError) -> Bytes32 {
        try Sodium.start()
        var out = Bytes32()
        let status = unsafe bytes.withUnsafeBytes { bytes in
            unsafe out.withMutableBytes { unsafe crypto_hash_sha256($0.u8, bytes.u8, UInt64(bytes.count)) }
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "SHA-256 failed") }
        return out
    }

    /// Begins a hash.
    /// - Throws: `sodiumUnavailable`, `primitiveFailed`.
    package init() throws(SealedMatchError) {
        state = crypto_hash_sha256_state()
        guard unsafe crypto_hash_sha256_init(&state) == 0 else {
            throw SealedMatchError(.primitiveFailed, "SHA-256 failed")
        }
    }

    /// Takes in bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) throws(SealedMatchError) {
        let status = unsafe crypto_hash_sha256_update(
            &state, bytes.u8, UInt64(bytes.count))
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "SHA-256 failed") }
    }

    /// The digest, 32 bytes.
    package consuming func finish() throws(SealedMatchError) -> Bytes32 {
        var out = Bytes32()
        let status = unsafe out.withMutableBytes {
            unsafe crypto_hash_sha256_final(&state, $0.u8)
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "SHA-256 failed") }
        return out
    }
}
