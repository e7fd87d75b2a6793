internal import SealedMatchOpenings

/// What tells one match of an account and epoch from another: it is in one part of a case alone.
public struct CaseMatchName: Hashable, Sendable, Decodable {
    /// 32 hexadecimal digits.
    public let voucherID: String
    /// The voucher's slot that opened, from 0.
    public let slot: Int

    init(_ match: RevealedMatch) {
        voucherID = CaseFile.hexadecimal(match.voucherID.encoded)
        slot = match.slot
    }
}
