public import SealedMatchFingerprint
public import SealedMatchProtocol
public import SealedMatchCrypto
public import SealedMatchWorkers

/// Which keys enter a set: those that at least q sources list, no two of them nearer than the separation allows.
public struct EntrySelection: Sendable {
    /// Distinct, ascending.
    public let keys: [EntryKey]
    /// For each key, bit s is set if source s lists it.
    public let supporters: [UInt16]
    /// What was counted on the way.
    public let report: Report

    /// What was left out, and why; for the operator to read before signing anything.
    public struct Report: Sendable {
        /// Hashes of each list.
        public var listed: [Int] = []
        /// Hashes of each list whose key the same list holds already: near-duplicates, mostly.
        public var duplicates: [Int] = []
        /// Keys that fewer than q sources list.
        public var underSupported = 0
        /// Keys dropped because one that is near them stays, or one of the same video; these come first, and theirs may
        /// itself be dropped after them.
        public var folded: [Fold] = []
    }

    /// A key that gave way to an entry near it, or to another of its video.
    public struct Fold: Equatable, Sendable {
        /// The key that was left out.
        public let key: EntryKey
        /// The key that takes its place.
        public let into: EntryKey
        /// Bits in which the two differ.
        public let distance: Int
    }

    /// - Parameters:
    ///   - lists: one for each source, in the order of the set's sources; at most 16.
    ///   - minimumSources: q.
    /// - Throws: `parameterOutOfRange`, `tooManyEntries`, `interrupted`.
    public init(
        lists: [[ListedHash]], profile: FingerprintProfile, minimumSources: Int, separation: Int, workers: Workers
    ) throws(SealedMatchError) {
        guard (1...Parameters.maximumSources).contains(lists.count), (1...lists.count).contains(minimumSources) else {
            throw SealedMatchError(.parameterOutOfRange, "a set has 1 to 16 sources, and q is at most their number")
        }
        // Counts have 32 bits.
        guard lists.allSatisfy({ $0.count <= Int(UInt32.max) }) else {
            throw SealedMatchError(.tooManyEntries, "a list is too long")
        }
        guard Parameters.separations.contains(separation) else {
            throw SealedMatchError(.parameterOutOfRange, "the separation is 0 to 16 bits")
        }
        var report = Report()
        // Lists are joined one after another, so that memory holds the joined keys twice and one list's once, however
        // many lists there are.
        var claims = Claims(minimumSources: minimumSources)
        for (source, list) in lists.enumerated() {
            var listed = list.map { $0.key(profile) }
            listed.sort()
            let counts = Self.removeRepeats(&listed)
            report.listed.append(list.count)
            report.duplicates.append(list.count - counts.count)
            claims = claims.joined(with: listed, counts, of: source)
            try workers.checkInterruption()
        }
        var keys: [EntryKey] = []
        var supporters: [UInt16] = []
        var counts = claims.supportedCounts()
        swap(&keys, &claims.keys)
        swap(&supporters, &claims.supporters)
        report.underSupported = Self.keep(&keys, &supporters, &counts) { supporters, index in
            supporters[index].nonzeroBitCount >= minimumSources
        }
        // Before folding, whose buckets hold indices of 28 bits.
        guard keys.count <= SetHeader.maximumEntries else {
            throw SealedMatchError(.tooManyEntries, "too many entries for one set")
        }
        let separating = KeySeparation(bits: profile.positions.count, separation: separation, workers: workers)
        let shared = SharedCompanions(lists, profile: profile, minimumSources: minimumSources)
        // Entry selection, step 4: videos apart, then entries apart. Perceptual keys come first in the order.
        for videos in [true, false] {
            let shortKeys = keys.prefix { $0.kind == .perceptual }.compactMap(\.shortKey)
            let folds =
                videos
                ? try separating.videoFolds(shortKeys, companions: shared.places(in: shortKeys))
                : try separating.folds(shortKeys, counts: counts)
            report.folded += folds.map { fold in
                Fold(
                    key: keys[fold.key], into: keys[fold.into],
                    distance: (shortKeys[fold.key] ^ shortKeys[fold.into]).nonzeroBitCount)
            }
            var isFolded = [Bool](repeating: false, count: keys.count)
            for fold in folds { isFolded[fold.key] = true }
            _ = Self.keep(&keys, &supporters, &counts) { _, index in !isFolded[index] }
        }
        self.keys = keys
        self.supporters = supporters
        self.report = report
    }

    /// Keys of some lists, distinct and ascending, who lists them, and how often.
    private struct Claims {
        let minimumSources: Int
        var keys: [EntryKey] = []
        var supporters: [UInt16] = []
        /// For each key, of the numbers of hashes that a list has of it, the q greatest, descending; 0 where fewer
        /// lists have it.
        private var counts: [UInt32] = []

        init(minimumSources: Int) { self.minimumSources = minimumSources }

        /// c(y) of each key: at least q lists have it so often. One list alone cannot raise it.
        func supportedCounts() -> [UInt32] {
            stride(from: minimumSources - 1, to: counts.count, by: minimumSources).map { counts[$0] }
        }

        /// With another list's keys, distinct and ascending.
        func joined(with listed: [EntryKey], _ listedCounts: [UInt32], of source: Int) -> Claims {
            let mask: UInt16 = 1 << UInt16(source)
            var out = Claims(minimumSources: minimumSources)
            out.keys.reserveCapacity(keys.count + listed.count)
            out.supporters.reserveCapacity(keys.count + listed.count)
            out.counts.reserveCapacity(minimumSources * (keys.count + listed.count))
            var i = 0
            var j = 0
            while i < keys.count || j < listed.count {
                if j == listed.count || (i < keys.count && keys[i] < listed[j]) {
                    out.keys.append(keys[i])
                    out.supporters.append(supporters[i])
                    out.counts.append(contentsOf: greatest(i))
                    i += 1
                } else {
                    let isShared = i < keys.count && keys[i] == listed[j]
                    out.keys.append(listed[j])
                    out.supporters.append(isShared ? supporters[i] | mask : mask)
                    out.append(listedCounts[j], to: isShared ? greatest(i) : [])
                    if isShared { i += 1 }
                    j += 1
                }
            }
            return out
        }

        private func greatest(_ index: Int) -> ArraySlice<UInt32> {
            counts[(minimumSources * index)..<(minimumSources * (index + 1))]
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

    /// Keeps the first of equal keys, in place.
    /// - Returns: how often each key that stays was there.
    private static func removeRepeats(_ keys: inout [EntryKey]) -> [UInt32] {
        var counts: [UInt32] = []
        for index in keys.indices {
            if !counts.isEmpty, keys[counts.count - 1] == keys[index] {
                counts[counts.count - 1] += 1
            } else {
                keys[counts.count] = keys[index]
                counts.append(1)
            }
        }
        keys.removeLast(keys.count - counts.count)
        return counts
    }

    /// Keeps some entries, in place; the predicate sees masks of the entries that it has not yet seen unchanged.
    /// - Returns: how many go.
    private static func keep(
        _ keys: inout [EntryKey], _ supporters: inout [UInt16], _ counts: inout [UInt32],
        where predicate: (_ supporters: [UInt16], _ index: Int) -> Bool
    ) -> Int {
        var count = 0
        for index in keys.indices where predicate(supporters, index) {
            keys[count] = keys[index]
            supporters[count] = supporters[index]
            counts[count] = counts[index]
            count += 1
        }
        let gone = keys.count - count
        keys.removeLast(gone)
        supporters.removeLast(gone)
        counts.removeLast(gone)
        return gone
    }
}
