internal import Foundation
public import SealedMatchCrypto
internal import SealedMatchLists

/// What a source is told about entries of its list: which of them people confirmed, and which are wrong. A file for the
/// source; it names no account, no case and no person. (Docs/Protocol.md, 4.20)
public struct CaseFeedback: Equatable, Sendable, Codable {
    /// An entry.
    public struct Entry: Equatable, Sendable, Codable {
        /// The entry's key y, in hexadecimal digits, its kind first.
        public let key: String
        /// The list's file and line. Escape it where it is shown.
        public let label: String
        /// `confirmed` or `wrong`.
        public let verdict: String
        /// A1, A2, B1, B2, or none, by the last who said it.
        public let category: String
        /// `baseline`, `nationallyIllegal` or `notIllegal`.
        public let standing: String
    }

    /// `SealedMatch feedback`
    public let format: String
    /// 1
    public let formatVersion: Int
    /// The source's key, 64 hexadecimal digits.
    public let source: String
    /// By key.
    public let entries: [Entry]

    /// What people said of the entries of a source that a case's matches met. Matches that nobody judged say nothing,
    /// and neither do those on which people differ.
    public init(_ found: ReviewedCase, for source: Bytes32) {
        format = "SealedMatch feedback"
        formatVersion = 1
        self.source = Hexadecimal.text(source.bytes)
        var entries: [String: Entry] = [:]
        var differ: Set<String> = []
        for match in found.matches where match.match.sources.contains(self.source) {
            guard let key = match.match.key, let last = match.judgements.last, last.standing != .unsaid else {
                continue
            }
            let illegal = Set(match.judgements.filter { $0.standing != .unsaid }.map(\.standing.isIllegal))
            let entry = Entry(
                key: key, label: match.match.label ?? "", verdict: last.standing.isIllegal ? "confirmed" : "wrong",
                category: last.category.rawValue, standing: last.standing.rawValue)
            if illegal.count > 1 || entries[key].map({ $0.verdict != entry.verdict }) ?? false { differ.insert(key) }
            entries[key] = entry
        }
        self.entries = entries.values.filter { !differ.contains($0.key) }.sorted { $0.key < $1.key }
    }

    /// The document: UTF-8, sorted keys.
    /// - Throws: `primitiveFailed`.
    public func encoded() throws(SealedMatchError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            throw SealedMatchError(.primitiveFailed, "the feedback could not be encoded")
        }
    }
}
