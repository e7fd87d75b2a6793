internal import CSealedMatchSodium

/// Encryption in place: the stream without a tag, and the AEAD.
package enum Cipher {
    /// Bytes of an AEAD's nonce.
    package static let nonceCount = 24
    /// Bytes of an AEAD's tag.
    package static let tagCount = 16

    /// Exclusive or of `bytes` with the XChaCha20 key stream of `key` under a zero nonce.
    ///
    /// The fixed nonce is safe because a key serves one message: the voucher's `rkey` is drawn for one body (Seal, step
    /// 4). There is no tag on purpose: what opens by chance must give a random body as a match gives a real
    /// one.
    package static func streamXOR(_ bytes: UnsafeMutableRawBufferPointer, key: Bytes32) throws(SealedMatchError) {
        var zero = Bytes32()
        let status = unsafe zero.withMutableBytes { nonce in
            unsafe key.withBytes { key in
                unsafe crypto_stream_xchacha20_xor(
                    bytes.u8, bytes.u8,
                    UInt64(bytes.count), nonce.u8,
                    key.u8)
            }
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "XChaCha20 failed") }
    }

    /// XChaCha20-Poly1305-IETF. `sealed` receives nonce (24) ‖ ciphertext ‖ tag (16).
    package static func seal(
        _ plaintext: UnsafeRawBufferPointer, authenticating header: UnsafeRawBufferPointer, key: borrowing SecretBytes,
        into sealed: UnsafeMutableRawBufferPointer, random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) {
        guard sealed.count == plaintext.count + nonceCount + tagCount, key.count == 32 else {
            throw SealedMatchError(.wrongLength, "the sealed buffer has the wrong length")
        }
        try unsafe random.fill(UnsafeMutableRawBufferPointer(rebasing: sealed[0..<nonceCount]))
        let status = unsafe key.withBytes { key in
            let nonce = unsafe sealed.u8
            return unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                nonce + nonceCount, nil, plaintext.u8, UInt64(plaintext.count),
                header.u8, UInt64(header.count), nil, nonce,
                key.u8)
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "XChaCha20-Poly1305 failed") }
    }

    /// Opens what `seal` made.
    /// - Throws: `wrongLength`, `authenticationFailed`.
    package static func open(
        _ sealed: UnsafeRawBufferPointer, authenticating header: UnsafeRawBufferPointer, key: borrowing SecretBytes
    ) throws(SealedMatchError) -> [UInt8] {
        guard sealed.count >= nonceCount + tagCount, key.count == 32 else {
            throw SealedMatchError(.wrongLength, "a sealed payload is too short")
        }
        var plaintext = [UInt8](repeating: 0, count: sealed.count - nonceCount - tagCount)
        let status = unsafe plaintext.withUnsafeMutableBytes { out in
            unsafe key.withBytes { key in
                let nonce = unsafe sealed.u8
                return unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                    out.u8, nil, nil, nonce + nonceCount,
                    UInt64(sealed.count - nonceCount), header.u8, UInt64(header.count),
                    nonce, key.u8)
            }
        }
        guard status == 0 else {
            throw SealedMatchError(.authenticationFailed, "a payload does not open under this key")
        }
        return plaintext
    }
}
