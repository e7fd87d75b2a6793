public import SealedMatchFingerprint
public import SealedMatchCrypto

/// A key y of the set: what an entry is listed under and what a client probes. `y = kind ‖ bits`.
///
/// One known item enters a set by one key: the perceptual short key for pictures, an exact hash only for media without
/// one.
public struct EntryKey: Hashable, Sendable, Comparable {
    /// What the bits of a key are.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// The b bits of a PDQ hash that the set's profile names, as a 64-bit little-endian word: 8 bytes.
        case perceptual = 1
        /// SHA-256 of the file's bytes: 32 bytes.
        case sha256 = 2
        /// MD5 of the file's bytes, for lists that hold nothing better: 16 bytes.
        case md5 = 3

        /// Bytes of the key after its kind.
        public var count: Int {
            switch self {
            case .perceptual: 8
            case .sha256: 32
            case .md5: 16
            }
        }
    }

    /// What the bits are.
    public let kind: Kind
    /// The bits, left-aligned, zero after `kind.count` bytes.
    public let bits: Bytes32

    /// The key of a perceptual short key of up to 64 bits.
    public init(perceptual shortKey: UInt64) {
        kind = .perceptual
        var bits = Bytes32()
        for index in 0..<8 { bits[index] = UInt8(truncatingIfNeeded: shortKey >> UInt64(8 * index)) }
        self.bits = bits
    }

    /// The key of a file, by SHA-256 of its bytes.
    public init(sha256 digest: Bytes32) {
        kind = .sha256
        bits = digest
    }

    /// - Throws: `wrongLength` unless `bytes` has just the kind's length.
    public init(kind: Kind, bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == kind.count else {
            throw SealedMatchError(.wrongLength, "the key has the wrong length for its kind")
        }
        self.kind = kind
        var bits = Bytes32()
        for index in bytes.indices { bits[index] = bytes[index] }
        self.bits = bits
    }

    /// The short key of a perceptual key.
    public var shortKey: UInt64? {
        guard kind == .perceptual else { return nil }
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(bits[index]) << UInt64(8 * index) }
        return word
    }

    /// Whether a set of this profile can hold the key: a perceptual key is zero from bit b on.
    public func fits(_ profile: FingerprintProfile) -> Bool {
        guard let shortKey, profile.positions.count < 64 else { return true }
        return shortKey >> UInt64(profile.positions.count) == 0
    }

    /// `kind ‖ bits`, 1 + `kind.count` bytes: what is hashed to the group and to positions.
    public var encoded: [UInt8] { [kind.rawValue] + bits.bytes[0..<kind.count] }

    /// The canonical order of a set's entries: by kind, then by bits.
    public static func < (a: EntryKey, b: EntryKey) -> Bool {
        a.kind.rawValue != b.kind.rawValue ? a.kind.rawValue < b.kind.rawValue : a.bits < b.bits
    }
}
