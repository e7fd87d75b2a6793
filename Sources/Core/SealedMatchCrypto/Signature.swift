internal import CSealedMatchSodium

/// An Ed25519 (RFC 8032) signing key of a source.
public struct SigningKey: ~Copyable, Sendable {
    private let secret: SecretBytes
    /// The public key, 32 bytes (RFC 8032, 5.1.5).
    public let publicKey: Bytes32

    /// A new random key.
    /// - Throws: `randomSourceFailed`, `sodiumUnavailable`, `outOfMemory`.
    public static func random() throws(SealedMatchError) -> SigningKey {
        var random = SystemRandom()
        return try self.random(from: &random)
    }

    /// The same, from another source of randomness.
    package static func random(from random: inout some RandomSource & ~Copyable) throws(SealedMatchError) -> SigningKey
    {
        try SigningKey(seed: SecretBytes.random(count: 32, from: &random))
    }

    /// The key of a 32-byte seed.
    /// - Throws: `wrongLength`.
    public init(seed: consuming SecretBytes) throws(SealedMatchError) {
        guard seed.count == 32 else { throw SealedMatchError(.wrongLength, "a signing seed has 32 bytes") }
        var secret = try SecretBytes.zeros(count: 64)
        var publicKey = Bytes32()
        let status = unsafe secret.withMutableBytes { secret in
            unsafe publicKey.withMutableBytes { publicKey in
                unsafe seed.withBytes { seed in
                    unsafe crypto_sign_ed25519_seed_keypair(
                        publicKey.u8, secret.u8,
                        seed.u8)
                }
            }
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "Ed25519 key generation failed") }
        self.secret = secret
        self.publicKey = publicKey
    }

    /// The 32-byte seed, first half of libsodium's secret key: what a key file stores.
    public borrowing func withSeed<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe secret.withBytes { unsafe body(UnsafeRawBufferPointer(rebasing: $0[0..<32])) }
    }

    /// Not public: what a source signs is a set that it has audited (`Audit.sign` of SealedMatchSets).
    package borrowing func sign(_ message: [UInt8]) throws(SealedMatchError) -> Signature {
        var out = [UInt8](repeating: 0, count: Signature.encodedCount)
        let status = unsafe out.withUnsafeMutableBytes { out in
            unsafe message.withUnsafeBytes { message in
                unsafe secret.withBytes { secret in
                    unsafe crypto_sign_ed25519_detached(
                        out.u8, nil, message.u8, UInt64(message.count), secret.u8)
                }
            }
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "Ed25519 signing failed") }
        return try Signature(canonical: out)
    }
}

/// A detached Ed25519 signature, 64 bytes.
public struct Signature: Equatable, Sendable {
    /// Bytes of the encoding.
    public static let encodedCount = 64
    /// The 64 bytes, R ‖ S.
    public let encoded: [UInt8]

    /// - Throws: `wrongLength`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else { throw SealedMatchError(.wrongLength, "a signature has 64 bytes") }
        encoded = bytes
    }

    /// Whether the signature is `publicKey`'s on `message`. libsodium refuses non-canonical S, small-order R and
    /// small-order keys.
    public func verifies(_ message: [UInt8], publicKey: Bytes32) -> Bool {
        unsafe encoded.withUnsafeBytes { signature in
            unsafe message.withUnsafeBytes { message in
                unsafe publicKey.withBytes { key in
                    unsafe crypto_sign_ed25519_verify_detached(
                        signature.u8, message.u8, UInt64(message.count), key.u8) == 0
                }
            }
        }
    }
}
