// libsodium declares its pointers non-null. An empty Swift buffer may have a null base address: these give a valid address that is never read.

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
