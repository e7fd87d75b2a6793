internal import Foundation
public import SealedMatchCrypto
internal import SealedMatchFiles
public import SealedMatchOpenings
internal import SealedMatchProtocol

/// A directory of case files. A file in it is written once, and never changed or replaced: what a reviewer added to it
/// stays. (Docs/Protocol.md, "Case file")
public struct CaseFolder: Sendable {
    /// The directory's path, as it was given.
    public let path: String

    /// Makes the directory, for its owner alone, if it is missing.
    /// - Throws: `fileFailed`; `notPrivate` if it is another user's, or others may write there.
    public init(path: String) throws(SealedMatchError) {
        try LockedDirectory.make(path)
        try FileAccess.written.check(path: path)
        self.path = path
    }

    /// What became of a reveal.
    public struct Addition: Equatable, Sendable {
        /// The part that was written; nil if earlier parts have every match.
        public let file: CaseFile?
        /// Its path, or that of the last part.
        public let path: String
        /// The path of the request for the name, beside it.
        public let request: String
    }

    /// Writes the matches that no part has yet as the next part, and before it, once for each case, the request with
    /// which the account's name is asked for.
    ///
    /// Of two processes that add the same part at once one is refused; its next run finds the other's.
    /// - Throws: `unknownSet` when a match's set was not given; `fileFailed`, `wrongLength`, `invalidMagic` when an
    ///   earlier part cannot be read, and when the part cannot be written. Then nothing was written.
    public func add(_ reveal: Reveal, by comparison: CaseComparison) throws(SealedMatchError) -> Addition {
        let stem = "\(CaseFile.hexadecimal(reveal.pseudonym.encoded.bytes))-\(reveal.epoch)"
        let request = try addRequest(reveal, stem)
        let parts = try parts(stem)
        var earlier: Set<CaseMatchName> = []
        for part in parts { earlier.formUnion(try names(in: "\(path)/\(Self.name(stem, part))", reveal)) }
        let next = (parts.last ?? 0) + 1
        let file = try CaseFile(reveal, by: comparison, part: next, without: earlier)
        if let last = parts.last, file.matches.isEmpty {
            return Addition(file: nil, path: "\(path)/\(Self.name(stem, last))", request: request)
        }
        let place = "\(path)/\(Self.name(stem, next))"
        try DurableFile.create(file.encoded(), at: place, isSecret: true)
        return Addition(file: file, path: place, request: request)
    }

    /// The request for the name, apart from the case, for its owner alone. It is the same at every reveal.
    private func addRequest(_ reveal: Reveal, _ stem: String) throws(SealedMatchError) -> String {
        let place = "\(path)/\(stem).request"
        let request = reveal.request
        if let there = try DurableFile.readIfPresent(
            place, limit: ResolutionRequest.encodedCount, access: .secret)
        {
            guard there == request.encoded else {
                throw SealedMatchError(
                    .invalidMagic, "the case's request for a name is another one: nothing was written")
            }
            return place
        }
        try DurableFile.create(request.encoded, at: place, isSecret: true)
        return place
    }

    private static func name(_ stem: String, _ part: Int) -> String {
        part == 1 ? "\(stem).json" : "\(stem)-\(part).json"
    }

    /// Numbers of the parts that are there, ascending.
    private func parts(_ stem: String) throws(SealedMatchError) -> [Int] {
        try LockedDirectory.names(in: path, limit: .max).compactMap { name in
            if name == Self.name(stem, 1) { return 1 }
            guard name.hasPrefix(stem + "-"), name.hasSuffix(".json"),
                let part = Int(name.dropFirst(stem.count + 1).dropLast(5)), part > 1, Self.name(stem, part) == name
            else { return nil }
            return part
        }.sorted()
    }

    /// What is looked at of an earlier part: a reviewer may have added anything else.
    private struct Part: Decodable {
        let format: String
        let formatVersion: Int
        let pseudonym: String
        let epoch: UInt32
        let matches: [CaseMatchName]
    }

    private func names(in file: String, _ reveal: Reveal) throws(SealedMatchError) -> [CaseMatchName] {
        let bytes = try DurableFile.read(file, limit: CaseFile.maximumCount)
        guard let part = try? JSONDecoder().decode(Part.self, from: Data(bytes)), part.format == CaseFile.format,
            part.formatVersion == CaseFile.formatVersion,
            part.pseudonym == CaseFile.hexadecimal(reveal.pseudonym.encoded.bytes), part.epoch == reveal.epoch
        else {
            throw SealedMatchError(.invalidMagic, "an earlier part of this case cannot be read: nothing was written")
        }
        return part.matches
    }
}
