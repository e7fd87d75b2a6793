internal import CSealedMatchPlatform

/// Where randomness comes from. Public callers always get `SystemRandom`; the overloads that take another source are
/// `package`, for vectors and tests.
package protocol RandomSource: ~Copyable {
    /// Fills `buffer` with uniformly random bytes.
    /// - Throws: `randomSourceFailed`; then nothing of the buffer may be used.
    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError)
}

/// The kernel's generator, by getrandom(2), which is what libsodium itself reads on Linux. Called directly because
/// `randombytes_buf` answers a failing source by ending the process, and a messenger must get an error instead.
package struct SystemRandom: RandomSource, Sendable {
    /// The operating system's generator.
    package init() {}

    /// Fills the buffer with random bytes.
    /// - Throws: `randomSourceFailed`.
    package mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        var done = 0
        while done < buffer.count {
            let got = unsafe getrandom(buffer.baseAddress! + done, buffer.count - done, 0)
            if got > 0 {
                done += got
            } else if got < 0 && platform_errno() == EINTR {
                continue
            } else {
                throw SealedMatchError(.randomSourceFailed, "the kernel gave no random bytes")
            }
        }
    }
}

extension RandomSource where Self: ~Copyable {
    /// A uniformly random 64-bit word.
    package mutating func word() throws(SealedMatchError) -> UInt64 {
        var bytes = Bytes32()
        try fill(&bytes, count: 8)
        let value = UInt64(littleEndian: bytes.words.0)
        bytes.wipe()
        return value
    }

    /// 31 uniformly random bits: 4 bytes without the highest bit.
    package mutating func word31() throws(SealedMatchError) -> UInt32 {
        var bytes = Bytes32()
        try fill(&bytes, count: 4)
        let value = UInt32(truncatingIfNeeded: UInt64(littleEndian: bytes.words.0)) & 0x7FFF_FFFF
        bytes.wipe()
        return value
    }

    /// 32 uniformly random bytes.
    package mutating func bytes32() throws(SealedMatchError) -> Bytes32 {
        var bytes = Bytes32()
        try fill(&bytes, count: 32)
        return bytes
    }

    /// A uniformly random integer below `bound`, by rejection (no modulo bias), in variable time: a draw that was
    /// rejected tells nothing of the next, but a division takes longer for some values than for others.
    /// - Precondition: `bound` > 0.
    package mutating func integerVarTime(below bound: UInt64) throws(SealedMatchError) -> UInt64 {
        // Words at or above the largest multiple of `bound` are drawn again.
        let limit = UInt64.max - (UInt64.max % bound + 1) % bound
        while true {
            let value = try word()
            if value <= limit { return value % bound }
        }
    }

    private mutating func fill(_ bytes: inout Bytes32, count: Int) throws(SealedMatchError) {
        try unsafe bytes.withMutableBytes { (raw) throws(SealedMatchError) in
            try unsafe fill(UnsafeMutableRawBufferPointer(rebasing: raw[0..<count]))
        }
    }
}
