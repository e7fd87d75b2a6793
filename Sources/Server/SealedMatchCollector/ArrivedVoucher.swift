package import SealedMatchProtocol
package import SealedMatchCrypto

/// A voucher that decoded: what every intake looks at before its store.
package struct ArrivedVoucher: Sendable {
    package let bytes: [UInt8]
    package let header: VoucherHeader
    /// BLAKE2b-256 of the bytes: tells a retry from a conflict, also once the bytes are forgotten.
    package let digest: Bytes32

    /// Store, step 1.
    /// - Throws: `wrongLength`, `invalidMagic`, `parameterOutOfRange`.
    package init(_ bytes: [UInt8]) throws(SealedMatchError) {
        header = try SealedVoucher(canonical: bytes).header
        digest = try KDF.plainDigest(of: bytes)
        self.bytes = bytes
    }

    /// Store, step 3: the pseudonym is registered, and by the caller.
    /// - Parameters:
    ///   - registered: whose the header's pseudonym is in its epoch; nil if it is nobody's.
    ///   - caller: the authenticated account.
    /// - Throws: `notRegistered`, `authenticationFailed`.
    package static func check(_ registered: AccountID?, is caller: AccountID) throws(SealedMatchError) {
        guard let registered else {
            throw SealedMatchError(.notRegistered, "the voucher's pseudonym is not registered in its epoch")
        }
        guard registered == caller else {
            throw SealedMatchError(.authenticationFailed, "the voucher's pseudonym is another account's")
        }
    }
}
