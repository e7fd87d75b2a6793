internal import CSealedMatchSodium

/// A secret of fixed length in guarded, locked memory (`sodium_malloc`), wiped and freed when its owner goes out of
/// scope.
///
/// It cannot be copied, printed, compared or encoded; its bytes are read through a closure. One allocation costs a few
/// system calls: values that live for one step share a region instead.
@safe
public struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Sole owner of the region: nobody else holds the pointer, so moving it to another thread is safe (@unchecked
    // above).
    private let base: UnsafeMutableRawPointer
    /// Bytes of the secret; public.
    public let count: Int

    /// Whether all secrets of this process so far lay in memory that is locked. False once the kernel refused to lock
    /// more (RLIMIT_MEMLOCK, `ulimit -l`; whole pages for each secret, 64 kB for a sealer): these secrets are guarded
    /// and wiped like the others, but may reach the swap space. Nothing fails for that.
    @inline(never) public static var areLocked: Bool { secret_memory_is_unlocked(0) == 0 }

    private init(base: UnsafeMutableRawPointer, count: Int) {
        unsafe self.base = unsafe base
        self.count = count
    }

    deinit { unsafe sodium_free(base) }

    /// `count` zero bytes.
    /// - Throws: `sodiumUnavailable`, `outOfMemory`.
    public static func zeros(count: Int) throws(SealedMatchError) -> SecretBytes {
        try Sodium.start()
        guard count > 0, let base = unsafe sodium_malloc(count) else {
            throw SealedMatchError(.outOfMemory, "no guarded memory for a secret")
        }
        // `sodium_malloc` ignores a failing mlock. To lock what is locked is no error, and does not count twice.
        if unsafe sodium_mlock(base, count) != 0 { _ = secret_memory_is_unlocked(1) }
        unsafe sodium_memzero(base, count)
        return unsafe SecretBytes(base: base, count: count)
    }

    /// `count` bytes from `random`.
    package static func random(
        count: Int, from random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> SecretBytes {
        let secret = try zeros(count: count)
        try unsafe random.fill(UnsafeMutableRawBufferPointer(start: secret.base, count: count))
        return secret
    }

    /// A copy of `bytes`. The caller wipes its own copy.
    public static func copying(_ bytes: UnsafeRawBufferPointer) throws(SealedMatchError) -> SecretBytes {
        let secret = try zeros(count: bytes.count)
        unsafe secret.base.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        return secret
    }

    /// A copy of `bytes`, for secrets that arrive in an array: a key file's, say. The array itself is not wiped.
    public static func copying(_ bytes: [UInt8]) throws(SealedMatchError) -> SecretBytes {
        try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe copying(raw) }
    }

    /// Whether the other holds the same bytes, in constant time.
    package borrowing func isSame(as other: borrowing SecretBytes) -> Bool {
        unsafe count == other.count && sodium_memcmp(base, other.base, count) == 0
    }

    /// A second copy, in guarded memory of its own.
    /// - Throws: `sodiumUnavailable`, `outOfMemory`.
    public borrowing func clone() throws(SealedMatchError) -> SecretBytes {
        try unsafe SecretBytes.copying(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Reads the secret. The pointer is valid inside `body` only.
    public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Writes the secret. The pointer is valid inside `body` only.
    public mutating func withMutableBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeMutableRawBufferPointer(start: base, count: count))
    }
}
