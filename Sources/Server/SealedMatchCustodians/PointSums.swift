internal import SealedMatchCrypto

/// Sums of lists of elements, place by place. Variable time in nothing but their number: products are the keys of
/// slots.
enum PointSums {
    /// Σ lists[k][i] for each i, two lists a pass, in batches.
    /// - Precondition: at least one list, all of one length.
    static func sum(_ lists: [[Point]]) throws(SealedMatchError) -> [Point] {
        var total = lists[0]
        let count = total.count
        // In triples: a sum so far and two more, or only one more.
        var rest = lists.dropFirst()
        while let first = rest.popFirst() {
            let second = rest.popFirst()
            let cells = total + first + (second ?? [])
            let triples: [GroupBatch.Triple] = (0..<count).map { index in
                (
                    UInt32(index), UInt32(count + index),
                    second == nil ? GroupBatch.nothing : UInt32(2 * count + index)
                )
            }
            var sums = [Point](repeating: .identity, count: count)
            var span = sums.mutableSpan
            try unsafe span.withUnsafeMutableBufferPointer { (sums) throws(SealedMatchError) in
                try unsafe triples.span.withUnsafeBufferPointer { (triples) throws(SealedMatchError) in
                    try unsafe cells.span.withUnsafeBytes { (cells) throws(SealedMatchError) in
                        try unsafe GroupBatch.sumsVarTime(triples, of: cells, into: sums)
                    }
                }
            }
            total = sums
        }
        return total
    }
}
