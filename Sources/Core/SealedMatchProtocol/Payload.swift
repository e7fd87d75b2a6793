public import SealedMatchFingerprint
public import SealedMatchCrypto

/// What a match shows the reviewer: the fingerprint as the client computed it, and what the messenger adds. A client
/// can lie here: a reveal is a reason for a person to look, not a proof.
public struct Payload: Equatable, Sendable {
    /// What the fingerprint of a payload is.
    public enum FingerprintKind: UInt8, Sendable {
        /// Media that could not be fingerprinted; never matches.
        case none = 0
        case pdq = 1
        case sha256 = 2
        case md5 = 3
        /// PDQ of a video's best-ranked frame.
        case video = 4

        /// Bytes of the fingerprint; those after them are zero.
        public var byteCount: Int {
            switch self {
            case .none: 0
            case .pdq, .sha256, .video: 32
            case .md5: 16
            }
        }
    }

    /// What `fingerprint` holds.
    public var fingerprintKind: FingerprintKind
    /// PDQ in its 32-byte encoding, or the exact hash, zero-padded.
    public var fingerprint: Bytes32
    /// PDQ quality 0...100 of a picture or a frame, else 0.
    public var quality: UInt8
    /// The messenger's bytes: where to find the ciphertext and its key, a second private hash, a small derivative.
    public var note: [UInt8]

    /// A payload from its parts.
    public init(fingerprintKind: FingerprintKind, fingerprint: Bytes32, quality: UInt8, note: [UInt8]) {
        self.fingerprintKind = fingerprintKind
        self.fingerprint = fingerprint
        self.quality = quality
        self.note = note
    }

    /// Bytes of the payload before the note: kind ‖ quality ‖ length of the note ‖ fingerprint.
    public static let overhead = 36

    /// `kind (1) ‖ quality (1) ‖ note length (2) ‖ fingerprint (32) ‖ note ‖ zeros`, `count` bytes in all, so that
    /// payloads of all lengths look alike.
    /// - Throws: `payloadTooLong`.
    package func padded(to count: Int) throws(SealedMatchError) -> [UInt8] {
        guard note.count <= count - Self.overhead else {
            throw SealedMatchError(.payloadTooLong, "the note does not fit into the set's payload size")
        }
        var out = ByteWriter(capacity: count)
        out.put(fingerprintKind.rawValue)
        out.put(quality)
        out.put(UInt16(note.count))
        out.put(fingerprint)
        out.put(note)
        out.pad(to: count)
        return out.bytes
    }

    /// - Throws: `wrongLength`, `nonCanonical`.
    package init(padded bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        guard let kind = FingerprintKind(rawValue: try reader.number(UInt8.self)) else {
            throw SealedMatchError(.nonCanonical, "a payload names no known kind of fingerprint")
        }
        fingerprintKind = kind
        quality = try reader.number(UInt8.self)
        let count = Int(try reader.number(UInt16.self))
        fingerprint = try reader.bytes32()
        guard fingerprint.bytes[kind.byteCount...].allSatisfy({ $0 == 0 }) else {
            throw SealedMatchError(.nonCanonical, "a reserved byte is not zero")
        }
        note = try reader.take(count)
        try reader.zeros(reader.remaining)
    }
}

extension Bytes32 {
    /// A PDQ hash in its 32-byte encoding, bit 255 first.
    public init(_ hash: PDQHash) {
        self.init()
        for (index, byte) in hash.encoded.enumerated() { self[index] = byte }
    }
}
