internal import CSealedMatchSodium

/// A secret scalar modulo ℓ, the order of ristretto255 (RFC 9496), never zero. 32 bytes, little-endian, canonical, in
/// guarded memory.
public struct Scalar: ~Copyable, Sendable {
    var bytes: SecretBytes

    /// Bytes of the encoding.
    public static let encodedCount = 32

    private init(bytes: consuming SecretBytes) { self.bytes = bytes }

    /// A uniformly random non-zero scalar.
    package static func random(from random: inout some RandomSource & ~Copyable) throws(SealedMatchError) -> Scalar {
        var scalar = Scalar(bytes: try SecretBytes.zeros(count: 64))
        try scalar.randomise(from: &random)
        return scalar
    }

    /// Draws the scalar anew in place: for one-shot values (β, γ), which must never serve twice.
    ///
    /// 64 random bytes modulo ℓ: the distance from uniform is below 2^-250. Zero is drawn again.
    package mutating func randomise(from random: inout some RandomSource & ~Copyable) throws(SealedMatchError) {
        repeat {
            try unsafe bytes.withMutableBytes { (raw) throws(SealedMatchError) in
                try unsafe random.fill(raw)
                let wide = unsafe raw.u8
                // The output may overlap the input: libsodium reads all 64 bytes into limbs first.
                unsafe crypto_core_ristretto255_scalar_reduce(wide, wide)
                unsafe sodium_memzero(wide + 32, 32)
            }
        } while isZero
    }

    /// 64 secret bytes modulo ℓ.
    /// - Throws: `invalidScalar` if that is zero, which no random bytes give.
    package static func reducing(_ low: borrowing SecretBytes, _ high: borrowing SecretBytes) throws(SealedMatchError)
        -> Scalar
    {
        guard low.count == 32, high.count == 32 else {
            throw SealedMatchError(.wrongLength, "a wide scalar has 64 bytes")
        }
        var scalar = Scalar(bytes: try SecretBytes.zeros(count: 64))
        unsafe scalar.bytes.withMutableBytes { out in
            unsafe low.withBytes { unsafe out.baseAddress!.copyMemory(from: $0.baseAddress!, byteCount: 32) }
            unsafe high.withBytes { unsafe (out.baseAddress! + 32).copyMemory(from: $0.baseAddress!, byteCount: 32) }
            unsafe crypto_core_ristretto255_scalar_reduce(out.u8, out.u8)
            unsafe sodium_memzero(out.u8 + 32, 32)
        }
        guard !scalar.isZero else { throw SealedMatchError(.invalidScalar, "a derived scalar is zero") }
        return scalar
    }

    /// Decodes 32 canonical bytes.
    /// - Throws: `wrongLength`; `invalidScalar` for zero or a value of at least ℓ.
    public init(canonical encoded: UnsafeRawBufferPointer) throws(SealedMatchError) {
        guard encoded.count == 32 else { throw SealedMatchError(.wrongLength, "a scalar has 32 bytes") }
        var scalar = Scalar(bytes: try SecretBytes.zeros(count: 64))
        unsafe scalar.bytes.withMutableBytes { unsafe $0.copyMemory(from: encoded) }
        guard unsafe scalar.bytes.withBytes({ unsafe Scalar.isCanonical($0) }), !scalar.isZero else {
            throw SealedMatchError(.invalidScalar, "not a canonical non-zero scalar")
        }
        self = scalar
    }

    /// The same from an array, which is not wiped.
    public init(canonical encoded: [UInt8]) throws(SealedMatchError) {
        self = try unsafe encoded.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            try unsafe Scalar(canonical: raw)
        }
    }

    /// Reads the 32 bytes. The pointer is valid inside `body` only.
    public borrowing func withEncoded<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe bytes.withBytes { (bytes) throws(Failure) in
            try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[0..<32]))
        }
    }

    var isZero: Bool {
        unsafe bytes.withBytes { unsafe sodium_is_zero($0.u8, 32) == 1 }
    }

    /// libsodium 1.0.18 has no canonicality check: a scalar is canonical when reducing it modulo ℓ changes nothing.
    /// Constant time.
    static func isCanonical(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var wide = (Bytes32(), Bytes32())
        return unsafe withUnsafeMutableBytes(of: &wide) { raw in
            let start = unsafe raw.u8
            unsafe raw.baseAddress!.copyMemory(from: bytes.baseAddress!, byteCount: 32)
            unsafe crypto_core_ristretto255_scalar_reduce(start, start)
            let same = unsafe sodium_memcmp(start, bytes.baseAddress!, 32) == 0
            unsafe sodium_memzero(start, 64)
            return same
        }
    }
}

/// A public scalar modulo ℓ, canonical, possibly zero: parts of DLEQ proofs. Not for secrets.
public struct PublicScalar: Equatable, Sendable {
    /// The one encoding, 32 bytes, little-endian, below ℓ.
    public let encoded: Bytes32

    private init(unchecked encoded: Bytes32) { self.encoded = encoded }

    /// - Throws: `invalidScalar` for a value of at least ℓ.
    public init(canonical encoded: Bytes32) throws(SealedMatchError) {
        guard unsafe encoded.withBytes({ unsafe Scalar.isCanonical($0) }) else {
            throw SealedMatchError(.invalidScalar, "not a canonical scalar")
        }
        self.encoded = encoded
    }

    /// A number below 2^128, and so below ℓ, from its 16 bytes.
    /// - Precondition: 16 bytes.
    @unsafe package init(loading16 bytes: UnsafeRawPointer) {
        let low = unsafe bytes.loadUnaligned(as: UInt64.self)
        encoded = unsafe Bytes32(words: (low, bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self), 0, 0))
    }

    /// 64 bytes modulo ℓ.
    package init(reducing wide: (Bytes32, Bytes32)) {
        var out = Bytes32()
        unsafe withUnsafeBytes(of: wide) { raw in
            unsafe out.withMutableBytes {
                unsafe crypto_core_ristretto255_scalar_reduce($0.u8, raw.u8)
            }
        }
        encoded = out
    }

    /// r − c·k modulo ℓ, the response of a DLEQ proof (RFC 9497, 2.2.1). Constant time in the secrets.
    package static func response(nonce r: borrowing Scalar, challenge c: PublicScalar, key k: borrowing Scalar)
        -> PublicScalar
    {
        var out = Bytes32()
        unsafe out.withMutableBytes { out in
            unsafe c.encoded.withBytes { c in
                unsafe k.withEncoded { k in
                    unsafe r.withEncoded { r in
                        let start = unsafe out.u8
                        unsafe crypto_core_ristretto255_scalar_mul(start, c.u8, k.u8)
                        unsafe crypto_core_ristretto255_scalar_sub(start, r.u8, start)
                    }
                }
            }
        }
        return PublicScalar(unchecked: out)
    }
}
