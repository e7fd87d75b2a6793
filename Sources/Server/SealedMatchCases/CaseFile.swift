internal import Foundation
public import SealedMatchCrypto
internal import SealedMatchLists
public import SealedMatchOpenings
internal import SealedMatchProtocol

/// What a person reads about one revealed account in one epoch: one part of a case, a JSON document. No consequence
/// follows from it by itself. (Docs/Protocol.md, "Case file")
public struct CaseFile: Equatable, Sendable, Codable {
    /// A list that the matches were compared with.
    public struct List: Equatable, Sendable, Codable {
        /// The list's file name. Whoever wrote it chose it: escape it where it is shown.
        public let name: String
        /// The source's key, 64 hexadecimal digits.
        public let source: String
        /// Hashes that were compared with.
        public let hashes: Int
        /// Lines left out because their quality is too low.
        public let poorLines: Int
        /// Lines left out because they are no hash.
        public let badLines: Int
    }

    /// What `format` says in every case file.
    public static let format = "SealedMatch case file"
    /// The version that is written, and the only one that `init(decoding:)` reads.
    public static let formatVersion = 3

    /// `SealedMatch case file`
    public let format: String
    /// The version of the document's form.
    public let formatVersion: Int
    /// 1 for the first reveal; a later reveal that adds matches is a part of its own.
    public let part: Int
    /// What this document is, and what it is not.
    public let notice: String
    /// Whose case it is: 64 hexadecimal digits that tell nobody but the collector.
    public let pseudonym: String
    /// e. (Docs/Protocol.md, "Epochs and ratchet")
    public let epoch: UInt32
    /// Seconds since 1970 at which the epoch began; it lasts 30 days.
    public let epochStart: UInt64
    /// t, of the openings that the account was revealed by.
    public let threshold: Int
    /// Roots of the sets that this part's matches were sealed under, ascending.
    public let setRoots: [String]
    /// Of all matches of the account and epoch, in this part and earlier ones.
    public let matchCount: Int
    /// Of all, those whose fingerprint is on these lists.
    public let listedMatchCount: Int
    /// Different entries of the lists among all.
    public let listedEntryCount: Int
    /// What the matches were compared with.
    public let lists: [List]
    /// Those that no earlier part has.
    public let matches: [CaseMatch]
    /// What a reviewer has to know of the whole case, in English sentences. Each match has its own.
    public let warnings: [String]

    /// Compares a reveal with plaintext lists.
    /// - Parameters:
    ///   - part: this document's number, from 1.
    ///   - earlier: what earlier parts have.
    /// - Throws: `unknownSet` when a match's set was not given.
    public init(
        _ reveal: Reveal, by comparison: CaseComparison, part: Int = 1, without earlier: Set<CaseMatchName> = []
    ) throws(SealedMatchError) {
        var all: [(match: RevealedMatch, finding: Finding)] = []
        for match in reveal.matches { all.append((match, try comparison.finding(match))) }
        let listed = all.compactMap(\.finding.entry)
        let new = all.filter { !earlier.contains(CaseMatchName($0.match)) }
        format = Self.format
        formatVersion = Self.formatVersion
        self.part = part
        notice = Self.notice
        pseudonym = Self.hexadecimal(reveal.pseudonym.encoded.bytes)
        epoch = reveal.epoch
        epochStart = UInt64(reveal.epoch) * Parameters.secondsPerEpoch
        threshold = reveal.threshold
        setRoots = Set(new.map(\.match.setRoot.encoded)).sorted(by: <).map { Self.hexadecimal($0.bytes) }
        matchCount = all.count
        listedMatchCount = listed.count
        listedEntryCount = Set(listed.map(\.key)).count
        lists = comparison.lists.map {
            List(
                name: $0.name, source: Self.hexadecimal($0.source.bytes), hashes: $0.hashes.count,
                poorLines: $0.poorLines, badLines: $0.badLines)
        }
        matches = new.map { CaseMatch($0.match, $0.finding) }
        var warnings: [String] = []
        if listedMatchCount < reveal.threshold {
            warnings.append(
                "Fewer than the threshold of \(reveal.threshold) matches are on the list: do not rely on this case.")
        } else if listedEntryCount < reveal.threshold {
            warnings.append(
                "The listed matches name fewer different entries than the threshold of \(reveal.threshold).")
        }
        if reveal.matches.contains(where: \.quarantined) {
            warnings.append(
                "The account has more openings in this epoch than count, and more than vouchers of an unmodified client "
                    + "give. Many devices that count their vouchers apart can do this, too.")
        }
        for list in comparison.lists where list.badLines > 0 {
            warnings.append("\(list.badLines) lines of \(list.name) are no hash and were left out.")
        }
        for list in comparison.lists where list.poorLines > 0 {
            warnings.append("\(list.poorLines) lines of \(list.name) are of too low a quality and were left out.")
        }
        self.warnings = warnings
    }

    static let notice =
        "This document is a reason for a person to look, and not a proof of anything. The fingerprints and notes are "
        + "what the client software said: a modified client can invent them, and different pictures can be made to "
        + "share a fingerprint. Confirm every item from other evidence before anything follows from it."

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

    /// Largest document that is read, in bytes.
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

    static func hexadecimal(_ bytes: [UInt8]) -> String { Hexadecimal.text(bytes) }
}
