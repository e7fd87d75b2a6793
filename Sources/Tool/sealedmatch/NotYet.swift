internal import SealedMatchCrypto
internal import SealedMatchOpenings

extension SealedMatchError {
    /// What `reveal` says of an account that it does not reveal, for whoever runs it.
    ///
    /// Chance openings delay a reveal: among e of them the decoder finds the matches from t + ⌈e/k⌉ on
    /// (Docs/Protocol.md, "Decoder"). About M/N slots of each voucher open by chance. Whether an account has t matches,
    /// fewer or none is not known until then.
    var notYet: String {
        switch code {
        case .belowThreshold: "not yet: fewer openings, or fewer matching vouchers, than the threshold"
        case .notDecodable:
            "not yet: no t + ⌈e/k⌉ matches could be decoded among e slots that opened by chance; maybe there are none"
        default: "\(reason)"
        }
    }
}
