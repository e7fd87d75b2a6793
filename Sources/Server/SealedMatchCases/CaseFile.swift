internal import Foundation
public import SealedMatchCrypto
internal import SealedMatchFiles
public import SealedMatchOpenings
internal import SealedMatchProtocol

/// What a person reads about one revealed account in one epoch: a JSON document. No consequence follows from it by
/// itself. (Docs/Protocol.md, "Case file")
public struct CaseFile: Equatable, Sendable, Codable {
    /// One match.
    public struct Match: Equatable, Sendable, Codable {
        /// 32 hexadecimal digits.
        public let voucherID: String
        public let slot: Int
        /// 64 hexadecimal digits.
        public let setRoot: String
        /// `pdq`, `sha256`, `md5` or `none`.
        public let fingerprintKind: String
        /// As the client sent it: 64 hexadecimal digits, 32 for MD5, none for `none`.
        public let fingerprint: String
        /// PDQ quality, 0...100.
        public let quality: Int
        /// `near`, `exact`, `notListed` or `noFingerprint`.
        public let finding: String
        /// PDQ bits by which it differs from the nearest listed hash, at most 31.
        public let distance: Int?
        /// The list's label of that entry.
        public let label: String?
        /// The sources that list it.
        public let sources: [String]
        /// The messenger's bytes, base64.
        public let note: String
        public let warnings: [String]
    }

    public static let format = "SealedMatch case file"
    public static let formatVersion = 1

    /// `SealedMatch case file`
    public let format: String
    public let formatVersion: Int
    /// What this document is, and what it is not.
    public let notice: String
    /// 64 hexadecimal digits.
    public let account: String
    public let epoch: UInt32
    /// Seconds since 1970 at which the epoch began; it lasts 30 days.
    public let epochStart: UInt64
    public let threshold: Int
    /// Roots of the sets that the matches were sealed under, ascending.
    public let setRoots: [String]
    public let matchCount: Int
    /// Matches whose fingerprint is on the list.
    public let listedMatchCount: Int
    /// Different entries of the list among them.
    public let listedEntryCount: Int
    public let matches: [Match]
    public let warnings: [String]

    /// Compares a reveal with the plaintext list.
    public init(_ reveal: Reveal, knownHashes: KnownHashes) {
        let findings = reveal.matches.map { knownHashes.compare($0.payload) }
        let listed = findings.compactMap(\.entry)
        format = Self.format
        formatVersion = Self.formatVersion
        notice = Self.notice
        account = Self.hexadecimal(reveal.account.encoded.bytes)
        epoch = reveal.epoch
        epochStart = UInt64(reveal.epoch) * Parameters.secondsPerEpoch
        threshold = reveal.threshold
        setRoots = Set(reveal.matches.map(\.setRoot)).sorted(by: <).map { Self.hexadecimal($0.bytes) }
        matchCount = reveal.matches.count
        listedMatchCount = listed.count
        listedEntryCount = Set(listed).count
        matches = zip(reveal.matches, findings).map { Match($0, $1) }
        var warnings: [String] = []
        if listedMatchCount < reveal.threshold {
            warnings.append(
                "Fewer than the threshold of \(reveal.threshold) matches are on the list: do not rely on this case.")
        } else if listedEntryCount < reveal.threshold {
            warnings.append(
                "The listed matches name fewer different entries than the threshold of \(reveal.threshold).")
        }
        if reveal.matches.contains(where: \.quarantined) {
            warnings.append("The account opened more slots than any unmodified client makes.")
        }
        self.warnings = warnings
    }

    static let notice = """
        This document is a reason for a person to look, and not a proof of anything. The fingerprints and notes are what the client software said: a modified client can invent \
        them, and different pictures can be made to share a fingerprint. Confirm every item from other evidence before anything follows from it.
        """

    /// The document: UTF-8, sorted keys, the same bytes for the same case.
    public func encoded() throws(SealedMatchError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            throw SealedMatchError(.primitiveFailed, "the case file could not be encoded")
        }
    }

    /// Largest document that `read(from:)` takes, in bytes.
    public static let maximumCount = 512 << 20

    /// - Throws: `invalidMagic` for another kind or version of document.
    public init(decoding bytes: [UInt8]) throws(SealedMatchError) {
        guard let decoded = try? JSONDecoder().decode(CaseFile.self, from: Data(bytes)), decoded.format == Self.format,
            decoded.formatVersion == Self.formatVersion
        else {
            throw SealedMatchError(.invalidMagic, "not a case file, or not this version of one")
        }
        self = decoded
    }

    /// `account-epoch.json`: one name a case, so that a later reveal of it replaces the earlier.
    public var fileName: String { "\(account)-\(epoch).json" }

    /// Writes the document to `path`, owner-readable only, whole or not at all.
    /// - Throws: `fileFailed`.
    public func write(to path: String) throws(SealedMatchError) {
        try DurableFile.write(encoded(), to: path, secret: true)
    }

    /// - Throws: `fileFailed`, `wrongLength`, `invalidMagic`.
    public static func read(from path: String) throws(SealedMatchError) -> CaseFile {
        try CaseFile(decoding: DurableFile.read(path, limit: maximumCount))
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension CaseFile.Match {
    fileprivate init(_ match: RevealedMatch, _ finding: KnownHashes.Finding) {
        voucherID = CaseFile.hexadecimal(match.voucherID.encoded)
        slot = match.slot
        setRoot = CaseFile.hexadecimal(match.setRoot.bytes)
        let payload = match.payload
        switch payload.fingerprintKind {
        case .none: fingerprintKind = "none"
        case .pdq: fingerprintKind = "pdq"
        case .sha256: fingerprintKind = "sha256"
        case .md5: fingerprintKind = "md5"
        case .video: fingerprintKind = "video"
        }
        fingerprint = CaseFile.hexadecimal(Array(payload.fingerprint.bytes[0..<payload.fingerprintKind.byteCount]))
        quality = Int(payload.quality)
        note = Data(payload.note).base64EncodedString()
        label = finding.entry?.label
        sources = finding.entry?.sources ?? []
        var warnings: [String] = []
        switch finding {
        case .near(_, let distance):
            self.finding = "near"
            self.distance = distance
        case .exact:
            self.finding = "exact"
            distance = nil
        case .notListed:
            self.finding = "notListed"
            distance = nil
            warnings.append(
                "Not on the list: fabricated by the client, or the list is not the one that the set was built from.")
        case .noFingerprint:
            self.finding = "noFingerprint"
            distance = nil
            warnings.append("The client sent no fingerprint.")
        }
        if match.quarantined { warnings.append("Opened beyond the number that an unmodified client makes.") }
        self.warnings = warnings
    }
}

extension KnownHashes.Finding {
    /// The entry that it names.
    public var entry: KnownHashes.Entry? {
        switch self {
        case .near(let entry, _), .exact(let entry): entry
        case .notListed, .noFingerprint: nil
        }
    }
}
