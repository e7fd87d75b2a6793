internal import SealedMatchCrypto
internal import SealedMatchWorkers
internal import Synchronization

/// One thread's search for near pairs in groups of keys (`NearPairs`).
struct NearPairSearch {
    private let separation: Int
    private let bounds: SearchBounds
    private let workers: Workers
    /// How keys were split to come to the present group; never empty.
    private var levels: [Level]
    private var found: [(UInt64, UInt64)] = []
    /// Not yet added to the bounds.
    private var work = 0
    private var isDone: Bool

    /// Smaller groups are compared each with each.
    private static let few = 32
    /// Work that is added to the bounds at once.
    private static let settled = 1 << 14

    /// A split of keys whose bits are in an order, and the blocks on which the keys of the present group agree.
    private struct Level {
        let split: KeySplit
        let order: BitOrder
        /// The bits of each block, in a key.
        let blocks: [UInt64]
        var chosen: [Int] = []

        init(_ split: KeySplit, _ order: BitOrder) {
            self.split = split
            self.order = order
            blocks = (0..<split.blocks).map { order.spread((1 << UInt64(split.width) - 1) << UInt64($0 * split.width)) }
        }

        /// The last block that can be chosen next: as many as are still needed must be left.
        var last: Int { split.blocks - split.agreeing + chosen.count }

        /// Keys that agree on more blocks than are needed meet in several groups. They count in that of the first.
        func isFirst(_ difference: UInt64) -> Bool {
            var place = 0
            for (block, bits) in blocks.enumerated() where difference & bits == 0 {
                guard place < chosen.count else { break }
                guard chosen[place] == block else { return false }
                place += 1
            }
            return true
        }
    }

    private init(_ level: Level, separation: Int, bounds: SearchBounds, workers: Workers) {
        levels = [level]
        self.separation = separation
        self.bounds = bounds
        self.workers = workers
        isDone = bounds.isSpent
    }

    /// All near pairs, each once, unless the search comes to its bounds.
    /// - Parameter keys: distinct, zero from bit `bits` on.
    static func pairs(
        _ keys: [UInt64], bits: Int, separation: Int, bounds: SearchBounds, workers: Workers
    ) throws(SealedMatchError) -> [(UInt64, UInt64)] {
        let words = SharedBuffer<UInt64>(repeating: 0, count: keys.count)
        for place in keys.indices { words[place] = keys[place] }
        let given = BitOrder(places: Array(0..<bits), rest: 0)
        let split = KeySplit(count: keys.count, bits: bits, separation: separation)
        guard split.agreeing > 0 else {
            var search = NearPairSearch(Level(split, given), separation: separation, bounds: bounds, workers: workers)
            try unsafe search.compare(words.elements)
            search.settle()
            return search.found
        }
        let dealt = unsafe given.dealt(words.elements, split)
        try workers.forEachChunk("near pairs", count: keys.count, chunk: 1 << 16) { (range) throws(SealedMatchError) in
            for place in range { words[place] = BitOrder.gather(words[place], dealt) }
        }
        let level = Level(split, given.reordered(dealt))
        let room = SharedBuffer<UInt64>(repeating: 0, count: keys.count)
        let ends = SharedBuffer(repeating: 0, count: 1 << split.width)
        let found = Mutex<[(UInt64, UInt64)]>([])
        for block in 0...level.last {
            bounds.add(work: KeySplit.placing * keys.count, pairs: 0)
            if bounds.isSpent { break }
            let isSpread = unsafe WordSort.distribute(
                words.elements, from: block * split.width, bits: split.width, into: room.elements, ends.elements)
            try workers.forEachChunk("near pairs", count: ends.count, chunk: 1) { (range) throws(SealedMatchError) in
                var level = level
                level.chosen = [block]
                var search = NearPairSearch(level, separation: separation, bounds: bounds, workers: workers)
                for bucket in range {
                    let places = (bucket == 0 ? 0 : ends[bucket - 1])..<ends[bucket]
                    let group = isSpread ? room : words
                    try unsafe search.descend(
                        UnsafeMutableBufferPointer(rebasing: group.elements[places]), from: block + 1)
                }
                search.settle()
                found.withLock { $0 += search.found }
            }
        }
        return found.withLock { $0 }
    }

