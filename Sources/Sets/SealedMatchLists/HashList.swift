public import SealedMatchCrypto
internal import SealedMatchFiles
public import SealedMatchFingerprint

/// A source's list of hashes, as trust-and-safety teams hold them: one hash a line.
///
/// Docs/Protocol.md, "Entry selection", step 1. A bare 64-digit PDQ hash; `pdq HEX`, `sha256 HEX`, `md5 HEX` (also with
/// `,` or `:` between); `HEX,quality[,…]` as PDQ tools print; `video HEX HEX…`, the key first, as `sealedmatch
/// fingerprint` prints. Empty lines and lines that begin with `#` are skipped. A bare 64-digit line is PDQ, never
/// SHA-256: say `sha256` for those.
public struct HashList: Sendable {
    /// The hashes, in the order of their lines, repeats included.
    public private(set) var hashes: [ListedHash] = []
    /// The line of each hash, from 1.
    public private(set) var lines: [Int] = []
    /// Lines left out because their quality is below the profile's: they would match innocent pictures.
    public private(set) var poorLines: [Int] = []
    /// Lines that are no hash; empty unless the caller chose to skip them.
    public private(set) var badLines: [Int] = []
    /// What is allowed, and is more likely a mistake: for the person who gave the list.
    public let warnings: [ListWarning]

    /// Longest accepted line, in bytes, without its end.
    public static let maximumLine = 4096
    /// Largest accepted file, in bytes: 10^8 hashes.
    public static let maximumFile = 1 << 33

    /// A line that is no hash.
    public struct BadLine: Error, Equatable, Sendable {
        /// From 1.
        public let line: Int
        /// What is wrong with it, for a person.
        public let reason: StaticString

        /// A line and what is wrong with it.
        public init(line: Int, reason: StaticString) {
            self.line = line
            self.reason = reason
        }

        /// Of the same line: the reason is a text for people.
        public static func == (a: BadLine, b: BadLine) -> Bool { a.line == b.line }
    }

    /// Why a list could not be read.
    public enum Failure: Error, Equatable, Sendable {
        case badLine(BadLine)
        /// The file is no UTF-8 text; the reason says what it is.
        case notText(StaticString)
        case file(SealedMatchError)

        /// Equal if and only if they are the same failure at the same line.
        public static func == (a: Failure, b: Failure) -> Bool {
            switch (a, b) {
            case (.badLine(let a), .badLine(let b)): a == b
            case (.notText, .notText): true
            case (.file(let a), .file(let b)): a == b
            default: false
            }
        }
    }

    /// Reads a list file. It is mapped, not loaded: memory grows with the hashes only.
    /// - Parameters:
    ///   - profile: its minimum quality decides which PDQ lines are left out.
    ///   - skippingBadLines: whether lines that are no hash are left out and counted, instead of ending the work.
    /// - Throws: `Failure`.
    public static func read(
        path: String, profile: FingerprintProfile, skippingBadLines: Bool = false
    ) throws(Failure) -> HashList {
        let file: MappedFile
        do throws(SealedMatchError) {
            file = try MappedFile(path: path, limit: maximumFile)
        } catch {
            throw .file(error)
        }
        return try unsafe HashList(file.bytes, profile: profile, skippingBadLines: skippingBadLines)
    }

    /// Parses the text of a list.
    /// - Throws: `Failure.notText`; `Failure.badLine`, unless bad lines are skipped: then their numbers are in
    ///   `badLines`.
    public init(_ text: UnsafeRawBufferPointer, profile: FingerprintProfile, skippingBadLines: Bool = false)
        throws(Failure)
    {
        if let what = unsafe TextForm.notText(text) { throw .notText(what) }
        var collected = ListWarning.Collector(minimumQuality: profile.minimumQuality)
        var line = 0
        // "A byte order mark at the start of the text (EF BB BF) is skipped."
        var start = unsafe TextForm.byteOrderMark(text)
        while start < text.count {
            line += 1
            // "Lines end with a line feed, a carriage return, or a carriage return and a line feed, which are one end"
            var end = start
            while unsafe end < text.count && text[end] != 0x0A && text[end] != 0x0D { end += 1 }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: text[start..<end])
            let isPair = unsafe end + 1 < text.count && text[end] == 0x0D && text[end + 1] == 0x0A
            start = end + (isPair ? 2 : 1)
            do throws(ListLine.Bad) {
                let parsed = try unsafe ListLine(bytes, minimumQuality: profile.minimumQuality)
                unsafe collected.note(parsed, bytes, line: line)
                switch parsed {
                case .hash(let hash, _):
                    hashes.append(hash)
                    lines.append(line)
                case .poor: poorLines.append(line)
                case .blank: break
                }
            } catch {
                guard skippingBadLines else { throw .badLine(BadLine(line: line, reason: error.reason)) }
                badLines.append(line)
            }
        }
        warnings = collected.warnings
    }
}
