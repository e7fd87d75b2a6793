/// The stillest samples of a video, found as they come: `Docs/Protocol.md`, 5.11, "Videos", steps 1–3. Keeps three
/// samples and one that waits for its verdict.
package struct StillSamples<Content: Sendable>: Sendable {
    package struct Candidate: Sendable {
        package let score: Int
        package let index: Int
        package let hash: PDQHash
        package let quality: Int
        package let content: Content

        /// The order of rank.
        func precedes(_ other: Candidate) -> Bool { (score, index) < (other.score, other.index) }
    }

    /// Samples given so far.
    package private(set) var count = 0
    // The last three, and the distances of the last five.
    private var recent: [Candidate] = []
    private var distances: [Int] = []
    // The last one with a score, unless the one before it was stiller.
    private var waiting: Candidate?
    private var lastScore: Int?

    package init() {}

    /// The next sample.
    /// - Returns: a candidate: never the sample given, but the third before it or none.
    package mutating func add(_ hash: PDQHash, quality: Int, content: Content) -> Candidate? {
        if let last = recent.last {
            distances.append(last.hash.hammingDistance(to: hash))
            if distances.count > 4 { distances.removeFirst() }
        }
        recent.append(Candidate(score: 0, index: count, hash: hash, quality: quality, content: content))
        if recent.count > 3 { recent.removeFirst() }
        count += 1
        guard count >= 5 else { return nil }
        // Videos, step 2: two samples before it and two after it.
        let middle = recent[0]
        let score = distances[0] + distances[1] + distances[2] + distances[3]
        // Videos, step 3
        let found = waiting.flatMap { $0.score < score ? $0 : nil }
        let isNoLessStill = lastScore.map { score <= $0 } ?? true
        waiting =
            isNoLessStill
            ? Candidate(
                score: score, index: middle.index, hash: middle.hash, quality: middle.quality, content: middle.content)
            : nil
        lastScore = score
        return found
    }

    /// The candidate that the end of the video makes, if any.
    package mutating func end() -> Candidate? {
        if count < 5 {
            return recent.isEmpty ? nil : recent[count / 2 - (count - recent.count)]
        }
        return waiting
    }
}

/// The best of the candidates, no two of them alike: Videos, step 4.
package struct ChosenSamples<Content: Sendable>: Sendable {
    /// Chosen samples differ in more bits than this, of 256.
    private static var near: Int { 10 }

    private let limit: Int
    private let leastQuality: Int
    /// In order of rank.
    package private(set) var chosen: [StillSamples<Content>.Candidate] = []

    package init(limit: Int, leastQuality: Int) {
        self.limit = limit
        self.leastQuality = leastQuality
    }

    package mutating func offer(_ candidate: StillSamples<Content>.Candidate) {
        guard candidate.quality >= leastQuality else { return }
        var kept: [StillSamples<Content>.Candidate] = []
        kept.reserveCapacity(chosen.count + 1)
        for old in chosen {
            if old.hash.hammingDistance(to: candidate.hash) > Self.near {
                kept.append(old)
            } else if old.precedes(candidate) {
                return
            }
        }
        let place = kept.firstIndex { candidate.precedes($0) } ?? kept.count
        kept.insert(candidate, at: place)
        if kept.count > limit { kept.removeLast() }
        chosen = kept
    }
}
