package import SealedMatchProtocol
package import SealedMatchCrypto

/// A voucher that decoded and names its caller's account: what every intake looks at before its store.
package struct ArrivedVoucher: Sendable {
    package let bytes: [UInt8]
    package let header: VoucherHeader
    /// BLAKE2b-256 of the bytes: tells a retry from a conflict, also once the bytes are forgotten.
    package let digest: Bytes32

    /// Collector, steps 1–2.
    /// - Throws: `wrongLength`, `invalidMagic`, `parameterOutOfRange`, `authenticationFailed`.
    package init(_ bytes: [UInt8], authenticatedAs account: AccountID) throws(SealedMatchError) {
        header = try SealedVoucher(canonical: bytes).header
        guard header.account == account else {
            throw SealedMatchError(.authenticationFailed, "the voucher names another account than the caller's")
        }
        digest = try Self.digest(bytes)
        self.bytes = bytes
    }

    package static func digest(_ bytes: [UInt8]) throws(SealedMatchError) -> Bytes32 {
        try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe KDF.plainDigest(raw) }
    }
}
