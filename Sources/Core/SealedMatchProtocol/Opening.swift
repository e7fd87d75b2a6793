package import SealedMatchCrypto

/// What a slot opened to: a share and a sealed payload, real or random. Only above the threshold can anybody tell
/// which.
public struct Opening: Equatable, Sendable {
    /// The header of the voucher that it came from.
    public let header: VoucherHeader
    /// Which slot of the voucher opened.
    public let slot: Int
    /// x and z_1 … z_k, words as they came; a decoy's are random, so each is non-canonical with probability 59/2^64.
    public let words: [UInt64]
    /// nonce ‖ ciphertext ‖ tag, under K_e if the match is real.
    public let inner: [UInt8]

    /// An opening from its parts, for example from a store.
    public init(header: VoucherHeader, slot: Int, words: [UInt64], inner: [UInt8]) {
        self.header = header
        self.slot = slot
        self.words = words
        self.inner = inner
    }

    /// From the plain body of a voucher.
    package init(header: VoucherHeader, slot: Int, plainBody: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(plainBody)
        var words: [UInt64] = []
        for _ in 0...header.polynomials { words.append(try reader.number(UInt64.self)) }
        inner = try reader.take(header.innerCount)
        try reader.end()
        self.words = words
        self.header = header
        self.slot = slot
    }

    /// The share, if its words are canonical and x is not zero.
    package var share: Share? {
        var elements: [FieldElement] = []
        for word in words {
            guard let element = FieldElement(canonical: word) else { return nil }
            elements.append(element)
        }
        guard let x = elements.first, x != .zero else { return nil }
        return Share(x: x, z: Array(elements.dropFirst()))
    }

    /// The payload, if `inner` is sealed under this epoch key with this very header.
    package func payload(under key: borrowing EpochKey) throws(SealedMatchError) -> Payload {
        guard inner.count == header.innerCount else {
            throw SealedMatchError(.authenticationFailed, "the sealed payload has not its header's size")
        }
        let header = header.encoded
        let padded = try unsafe inner.span.withUnsafeBytes { (inner) throws(SealedMatchError) in
            try unsafe header.span.withUnsafeBytes { (header) throws(SealedMatchError) in
                try unsafe Cipher.open(inner, authenticating: header, key: key.bytes)
            }
        }
        return try Payload(padded: padded)
    }
}
