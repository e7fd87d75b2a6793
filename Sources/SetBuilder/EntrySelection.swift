public import Fingerprint
public import MatchProtocol
public import Primitives
public import Workers

/// Which keys enter a set: those that at least q sources list, no two of them nearer than the separation allows.
public struct EntrySelection: Sendable {
    /// Distinct, ascending.
    public let keys: [EntryKey]
    /// For each key, bit s is set if source s lists it.
    public let supporters: [UInt16]
    public let report: Report

    /// What was left out, and why; for the operator to read before signing anything.
    public struct Report: Sendable {
        /// Hashes of each list.
        public var listed: [Int] = []
        /// Hashes of each list whose key the same list holds already: near-duplicates, mostly.
        public var duplicates: [Int] = []
        /// Keys that fewer than q sources list.
        public var underSupported = 0
        /// Keys dropped because an entry is nearer than the separation.
        public var folded: [Fold] = []
    }

    /// A key that gave way to an entry near it.
    public struct Fold: Equatable, Sendable {
        public let key: EntryKey
        public let into: EntryKey
        /// Bits in which the two differ.
        public let distance: Int
    }

    /// - Parameters:
    ///   - lists: one for each source, in the order of the set's sources; at most 16.
    ///   - minimumSources: q.
    /// - Throws: `parameterOutOfRange`, `interrupted`.
    public init(
        lists: [[ListedHash]], profile: FingerprintProfile, minimumSources: Int, separation: Int, workers: Workers
    ) throws(SealedMatchError) {
        guard (1...Parameters.maximumSources).contains(lists.count), (1...lists.count).contains(minimumSources) else {
            throw SealedMatchError(.parameterOutOfRange, "a set has 1 to 16 sources, and q is at most their number")
        }
        var report = Report()
        var claims: [(key: EntryKey, source: Int)] = []
        for (source, list) in lists.enumerated() {
            var keys = list.map { $0.key(profile) }
            keys.sort()
            var distinct = 0
            for (index, key) in keys.enumerated() where index == 0 || keys[index - 1] != key {
                claims.append((key, source))
                distinct += 1
            }
            report.listed.append(list.count)
            report.duplicates.append(list.count - distinct)
            try workers.checkInterruption()
        }
        claims.sort { ($0.key, $0.source) < ($1.key, $1.source) }
        var keys: [EntryKey] = []
        var supporters: [UInt16] = []
        var index = 0
        while index < claims.count {
            var mask: UInt16 = 0
            let key = claims[index].key
            while index < claims.count && claims[index].key == key {
                mask |= 1 << UInt16(claims[index].source)
                index += 1
            }
            if mask.nonzeroBitCount >= minimumSources {
                keys.append(key)
                supporters.append(mask)
            } else {
                report.underSupported += 1
            }
        }
        // Perceptual keys come first in the order.
        let shortKeys = keys.prefix { $0.kind == .perceptual }.compactMap(\.shortKey)
        let folds = try KeySeparation(bits: profile.positions.count, separation: separation, workers: workers).folds(shortKeys)
        report.folded = folds.map { fold in
            Fold(
                key: keys[fold.key], into: keys[fold.into],
                distance: (shortKeys[fold.key] ^ shortKeys[fold.into]).nonzeroBitCount)
        }
        var isFolded = [Bool](repeating: false, count: keys.count)
        for fold in folds { isFolded[fold.key] = true }
        self.keys = keys.indices.filter { !isFolded[$0] }.map { keys[$0] }
        self.supporters = keys.indices.filter { !isFolded[$0] }.map { supporters[$0] }
        self.report = report
    }
}
