internal import SealedMatchFingerprint
public import SealedMatchCrypto

/// A sealed voucher, as sent: header ‖ body ‖ slots. Parsed, its form checked, nothing opened.
public struct SealedVoucher: Equatable, Sendable {
    /// The public part.
    public let header: VoucherHeader
    /// x ‖ z_1 … z_k ‖ inner under the stream of rkey; without a tag on purpose.
    public let body: [UInt8]
    /// The slots, M of them, shuffled.
    public let slots: [SealedSlot]

    package init(header: VoucherHeader, body: [UInt8], slots: [SealedSlot]) {
        self.header = header
        self.body = body
        self.slots = slots
    }

    /// Largest voucher that any parameters allow, in bytes: what a collector accepts at most.
    public static let maximumEncodedCount =
        VoucherHeader.encodedCount + 4 + 4 * Parameters.polynomialCounts.upperBound + Cipher.nonceCount
        + Cipher.tagCount
        + Parameters.payloadCounts.upperBound + FingerprintProfile.maximumProbes * SealedSlot.encodedCount

    /// header ‖ body ‖ slots (Docs/Protocol.md, 4.3).
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: header.voucherCount)
        out.put(header.encoded)
        out.put(body)
        for slot in slots {
            out.put(slot.element)
            out.put(slot.wrappedKey)
            out.put(slot.check)
        }
        return out.bytes
    }

    /// Decodes a voucher. Its length follows from its header; every other byte string of that length is a voucher too,
    /// because slots and body look random.
    /// - Throws: `wrongLength`, `invalidMagic`, `parameterOutOfRange`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count >= VoucherHeader.encodedCount, bytes.count <= Self.maximumEncodedCount else {
            throw SealedMatchError(.wrongLength, "no voucher has this length")
        }
        var reader = ByteReader(bytes)
        header = try VoucherHeader(canonical: reader.take(VoucherHeader.encodedCount))
        guard bytes.count == header.voucherCount else {
            throw SealedMatchError(.wrongLength, "a voucher's length does not follow from its header")
        }
        body = try reader.take(header.bodyCount)
        var slots: [SealedSlot] = []
        slots.reserveCapacity(header.probes)
        for _ in 0..<header.probes {
            slots.append(
                SealedSlot(
                    element: try reader.bytes32(), wrappedKey: try reader.bytes32(),
                    check: try reader.number(UInt8.self)))
        }
        self.slots = slots
        try reader.end()
    }
}
