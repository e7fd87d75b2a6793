package import SealedMatchCrypto

/// Docs/Protocol.md, "Videos apart": of several listed copies of one video one key stays, so that a match opens one
/// slot.
extension KeySeparation {
    /// Which keys of videos give way to which.
    /// - Parameters:
    ///   - keys: distinct, in the order of entries.
    ///   - companions: by the place of a key in `keys`, the short keys of its companions; keys of pictures have none.
    package func videoFolds(_ keys: [UInt64], companions: [Int: [UInt64]]) throws(SealedMatchError) -> [(
        key: Int, into: Int
    )] {
        guard separation > 0, !companions.isEmpty else { return [] }
        let related = try relatives(keys, companions)
        // Videos apart, step 3: the keys that have companions, ascending
        var folds: [(key: Int, into: Int)] = []
        var gone: Set<Int> = []
        for key in companions.keys.sorted() {
            guard let into = related[key]?.first(where: { !gone.contains($0) && ($0 < key || companions[$0] == nil) })
            else { continue }
            gone.insert(key)
            folds.append((key, into))
        }
        return folds
    }

    /// Keys with which a companion is compared in a group, and that count as of one video with a key: a list that names
    /// thousands of near keys costs no more than others.
    private static var limit: Int { 16 }

    /// Videos apart, step 2: for each key of a video the lowest keys that are of the same video, ascending.
    private func relatives(_ keys: [UInt64], _ companions: [Int: [UInt64]]) throws(SealedMatchError) -> [Int: [Int]] {
        // Keys first, companions behind them, each with the key it belongs to.
        var words = keys
        var owners: [Int] = []
        for key in companions.keys.sorted() {
            for companion in companions[key] ?? [] {
                words.append(companion)
                owners.append(key)
            }
        }
        // Groups hold indices of 28 bits.
        guard words.count < 1 << 28 else { throw SealedMatchError(.tooManyEntries, "too many companions for one set") }
        var related: [Int: [Int]] = [:]
        func relate(_ key: Int, _ other: Int) {
            let place = related[key]?.firstIndex { $0 >= other } ?? related[key]?.count ?? 0
            guard place < Self.limit, related[key]?.dropFirst(place).first != other else { return }
            related[key, default: []].insert(other, at: place)
            if related[key, default: []].count > Self.limit { related[key]?.removeLast() }
        }
        for mask in masks {
            let groups = try KeyGroups(words, mask: mask, workers: workers)
            try groups.forEach(in: 0..<groups.count) { (group) throws(SealedMatchError) in
                // Ascending: keys, then companions.
                let bucket = group.map { groups.place($0) }
                let split = bucket.firstIndex { $0 >= keys.count } ?? bucket.endIndex
                for place in bucket[split...] {
                    try workers.checkInterruption()
                    let owner = owners[place - keys.count]
                    for key in bucket[..<split].prefix(Self.limit) where key != owner && near(words[place], keys[key]) {
                        relate(owner, key)
                        if companions[key] != nil { relate(key, owner) }
                    }
                }
            }
        }
        return related
    }
}
