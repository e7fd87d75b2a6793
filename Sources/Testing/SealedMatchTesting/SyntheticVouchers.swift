package import SealedMatchCollector
package import SealedMatchCrypto
package import SealedMatchOpenings
package import SealedMatchProtocol

/// Vouchers and openings of seeded random bytes: the same seed gives the same ones. Nobody can open them, and no store
/// can tell.
package struct SyntheticVouchers {
    private var random: TestRandom
    package let parameters: Parameters

    package init(seed: UInt64, polynomials: Int = 16, payloadCount: Int = 128) {
        random = TestRandom(seed: seed)
        var parameters = Parameters()
        parameters.polynomials = polynomials
        parameters.payloadCount = payloadCount
        self.parameters = parameters
    }

    package mutating func bytes(_ count: Int) -> [UInt8] { random.bytes(count) }

    package mutating func bytes32() throws -> Bytes32 { try Bytes32(exactly: bytes(32)) }

    package mutating func header(_ name: AccountEpoch, root: SetRoot = SetRoot(canonical: Bytes32())) throws
        -> VoucherHeader
    {
        VoucherHeader(
            parameters: parameters, number: 0, epoch: name.epoch, voucherID: try VoucherID(canonical: bytes(16)),
            pseudonym: name.pseudonym, setRoot: root)
    }

    /// A sealed voucher, encoded.
    package mutating func voucher(_ name: AccountEpoch, root: SetRoot = SetRoot(canonical: Bytes32())) throws -> [UInt8]
    {
        let header = try header(name, root: root)
        return header.encoded + bytes(header.voucherCount - VoucherHeader.encodedCount)
    }

    /// An opened voucher: its first slots opened.
    package mutating func opened(
        _ name: AccountEpoch, threshold: Int = 3, openings: Int = 1, root: SetRoot = SetRoot(canonical: Bytes32()),
        status: OpenedVoucher.Status = .opened
    ) throws -> OpenedVoucher {
        try opened(header(name, root: root), threshold: threshold, openings: openings, status: status)
    }

    /// A page of opened vouchers, of these accounts in turn, with one, two or three openings in turn.
    package mutating func page(
        _ count: Int, from first: Int64 = 1, of names: [AccountEpoch]
    ) throws -> [PositionedVoucher] {
        try (0..<count).map { index in
            PositionedVoucher(
                position: first + Int64(index), voucher: try opened(names[index % names.count], openings: 1 + index % 3)
            )
        }
    }

    /// The same with a header that is there: another body, and other keys.
    package mutating func opened(
        _ header: VoucherHeader, threshold: Int = 3, openings: Int = 1, status: OpenedVoucher.Status = .opened
    ) throws -> OpenedVoucher {
        let body = bytes(header.bodyCount)
        return OpenedVoucher(
            header: header, status: status, threshold: threshold,
            openings: try (0..<openings).map { try Opening(header: header, slot: $0, key: try bytes32(), body: body) })
    }
}
