internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// Many vouchers in one message: `"SMF1"`, then vouchers back to back; each says its length.
enum VoucherFrame {
    static let magicCount = 4
    /// Vouchers in a frame, at most: a position has 16 bits for the place in its frame.
    static let maximumVouchers = 65_536

    static func encoded(_ vouchers: [[UInt8]]) -> [UInt8] {
        var out = ByteWriter(capacity: magicCount + vouchers.reduce(0) { $0 + $1.count })
        out.magic("SMF1")
        for voucher in vouchers { out.put(voucher) }
        return out.bytes
    }

    /// - Throws: `invalidMagic`, `wrongLength`, `parameterOutOfRange`.
    static func decoded(_ bytes: [UInt8]) throws(SealedMatchError) -> [SealedVoucher] {
        var reader = ByteReader(bytes)
        try reader.magic("SMF1")
        var vouchers: [SealedVoucher] = []
        while reader.remaining > 0 {
            guard vouchers.count < maximumVouchers else {
                throw SealedMatchError(.wrongLength, "a message has too many vouchers")
            }
            let head = try reader.take(VoucherHeader.encodedCount)
            let header = try VoucherHeader(canonical: head)
            let rest = try reader.take(header.voucherCount - head.count)
            vouchers.append(try SealedVoucher(canonical: head + rest))
        }
        return vouchers
    }
}
