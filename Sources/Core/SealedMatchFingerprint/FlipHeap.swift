/// A set of flipped bits, by the rank of their margins.
struct Flips {
    /// The sum of all margins but the last one's, kept so that no sum is ever taken back by subtraction.
    var sumBeforeLast: Float
    var sum: Float
    /// Σ 2^rank.
    var ranks: UInt64
    /// The highest rank.
    var last: Int

    func isBefore(_ other: Flips) -> Bool {
        (sum, ranks) < (other.sum, other.ranks)
    }
}

/// A binary heap of flips with the first in order at the root.
struct FlipHeap {
    private var items: [Flips] = []

    mutating func insert(_ flips: Flips) {
        items.append(flips)
        var index = items.count - 1
        while index > 0 {
            let parent = (index - 1) / 2
            guard items[index].isBefore(items[parent]) else { return }
            items.swapAt(index, parent)
            index = parent
        }
    }

    mutating func removeFirst() -> Flips? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        if items.isEmpty { return first }
        items[0] = last
        var index = 0
        while true {
            var least = index
            for child in (2 * index + 1)...(2 * index + 2)
            where child < items.count && items[child].isBefore(items[least]) {
                least = child
            }
            if least == index { return first }
            items.swapAt(index, least)
            index = least
        }
    }
}
