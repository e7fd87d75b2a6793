internal import CSealedMatchSodium
public import SealedMatchCrypto

/// Stands in for a messenger in the demo and in tests: encrypts an attachment with libsodium's secretstream
/// (XChaCha20-Poly1305) after its voucher was sealed. No part of the product.
public enum AttachmentEncryption {
    public static let overhead =
        Int(crypto_secretstream_xchacha20poly1305_HEADERBYTES) + Int(crypto_secretstream_xchacha20poly1305_ABYTES)

    /// header (24) ‖ ciphertext with tag, as one final message.
    /// - Throws: `primitiveFailed`.
    public static func encrypt(_ attachment: [UInt8], key: Bytes32) throws(SealedMatchError) -> [UInt8] {
        try Sodium.start()
        var state = crypto_secretstream_xchacha20poly1305_state()
        var out = [UInt8](repeating: 0, count: attachment.count + overhead)
        let header = Int(crypto_secretstream_xchacha20poly1305_HEADERBYTES)
        let key = key.bytes
        let status = out.withUnsafeMutableBufferPointer { out in
            guard crypto_secretstream_xchacha20poly1305_init_push(&state, out.baseAddress!, key) == 0 else {
                return Int32(-1)
            }
            return crypto_secretstream_xchacha20poly1305_push(
                &state, out.baseAddress! + header, nil, attachment, UInt64(attachment.count), nil, 0,
                UInt8(crypto_secretstream_xchacha20poly1305_TAG_FINAL))
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "secretstream failed") }
        return out
    }

    /// - Throws: `wrongLength`, `authenticationFailed`.
    public static func decrypt(_ ciphertext: [UInt8], key: Bytes32) throws(SealedMatchError) -> [UInt8] {
        try Sodium.start()
        guard ciphertext.count >= overhead else { throw SealedMatchError(.wrongLength, "too short for an attachment") }
        var state = crypto_secretstream_xchacha20poly1305_state()
        var out = [UInt8](repeating: 0, count: ciphertext.count - overhead)
        var tag: UInt8 = 0
        let header = Int(crypto_secretstream_xchacha20poly1305_HEADERBYTES)
        let key = key.bytes
        let status = ciphertext.withUnsafeBufferPointer { bytes in
            guard crypto_secretstream_xchacha20poly1305_init_pull(&state, bytes.baseAddress!, key) == 0 else {
                return Int32(-1)
            }
            return crypto_secretstream_xchacha20poly1305_pull(
                &state, &out, nil, &tag, bytes.baseAddress! + header, UInt64(bytes.count - header), nil, 0)
        }
        guard status == 0, Int32(tag) == Int32(crypto_secretstream_xchacha20poly1305_TAG_FINAL) else {
            throw SealedMatchError(.authenticationFailed, "the attachment does not decrypt")
        }
        return out
    }
}