    /// Searches a group, of which the last level says on which blocks it agrees; further ones come from `first` on.
    @unsafe private mutating func descend(
        _ words: UnsafeMutableBufferPointer<UInt64>, from first: Int
    ) throws(SealedMatchError) {
        guard words.count > Self.few else { return try unsafe compare(words) }
        let top = levels.count - 1
        let (width, last) = (levels[top].split.width, levels[top].last)
        guard levels[top].chosen.count < levels[top].split.agreeing else { return try unsafe splitAgain(words) }
        let room = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: words.count)
        let ends = UnsafeMutableBufferPointer<Int>.allocate(capacity: 1 << width)
        defer {
            unsafe room.deallocate()
            unsafe ends.deallocate()
        }
        for block in first...last {
            try workers.checkInterruption()
            spend(KeySplit.placing * words.count)
            guard !isDone else { return }
            levels[top].chosen.append(block)
            if unsafe WordSort.distribute(words, from: block * width, bits: width, into: room, ends) {
                var start = 0
                for bucket in 0..<1 << width {
                    let end = unsafe ends[bucket]
                    if end - start > 1 {
                        try unsafe descend(UnsafeMutableBufferPointer(rebasing: room[start..<end]), from: block + 1)
                    }
                    start = end
                }
            } else {
                try unsafe descend(words, from: block + 1)
            }
            levels[top].chosen.removeLast()
        }
    }

    /// Searches a group that agrees on all blocks that are needed and is large all the same: by the bits that are left.
    @unsafe private mutating func splitAgain(_ words: UnsafeMutableBufferPointer<UInt64>) throws(SealedMatchError) {
        let level = levels[levels.count - 1]
        let width = level.split.width
        let fixed = level.chosen.reduce(0 as UInt64) { $0 | (1 << UInt64(width) - 1) << UInt64($1 * width) }
        let (rest, bits) = unsafe level.order.without(fixed, of: words[0])
        let split = KeySplit(count: words.count, bits: bits.count, separation: separation)
        guard split.agreeing > 0 else { return try unsafe compare(words) }
        let part = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: words.count)
        defer { unsafe part.deallocate() }
        for place in 0..<words.count { unsafe part[place] = unsafe BitOrder.gather(words[place], bits) }
        let dealt = unsafe rest.dealt(part, split)
        for place in 0..<words.count { unsafe part[place] = unsafe BitOrder.gather(part[place], dealt) }
        spend(2 * KeySplit.placing * words.count)
        levels.append(Level(split, rest.reordered(dealt)))
        try unsafe descend(part, from: 0)
        levels.removeLast()
    }

    /// Compares each with each.
    @unsafe private mutating func compare(_ words: UnsafeMutableBufferPointer<UInt64>) throws(SealedMatchError) {
        let separation = separation
        for place in 0..<words.count {
            if place % Self.few == 0 {
                try workers.checkInterruption()
                let rows = min(Self.few, words.count - place)
                spend(rows * (words.count - place) - rows * (rows + 1) / 2)
                guard !isDone else { return }
            }
            let word = unsafe words[place]
            // Without branches first: hardly any row has a near key.
            var near = 0
            for other in (place + 1)..<words.count {
                near &+= unsafe (word ^ words[other]).nonzeroBitCount <= separation ? 1 : 0
            }
            guard near > 0 else { continue }
            for other in (place + 1)..<words.count where unsafe (word ^ words[other]).nonzeroBitCount <= separation {
                unsafe note(word, words[other])
            }
        }
    }

    private mutating func note(_ word: UInt64, _ other: UInt64) {
        let order = levels[levels.count - 1].order
        let difference = order.spread(word ^ other)
        guard !isDone, levels.allSatisfy({ $0.isFirst(difference) }) else { return }
        found.append((order.key(word), order.key(other)))
        bounds.add(work: 0, pairs: 1)
        isDone = bounds.isSpent
    }

    private mutating func spend(_ steps: Int) {
        work += steps
        if work >= Self.settled { settle() }
    }

    private mutating func settle() {
        bounds.add(work: work, pairs: 0)
        work = 0
        isDone = bounds.isSpent
    }
}
