internal import CSealedMatchSodium

/// A deterministic source of words: the ChaCha20 key stream (the original, with a 64-bit nonce, here zero) of a secret
/// key, read in little-endian order. A PRF stream, for the polynomials' coefficients.
package struct KeyStream: ~Copyable, RandomSource {
    private let key: SecretBytes
    private var buffer: SecretBytes
    private var used: Int
    private var block: UInt64 = 0

    private static let blockCount = 64

    /// - Parameter key: 32 bytes, used for this stream only.
    package init(key: consuming SecretBytes) throws(SealedMatchError) {
        guard key.count == 32 else { throw SealedMatchError(.wrongLength, "a stream key has 32 bytes") }
        let buffer = try SecretBytes.zeros(count: Self.blockCount)
        self.key = key
        self.buffer = buffer
        used = Self.blockCount
    }

    /// Fills the buffer with the next bytes of the stream.
    /// - Throws: `primitiveFailed`.
    package mutating func fill(_ out: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        for index in out.indices {
            if used == Self.blockCount { try refill() }
            unsafe out[index] = unsafe buffer.withBytes { unsafe $0[used] }
            used += 1
        }
    }

    // Block i of the stream: key stream of `key` under a zero nonce, block counter i.
    private mutating func refill() throws(SealedMatchError) {
        let nonce: UInt64 = 0
        let counter = block
        let status = unsafe buffer.withMutableBytes { out in
            let start = unsafe out.u8
            unsafe sodium_memzero(start, Self.blockCount)
            return unsafe key.withBytes { key in
                unsafe withUnsafeBytes(of: nonce) { nonce in
                    unsafe crypto_stream_chacha20_xor_ic(
                        start, start, UInt64(Self.blockCount), nonce.u8, counter,
                        key.u8)
                }
            }
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "ChaCha20 failed") }
        block += 1
        used = 0
    }
}
