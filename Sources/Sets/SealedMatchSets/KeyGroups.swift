internal import SealedMatchCrypto
internal import SealedMatchWorkers

/// Short keys in the groups that they are in under a mask (Docs/Protocol.md, "Entries apart", step 2). Groups have two
/// keys or more here, in ascending order of their places.
struct KeyGroups: Sendable {
    /// 36 bits that tell the group, then the key's place, ascending.
    private let words: SharedBuffer<UInt64>

    private static let placeBits: UInt64 = 28

    /// - Parameters:
    ///   - keys: fewer than 2^28.
    ///   - places: of the keys that are to be grouped, ascending; nil for all.
    init(_ keys: [UInt64], _ places: [UInt32]? = nil, mask: UInt64, workers: Workers) throws(SealedMatchError) {
        let count = places?.count ?? keys.count
        let words = SharedBuffer<UInt64>(repeating: 0, count: count)
        try workers.forEachChunk("group", count: count, chunk: 1 << 16) { (range) throws(SealedMatchError) in
            for index in range {
                let place = places.map { Int($0[index]) } ?? index
                words[index] = Self.group(of: keys[place], mask) << Self.placeBits | UInt64(place)
            }
        }
        try WordSort.sort(words, from: Int(Self.placeBits), workers: workers)
        self.words = words
    }

    /// What tells a key's group: keys that agree under the mask, and few others, have the same.
    static func group(of key: UInt64, _ mask: UInt64) -> UInt64 {
        ((key & mask) &* 0x9E37_79B9_7F4A_7C15) >> placeBits
    }

    /// How many keys are grouped.
    var count: Int { words.count }

    /// The place of a key.
    func place(_ index: Int) -> Int { Int(words[index] & (1 << Self.placeBits - 1)) }

    /// Calls `body` with each group whose first key is in `range`.
    func forEach(
        in range: Range<Int>, _ body: (_ group: Range<Int>) throws(SealedMatchError) -> Void
    ) throws(SealedMatchError) {
        var start = range.lowerBound
        // A group that began before is another range's.
        if start > 0 { while start < range.upperBound && isSame(start, start - 1) { start += 1 } }
        while start < range.upperBound {
            var end = start + 1
            while end < count && isSame(end, start) { end += 1 }
            if end - start > 1 { try body(start..<end) }
            start = end
        }
    }

    private func isSame(_ a: Int, _ b: Int) -> Bool { words[a] >> Self.placeBits == words[b] >> Self.placeBits }
}
