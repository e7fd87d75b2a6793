/// What a list says of a known video: the hash of one sample, its *key*, and of up to 7 others, its *companions*. For
/// sources. Source: `Docs/Protocol.md`, 5.11, "Line of a video".
///
/// Keeps some 60 bytes for each candidate, at most 0.8 MB an hour.
package struct VideoLine: Sendable {
    private typealias Candidate = StillSamples<Void>.Candidate
    private var still = StillSamples<Void>()
    private var candidates: [Candidate] = []

    /// Poorer samples enter no list.
    private static let leastQuality = 50
    private static let maximumHashes = 8

    /// A sample that a list names.
    package struct Entry: Equatable, Sendable {
        package let index: Int
        package let hash: PDQHash
        package let quality: Int
    }

    package init() {}

    package mutating func append(_ hash: PDQHash, quality: Int) {
        if let candidate = still.add(hash, quality: quality, content: ()) { candidates.append(candidate) }
    }

    /// The key first; none if no sample will do.
    package consuming func finish() -> [Entry] {
        if let candidate = still.end() { candidates.append(candidate) }
        let last = still.count - 1
        let middle = candidates.filter { last <= 5 * $0.index && 5 * $0.index <= 4 * last }
        guard let key = Self.choose(middle, limit: 1).first ?? Self.choose(candidates, limit: 1).first else {
            return []
        }
        let companions = Self.choose(candidates, limit: Self.maximumHashes).filter { $0.index != key.index }
        return ([key] + companions.prefix(Self.maximumHashes - 1)).map {
            Entry(index: $0.index, hash: $0.hash, quality: $0.quality)
        }
    }

    private static func choose(_ candidates: [Candidate], limit: Int) -> [Candidate] {
        var chosen = ChosenSamples<Void>(limit: limit, leastQuality: leastQuality)
        for candidate in candidates { chosen.offer(candidate) }
        return chosen.chosen
    }
}
