internal import SealedMatchCrypto
internal import SealedMatchWorkers

/// Sorts words by their digits, on all cores.
enum WordSort {
    private static let bits = 8
    private static let buckets = 1 << bits
    /// Fewer are sorted by comparison.
    private static let few = 64

    /// Sorts in place, ascending; takes as much memory again meanwhile.
    /// - Parameter lowest: words that agree from this bit on are given in ascending order.
    /// - Throws: `interrupted`.
    static func sort(
        _ words: SharedBuffer<UInt64>, from lowest: Int = 0, workers: Workers
    ) throws(SealedMatchError) {
        let room = SharedBuffer<UInt64>(repeating: 0, count: words.count)
        let ends = SharedBuffer(repeating: 0, count: buckets)
        let top = UInt64.bitWidth - bits
        let isSpread = unsafe distribute(words.elements, from: top, bits: bits, into: room.elements, ends.elements)
        if !isSpread { _ = unsafe room.elements.update(fromContentsOf: words.elements) }
        try workers.forEachChunk("sort", count: buckets, chunk: 1) { (range) throws(SealedMatchError) in
            for bucket in range {
                let places = (bucket == 0 ? 0 : ends[bucket - 1])..<ends[bucket]
                unsafe sort(
                    UnsafeMutableBufferPointer(rebasing: room.elements[places]),
                    into: UnsafeMutableBufferPointer(rebasing: words.elements[places]), from: lowest, to: top)
            }
        }
    }

    /// Sorts words that agree from bit `top` on, digit by digit, the last one first, to and fro between two places.
    @unsafe private static func sort(
        _ words: UnsafeMutableBufferPointer<UInt64>, into out: UnsafeMutableBufferPointer<UInt64>, from lowest: Int,
        to top: Int
    ) {
        guard words.count > few else {
            var sorted = unsafe out
            _ = unsafe sorted.update(fromContentsOf: words)
            return unsafe sorted.sort()
        }
        let ends = SharedBuffer(repeating: 0, count: buckets)
        var (source, target) = unsafe (words, out)
        for bit in stride(from: lowest, to: top, by: bits) {
            let width = min(bits, top - bit)
            if unsafe distribute(source, from: bit, bits: width, into: target, ends.elements) {
                unsafe swap(&source, &target)
            }
        }
        if unsafe source.baseAddress != out.baseAddress { _ = unsafe out.update(fromContentsOf: source) }
    }

    /// Puts words into buckets by `bits` bits from `bit` on, in their order. Bucket b ends at `ends[b]`.
    /// - Precondition: `out` has room for all words, `ends` for 2^bits.
    /// - Returns: false if all words are of one bucket; then `out` is as it was.
    @unsafe static func distribute(
        _ words: UnsafeMutableBufferPointer<UInt64>, from bit: Int, bits: Int,
        into out: UnsafeMutableBufferPointer<UInt64>, _ ends: UnsafeMutableBufferPointer<Int>
    ) -> Bool {
        let shift = UInt64(bit)
        let mask: UInt64 = 1 << UInt64(bits) - 1
        for bucket in 0...Int(mask) { unsafe ends[bucket] = 0 }
        for place in 0..<words.count { unsafe ends[Int(words[place] &>> shift & mask)] &+= 1 }
        var isSpread = true
        var start = 0
        for bucket in 0...Int(mask) {
            let count = unsafe ends[bucket]
            if count == words.count { isSpread = false }
            // Where the bucket begins, until its words are put there.
            unsafe ends[bucket] = isSpread ? start : start + count
            start += count
        }
        guard isSpread else { return false }
        for place in 0..<words.count {
            let word = unsafe words[place]
            let bucket = Int(word &>> shift & mask)
            let end = unsafe ends[bucket]
            unsafe out[end] = word
            unsafe ends[bucket] = end &+ 1
        }
        return true
    }
}
