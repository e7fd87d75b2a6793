#if !hasFeature(Embedded)
    internal import CSealedMatchSodium

    /// An X25519 key to which messages are sealed: libsodium's `crypto_box_seal`. Its owner alone opens them, and
    /// nobody sees who sealed.
    package struct SealingKey: ~Copyable, Sendable {
        private let secret: SecretBytes
        /// X = X25519(secret, 9), 32 bytes.
        package let publicKey: Bytes32

        /// Bytes that a sealed message is longer by.
        package static let overhead = 48

        /// A new one: 32 random bytes.
        package static func random(
            from random: inout some RandomSource & ~Copyable
        ) throws(SealedMatchError) -> SealingKey {
            try SealingKey(secret: SecretBytes.random(count: 32, from: &random))
        }

        /// - Throws: `wrongLength`.
        package init(secret: consuming SecretBytes) throws(SealedMatchError) {
            guard secret.count == 32 else { throw SealedMatchError(.wrongLength, "a sealing key has 32 bytes") }
            var publicKey = Bytes32()
            let status = unsafe publicKey.withMutableBytes { out in
                unsafe secret.withBytes { unsafe crypto_scalarmult_curve25519_base(out.u8, $0.u8) }
            }
            guard status == 0 else { throw SealedMatchError(.primitiveFailed, "X25519 failed") }
            self.secret = secret
            self.publicKey = publicKey
        }

        /// The secret's bytes. The pointer is valid inside `body` only.
        package borrowing func withEncoded<Result: ~Copyable, Failure: Error>(
            _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try unsafe secret.withBytes(body)
        }

        /// Whether messages can be sealed to a public key: X25519 of it is not zero.
        package static func isUsable(_ publicKey: Bytes32) -> Bool {
            var out = Bytes32()
            let zero = Bytes32()
            return unsafe out.withMutableBytes { out in
                unsafe zero.withBytes { zero in
                    unsafe publicKey.withBytes { unsafe crypto_scalarmult_curve25519(out.u8, zero.u8, $0.u8) }
                }
            } == 0
        }

        /// E ‖ box: `crypto_box_seal` with the one-time secret key taken from `random`, 32 bytes.
        /// - Throws: `invalidPoint` for a key that is not usable; `randomSourceFailed`.
        package static func seal(
            _ message: borrowing SecretBytes, to publicKey: Bytes32,
            random: inout some RandomSource & ~Copyable
        ) throws(SealedMatchError) -> [UInt8] {
            let once = try SealingKey.random(from: &random)
            let nonce = try nonce(once.publicKey, publicKey)
            var out = [UInt8](repeating: 0, count: message.count + overhead)
            for index in 0..<32 { out[index] = once.publicKey[index] }
            let status = unsafe out.withUnsafeMutableBytes { out in
                unsafe message.withBytes { message in
                    unsafe nonce.withUnsafeBytes { nonce in
                        unsafe publicKey.withBytes { publicKey in
                            unsafe once.secret.withBytes { secret in
                                unsafe crypto_box_easy(
                                    out.u8 + 32, message.u8, UInt64(message.count), nonce.u8, publicKey.u8, secret.u8)
                            }
                        }
                    }
                }
            }
            guard status == 0 else { throw SealedMatchError(.invalidPoint, "nothing can be sealed to this key") }
            return out
        }

        /// Opens what `seal` made for this key.
        /// - Throws: `wrongLength`, `authenticationFailed`.
        package borrowing func open(_ sealed: [UInt8]) throws(SealedMatchError) -> SecretBytes {
            guard sealed.count > Self.overhead else {
                throw SealedMatchError(.wrongLength, "a sealed message is too short")
            }
            var message = try SecretBytes.zeros(count: sealed.count - Self.overhead)
            let status = unsafe message.withMutableBytes { message in
                unsafe sealed.withUnsafeBytes { sealed in
                    unsafe publicKey.withBytes { publicKey in
                        unsafe secret.withBytes {
                            unsafe crypto_box_seal_open(
                                message.u8, sealed.u8, UInt64(sealed.count), publicKey.u8, $0.u8)
                        }
                    }
                }
            }
            guard status == 0 else {
                throw SealedMatchError(.authenticationFailed, "a sealed message does not open under this key")
            }
            return message
        }

        // BLAKE2b of 24 bytes, of both public keys.
        private static func nonce(_ once: Bytes32, _ publicKey: Bytes32) throws(SealedMatchError) -> [UInt8] {
            let input = once.bytes + publicKey.bytes
            var out = [UInt8](repeating: 0, count: 24)
            let status = unsafe out.withUnsafeMutableBytes { out in
                unsafe input.withUnsafeBytes {
                    unsafe crypto_generichash_blake2b(out.u8, out.count, $0.u8, UInt64($0.count), nil, 0)
                }
            }
            guard status == 0 else { throw SealedMatchError(.primitiveFailed, "BLAKE2b failed") }
            return out
        }
    }
#endif
