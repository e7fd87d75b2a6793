public import SealedMatchCrypto

/// What a slot opened to: the key of a voucher's body, real or random. Only above the threshold can anybody tell which.
///
/// Below the threshold a real one opens a share and a ciphertext under K_e, a random one bytes that look the same. It
/// is as secret as the matching key's other outputs: it never leaves the authority.
public struct Opening: Equatable, Sendable {
    /// The header of the voucher that it came from.
    public let header: VoucherHeader
    /// Which slot of the voucher opened.
    public let slot: Int
    /// rkey', 32 bytes: opens the body if the match is real.
    public let key: Bytes32
    /// The voucher's body, as it was sent: `header.bodyCount` bytes, the same for all openings of a voucher.
    public let body: [UInt8]

    /// An opening from its parts, for example from a store.
    /// - Throws: `wrongLength` unless the body is as long as the header says.
    public init(header: VoucherHeader, slot: Int, key: Bytes32, body: [UInt8]) throws(SealedMatchError) {
        guard body.count == header.bodyCount else {
            throw SealedMatchError(.wrongLength, "an opening's body has not its header's size")
        }
        self.header = header
        self.slot = slot
        self.key = key
        self.body = body
    }

    /// x and z_1 … z_k, read as residues: every word is valid. `nil` if x is zero.
    package func share() throws(SealedMatchError) -> Share? {
        // The stream's first bytes are those of the whole body's stream.
        var words = ByteReader(try plain(0..<header.shareCount))
        let x = FieldElement(residueOf: try words.number(UInt32.self))
        guard x != .zero else { return nil }
        var z: [FieldElement] = []
        z.reserveCapacity(header.polynomials)
        for _ in 0..<header.polynomials { z.append(FieldElement(residueOf: try words.number(UInt32.self))) }
        return Share(x: x, z: z)
    }

    /// nonce ‖ ciphertext ‖ tag, under K_e if the match is real.
    package func inner() throws(SealedMatchError) -> [UInt8] { try plain(header.shareCount..<header.bodyCount) }

    /// Bytes of the plain body, stream(rkey', body).
    private func plain(_ range: Range<Int>) throws(SealedMatchError) -> [UInt8] {
        var plain = Array(body[..<range.upperBound])
        var span = plain.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (raw) throws(SealedMatchError) in
            try unsafe Cipher.streamXOR(raw, key: key)
        }
        return range.lowerBound == 0 ? plain : Array(plain[range])
    }

    /// The payload, if the body's inner ciphertext is sealed under this epoch key with this very header.
    /// - Throws: `authenticationFailed`, and the errors of `Payload`.
    package func payload(under key: borrowing EpochKey) throws(SealedMatchError) -> Payload {
        try Payload(opening: inner(), header: header, under: key)
    }
}

extension Payload {
    /// Opening a payload (Docs/Protocol.md, 4.4).
    /// - Parameter inner: nonce ‖ ciphertext ‖ tag.
    /// - Throws: `authenticationFailed`, also for an `inner` of another size than the header's; what decoding throws.
    package init(
        opening inner: [UInt8], header: VoucherHeader, under key: borrowing EpochKey
    ) throws(SealedMatchError) {
        guard inner.count == header.innerCount else {
            throw SealedMatchError(.authenticationFailed, "the sealed payload has not its header's size")
        }
        let header = header.encoded
        let padded = try unsafe inner.span.withUnsafeBytes { (inner) throws(SealedMatchError) in
            try unsafe header.span.withUnsafeBytes { (header) throws(SealedMatchError) in
                try unsafe Cipher.open(inner, authenticating: header, key: key.bytes)
            }
        }
        self = try Payload(padded: padded)
    }
}
