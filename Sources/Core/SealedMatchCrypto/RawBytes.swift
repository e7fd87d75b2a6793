internal import CSealedMatchSodium

// libsodium declares its pointers non-null. An empty Swift buffer may have a null base address: these give a valid
// address that is never read.

extension UnsafeRawBufferPointer {
    /// The bytes as C's `const unsigned char *`.
    var u8: UnsafePointer<UInt8> {
        unsafe (baseAddress ?? UnsafeRawPointer(bitPattern: 1)!).assumingMemoryBound(to: UInt8.self)
    }
}

extension UnsafeMutableRawBufferPointer {
    /// The bytes as C's `unsigned char *`.
    var u8: UnsafeMutablePointer<UInt8> {
        unsafe (baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1)!).assumingMemoryBound(to: UInt8.self)
    }
}

extension Array where Element: BitwiseCopyable {
    /// Overwrites the array's bytes so that the compiler keeps the store (`sodium_memzero`): for secrets that had to
    /// pass through an array. Another array that shares the storage keeps its bytes.
    package mutating func wipe() { unsafe withUnsafeMutableBytes { unsafe sodium_memzero($0.u8, $0.count) } }
}
