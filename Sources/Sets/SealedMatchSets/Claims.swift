/// Keys of some lists, distinct and ascending, who lists them, and how often.
struct Claims<Key: Comparable> {
    private let minimumSources: Int
    private var keys: [Key] = []
    /// For each key, bit s is set if source s lists it.
    private var supporters: [UInt16] = []
    /// For each key, of the numbers of hashes that a list has of it, the q greatest, descending; 0 where fewer lists
    /// have it.
    private var counts: [UInt32] = []
    /// Distinct keys of the list that was joined last.
    private(set) var lastCount = 0

    /// Of no list.
    init(minimumSources: Int) { self.minimumSources = minimumSources }

    /// With another list's keys.
    /// - Parameters:
    ///   - count: of its hashes, repeats included; below 2^32.
    ///   - listed: the keys of these, ascending.
    func joined(count: Int, _ listed: (Int) -> Key, of source: Int) -> Claims {
        let mask: UInt16 = 1 << UInt16(source)
        var out = Claims(minimumSources: minimumSources)
        out.keys.reserveCapacity(keys.count + count)
        out.supporters.reserveCapacity(keys.count + count)
        out.counts.reserveCapacity(minimumSources * (keys.count + count))
        var (i, j) = (0, 0)
        while j < count {
            let key = listed(j)
            let start = j
            while j < count && listed(j) == key { j += 1 }
            out.lastCount += 1
            while i < keys.count && keys[i] < key {
                out.append(self, i)
                i += 1
            }
            let isShared = i < keys.count && keys[i] == key
            out.keys.append(key)
            out.supporters.append(isShared ? supporters[i] | mask : mask)
            out.append(UInt32(j - start), to: isShared ? greatest(i) : [])
            if isShared { i += 1 }
        }
        while i < keys.count {
            out.append(self, i)
            i += 1
        }
        return out
    }

    /// The keys that at least q lists hold, with c(y) of each: at least q lists have it so often. One list alone cannot
    /// raise it.
    /// - Returns: them, and how many the others are.
    consuming func supported() -> (keys: SupportedKeys<Key>, others: Int) {
        var out = SupportedKeys<Key>()
        // What is not used is not touched, and takes no memory.
        out.keys.reserveCapacity(keys.count)
        out.supporters.reserveCapacity(keys.count)
        out.counts.reserveCapacity(keys.count)
        for index in keys.indices where supporters[index].nonzeroBitCount >= minimumSources {
            out.keys.append(keys[index])
            out.supporters.append(supporters[index])
            out.counts.append(counts[minimumSources * (index + 1) - 1])
        }
        return (out, keys.count - out.keys.count)
    }

    private func greatest(_ index: Int) -> ArraySlice<UInt32> {
        counts[(minimumSources * index)..<(minimumSources * (index + 1))]
    }

    private mutating func append(_ other: Claims, _ index: Int) {
        keys.append(other.keys[index])
        supporters.append(other.supporters[index])
        counts.append(contentsOf: other.greatest(index))
    }

    /// The greatest q of a list's count and those before it, as the next key's.
    private mutating func append(_ count: UInt32, to greatest: ArraySlice<UInt32>) {
        var rest = count
        for value in greatest {
            counts.append(max(value, rest))
            rest = min(value, rest)
        }
        // A new key has this one count.
        if greatest.isEmpty {
            counts.append(count)
            for _ in 1..<minimumSources { counts.append(0) }
        }
    }
}

/// Keys that enough sources list, distinct and ascending.
struct SupportedKeys<Key> {
    var keys: [Key] = []
    /// For each key, bit s is set if source s lists it.
    var supporters: [UInt16] = []
    /// c(y) of each key y.
    var counts: [UInt32] = []

    /// Takes out the keys that gave way.
    mutating func remove(_ folds: [KeySeparation.Fold]) {
        guard !folds.isEmpty else { return }
        var isFolded = [Bool](repeating: false, count: keys.count)
        for fold in folds { isFolded[fold.key] = true }
        var count = 0
        for index in keys.indices where !isFolded[index] {
            keys[count] = keys[index]
            supporters[count] = supporters[index]
            counts[count] = counts[index]
            count += 1
        }
        keys.removeLast(folds.count)
        supporters.removeLast(folds.count)
        counts.removeLast(folds.count)
    }
}
