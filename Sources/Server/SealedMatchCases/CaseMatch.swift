internal import Foundation
internal import SealedMatchOpenings
internal import SealedMatchProtocol

/// One match in a case file.
public struct CaseMatch: Equatable, Sendable, Codable {
    /// Further off, in bits of PDQ, lies hardly a copy whose key is met, and every picture that was made to meet the
    /// key alone, as far as was measured: Docs/Attacks.md, "Decision".
    static let farDistance = 64

    /// 32 hexadecimal digits.
    public let voucherID: String
    /// The voucher's slot that opened, from 0.
    public let slot: Int
    /// 64 hexadecimal digits.
    public let setRoot: String
    /// `pdq`, `sha256`, `md5`, `video` or `none`.
    public let fingerprintKind: String
    /// As the client sent it: 64 hexadecimal digits, 32 for MD5, none for `none`.
    public let fingerprint: String
    /// PDQ quality, 0...100.
    public let quality: Int
    /// `key`, `near`, `exact`, `notListed` or `noFingerprint`.
    public let finding: String
    /// y of the entry, hexadecimal, its kind first.
    public let key: String?
    /// Bits by which the entry's key differs from the sent one's, at most r.
    public let keyDistance: Int?
    /// PDQ bits by which the entry's nearest hash differs from the sent one.
    public let distance: Int?
    /// The file and line of the entry's first hash.
    public let label: String?
    /// Keys of the sources that list it, 64 hexadecimal digits each.
    public let sources: [String]
    /// The messenger's bytes, base64.
    public let note: String
    /// What a reviewer has to know of this match, in English sentences.
    public let warnings: [String]

    init(_ match: RevealedMatch, _ finding: Finding) {
        voucherID = CaseFile.hexadecimal(match.voucherID.encoded)
        slot = match.slot
        setRoot = CaseFile.hexadecimal(match.setRoot.encoded.bytes)
        let payload = match.payload
        fingerprintKind =
            switch payload.fingerprintKind {
            case .none: "none"
            case .pdq: "pdq"
            case .sha256: "sha256"
            case .md5: "md5"
            case .video: "video"
            }
        fingerprint = CaseFile.hexadecimal(Array(payload.fingerprint.bytes[0..<payload.fingerprintKind.byteCount]))
        quality = Int(payload.quality)
        note = Data(payload.note).base64EncodedString()
        key = finding.entry.map { CaseFile.hexadecimal($0.key.encoded) }
        label = finding.entry?.label
        sources = finding.entry?.sources.map { CaseFile.hexadecimal($0.bytes) } ?? []
        var warnings: [String] = []
        switch finding {
        case .key(_, let keyDistance, let distance):
            self.finding = "key"
            (self.keyDistance, self.distance) = (keyDistance, distance)
            if payload.fingerprintKind == .pdq, distance > Self.farDistance {
                warnings.append(
                    "The key is met, and the whole hash is \(distance) bits off: hardly a copy. It may be chance, a "
                        + "picture that was made to meet the key, or a client's invention.")
            }
        case .near(_, let distance):
            self.finding = "near"
            (keyDistance, self.distance) = (nil, distance)
            warnings.append(
                payload.fingerprintKind == .video
                    ? "No listed key is within reach of the picture that was sent; another one may have met a key."
                    : "No listed key is within reach of what was sent, so the match is not with this entry's key.")
        case .exact:
            self.finding = "exact"
            (keyDistance, distance) = (nil, nil)
        case .notListed:
            self.finding = "notListed"
            (keyDistance, distance) = (nil, nil)
            warnings.append(
                "These lists do not explain this match. Either they are not all that the set was built from, or the "
                    + "client software sent another fingerprint than the one that matched.")
        case .noFingerprint:
            self.finding = "noFingerprint"
            (keyDistance, distance) = (nil, nil)
            warnings.append("The client sent no fingerprint.")
        }
        if match.quarantined {
            warnings.append("Opened after as many of the account's openings as count.")
        }
        self.warnings = warnings
    }
}
