package import Primitives

/// Docs/Protocol.md, "Videos apart": of several listed copies of one video one key stays, so that a match opens one slot.
extension KeySeparation {
    /// Which keys of videos give way to which.
    /// - Parameters:
    ///   - keys: distinct, in the order of entries.
    ///   - companions: by the place of a key in `keys`, the short keys of its companions; keys of pictures have none.
    package func videoFolds(_ keys: [UInt64], companions: [Int: [UInt64]]) throws(SealedMatchError) -> [(key: Int, into: Int)] {
        guard separation > 0, !companions.isEmpty else { return [] }
        // Of one video: a key near a companion of the other.
        let related = try relatives(keys, companions)
        var folds: [(key: Int, into: Int)] = []
        var gone: Set<Int> = []
        for key in companions.keys.sorted() {
            guard let into = related[key]?.sorted().first(where: { !gone.contains($0) && ($0 < key || companions[$0] == nil) }) else { continue }
            gone.insert(key)
            folds.append((key, into))
        }
        return folds
    }

    /// For each key of a video the keys that are of the same video.
    private func relatives(_ keys: [UInt64], _ companions: [Int: [UInt64]]) throws(SealedMatchError) -> [Int: Set<Int>] {
        // Keys first, companions behind them, each with the key it belongs to.
        var words = keys
        var owners: [Int] = []
        for key in companions.keys.sorted() {
            for companion in companions[key] ?? [] {
                words.append(companion)
                owners.append(key)
            }
        }
        var related: [Int: Set<Int>] = [:]
        for mask in masks {
            try workers.checkInterruption()
            try forEachBucket(words, Array(words.indices), mask) { (bucket) throws(SealedMatchError) in
                // Ascending: keys, then companions.
                let split = bucket.firstIndex { $0 >= keys.count } ?? bucket.endIndex
                for place in bucket[split...] {
                    try workers.checkInterruption()
                    let owner = owners[place - keys.count]
                    for key in bucket[..<split] where key != owner && near(words[place], keys[key]) {
                        related[owner, default: []].insert(key)
                        if companions[key] != nil { related[key, default: []].insert(owner) }
                    }
                }
            }
        }
        return related
    }
}
