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
        var (supported, exact) = try Self.supported(
            lists, profile: profile, minimumSources: minimumSources, workers: workers, &report)
        // Before folding, whose groups hold places of 28 bits.
        guard supported.keys.count + exact.keys.count <= SetHeader.maximumEntries else {
            throw SealedMatchError(.tooManyEntries, "too many entries for one set")
        }
        for index in supported.keys.indices { supported.keys[index] = supported.keys[index].byteSwapped }
        let separating = KeySeparation(bits: profile.positions.count, separation: separation, workers: workers)
        let shared = SharedCompanions(lists, profile: profile, minimumSources: minimumSources)
        // Entry selection, step 4: videos apart, then entries apart
        for videos in [true, false] {
            let keys = supported.keys
            let folds =
                videos
                ? try separating.videoFolds(keys, companions: shared.places(in: keys))
                : try separating.folds(keys, counts: supported.counts)
            report.folded += folds.map { fold in
                Fold(
                    key: EntryKey(perceptual: keys[fold.key]), into: EntryKey(perceptual: keys[fold.into]),
                    distance: (keys[fold.key] ^ keys[fold.into]).nonzeroBitCount)
            }
            supported.remove(folds)
        }
        // Perceptual keys come first in the order.
        var keys = supported.keys.map { EntryKey(perceptual: $0) }
        keys += exact.keys
        self.keys = keys
        supporters = supported.supporters + exact.supporters
        self.report = report
    }

    /// Entry selection, steps 2 and 3: short keys, as words whose order is that of entries (their bytes, the first
    /// first), and other keys.
    private static func supported(
        _ lists: [[ListedHash]], profile: FingerprintProfile, minimumSources: Int, workers: Workers,
        _ report: inout Report
    ) throws(SealedMatchError) -> (SupportedKeys<UInt64>, SupportedKeys<EntryKey>) {
        // Lists are joined one after another, so that memory holds the joined keys twice and one list's once, however
        // many lists there are.
        var perceptual = Claims<UInt64>(minimumSources: minimumSources)
        var exact = Claims<EntryKey>(minimumSources: minimumSources)
        for (source, list) in lists.enumerated() {
            let words = try orderedWords(list, profile: profile, workers: workers)
            let others = list.filter { $0.perceptualHash == nil }.map { $0.key(profile) }.sorted()
            perceptual = perceptual.joined(count: words.count, { words[$0] }, of: source)
            exact = exact.joined(count: others.count, { others[$0] }, of: source)
            report.listed.append(list.count)
            report.duplicates.append(list.count - perceptual.lastCount - exact.lastCount)
            try workers.checkInterruption()
        }
        let (supported, others) = perceptual.supported()
        let (supportedExact, othersExact) = exact.supported()
        report.underSupported = others + othersExact
        return (supported, supportedExact)
    }

    /// The short keys of a list's pictures and videos, repeats included, as words in ascending order of their bytes.
    private static func orderedWords(
        _ list: [ListedHash], profile: FingerprintProfile, workers: Workers
    ) throws(SealedMatchError) -> SharedBuffer<UInt64> {
        var places: [UInt32] = []
        places.reserveCapacity(list.count)
        for place in list.indices where list[place].perceptualHash != nil { places.append(UInt32(place)) }
        let words = SharedBuffer<UInt64>(repeating: 0, count: places.count)
        try workers.forEachChunk("keys", count: places.count, chunk: 4096) {
            [places] (range) throws(SealedMatchError) in
            for index in range {
                guard let hash = list[Int(places[index])].perceptualHash else { continue }
                words[index] = profile.shortKey(of: hash).byteSwapped
            }
        }
        try WordSort.sort(words, workers: workers)
        return words
    }
}

extension ListedHash {
    /// What the short key of a picture or a video is made from.
    fileprivate var perceptualHash: PDQHash? {
        switch self {
        case .pdq(let hash), .video(let hash, _): hash
        case .sha256, .md5: nil
        }
    }
}
