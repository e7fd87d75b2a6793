internal import CSealedMatchSodium

/// What a derived key or a hash is for. Two uses never share a label. Every label of the protocol stands in
/// `MatchProtocol/Labels.swift`.
package struct Label: Sendable {
    package let text: StaticString
    package init(_ text: StaticString) { self.text = text }
}

/// Hashing and key derivation by BLAKE2b-256 (RFC 7693), through libsodium.
///
/// The hashed message is `"SealedMatch/1 " ‖ label ‖ 0x00 ‖ fields`; labels hold no zero byte, so no label is another's
/// prefix, and callers append fields of fixed length, so that a message parses in one way. Messages are short: they are
/// gathered, then hashed and wiped. (Embedded Swift has to see the deinit of a type that cannot be copied, hence
/// `@usableFromInline`.)
@usableFromInline package struct KDF: ~Copyable {
    private var message: [UInt8]

    /// - Parameter capacity: the expected length of the fields; a larger message is not an error, but may leave an
    ///   unwiped copy behind.
    package init(_ label: Label, capacity: Int = 256) {
        message = []
        message.reserveCapacity(64 + capacity)
        message += HashToGroup.ascii("SealedMatch/1 ")
        message += HashToGroup.ascii(label.text)
        message.append(0)
    }

    @usableFromInline deinit {
        // In place: asking the array for its mutable bytes here would copy it first, and wipe the copy. Nobody else
        // holds this array, and nobody reads it again.
        unsafe message.withUnsafeBytes { unsafe sodium_memzero(UnsafeMutableRawPointer(mutating: $0.u8), $0.count) }
    }

    /// Appends a field, as it is.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) { unsafe message.append(contentsOf: bytes) }
    /// Appends a field, as it is.
    package mutating func append(_ bytes: [UInt8]) { message += bytes }
    /// Appends a field of 32 bytes.
    package mutating func append(_ bytes: Bytes32) { unsafe bytes.withBytes { unsafe message.append(contentsOf: $0) } }

    /// A number in little-endian bytes.
    package mutating func append(_ word: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: word.littleEndian) { unsafe message.append(contentsOf: $0) }
    }

    /// Without a key: a hash of public values.
    package consuming func hash() throws(SealedMatchError) -> Bytes32 {
        var out = Bytes32()
        try unsafe out.withMutableBytes { (out) throws(SealedMatchError) in
            try unsafe digest(key: UnsafeRawBufferPointer(start: nil, count: 0), into: out)
        }
        return out
    }

    /// Keyed by the 32 bytes of `key`.
    package consuming func derive(key: Bytes32) throws(SealedMatchError) -> Bytes32 {
        var out = Bytes32()
        try unsafe out.withMutableBytes { (out) throws(SealedMatchError) in
            try unsafe key.withBytes { (key) throws(SealedMatchError) in try unsafe digest(key: key, into: out) }
        }
        return out
    }

    /// Keyed by a secret of 16...64 bytes; for results that are public, like a commitment.
    package consuming func derive(key: borrowing SecretBytes) throws(SealedMatchError) -> Bytes32 {
        var out = Bytes32()
        try unsafe out.withMutableBytes { (out) throws(SealedMatchError) in
            try unsafe key.withBytes { (key) throws(SealedMatchError) in try unsafe digest(key: key, into: out) }
        }
        return out
    }

    /// Keyed by a secret of 16...64 bytes; the result, 32 bytes, is a secret.
    package consuming func deriveSecret(key: borrowing SecretBytes) throws(SealedMatchError) -> SecretBytes {
        var out = try SecretBytes.zeros(count: 32)
        try unsafe out.withMutableBytes { (out) throws(SealedMatchError) in
            try unsafe key.withBytes { (key) throws(SealedMatchError) in try unsafe digest(key: key, into: out) }
        }
        return out
    }

    private borrowing func digest(
        key: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
    ) throws(SealedMatchError) {
        let status = unsafe message.withUnsafeBytes {
            unsafe crypto_generichash_blake2b(out.u8, out.count, $0.u8, UInt64($0.count), key.u8, key.count)
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "BLAKE2b refused its parameters") }
    }

    /// BLAKE2b-256 of a public byte string of any length, without label or key: for the bytes of a whole table, whose
    /// digest then enters a labelled hash.
    package static func plainDigest(_ bytes: UnsafeRawBufferPointer) throws(SealedMatchError) -> Bytes32 {
        var out = Bytes32()
        let status = unsafe out.withMutableBytes {
            unsafe crypto_generichash_blake2b($0.u8, 32, bytes.u8, UInt64(bytes.count), nil, 0)
        }
        guard status == 0 else { throw SealedMatchError(.primitiveFailed, "BLAKE2b failed") }
        return out
    }

    /// The same of an array.
    package static func plainDigest(of bytes: [UInt8]) throws(SealedMatchError) -> Bytes32 {
        try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe plainDigest(raw) }
    }
}
