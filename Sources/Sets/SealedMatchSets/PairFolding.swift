internal import SealedMatchCrypto
internal import SealedMatchWorkers

/// "Entries apart", steps 3 to 6, on the list of all near pairs: keys that are near none stay, and are not looked at.
struct PairFolding {
    private let keys: [UInt64]
    /// The less central key second; in the order of the second keys, the most central first.
    private let pairs: [KeyPair]
    private let masks: [UInt64]
    private let workers: Workers

    private enum State: UInt8 { case candidate, dropped, kept }

    /// - Parameter pairs: all near pairs of the keys, each once.
    init(_ keys: [UInt64], weights: [UInt64], pairs: consuming [KeyPair], masks: [UInt64], workers: Workers) {
        self.keys = keys
        self.masks = masks
        self.workers = workers
        // Step 3: by descending weight, equal ones ascending
        func isBefore(_ a: UInt32, _ b: UInt32) -> Bool { (weights[Int(b)], a) < (weights[Int(a)], b) }
        for index in pairs.indices where isBefore(pairs[index].second, pairs[index].first) {
            pairs[index] = KeyPair(first: pairs[index].second, second: pairs[index].first)
        }
        pairs.sort { isBefore($0.second, $1.second) }
        self.pairs = pairs
    }

    /// - Throws: `interrupted`.
    func folds() throws(SealedMatchError) -> [KeySeparation.Fold] {
        var states = [State](repeating: .candidate, count: keys.count)
        var folds: [KeySeparation.Fold] = []
        // Pairs of two candidates
        var left = pairs
        while !left.isEmpty {
            // Step 4. Pairs come in the order of their second keys: what becomes of a first key in its group is known.
            for mask in masks {
                try workers.checkInterruption()
                for pair in left
                where states[Int(pair.first)] == .candidate && states[Int(pair.second)] == .candidate
                    && isOneGroup(pair, mask)
                {
                    states[Int(pair.second)] = .dropped
                }
            }
            // Step 5
            for pair in left {
                for place in [pair.first, pair.second] where states[Int(place)] == .candidate {
                    states[Int(place)] = .kept
                }
            }
            // Step 6
            var nearest: [UInt32: UInt32] = [:]
            for pair in left {
                switch (states[Int(pair.first)], states[Int(pair.second)]) {
                case (.kept, .dropped): choose(pair.first, for: pair.second, in: &nearest)
                case (.dropped, .kept): choose(pair.second, for: pair.first, in: &nearest)
                default: break
                }
            }
            for (key, into) in nearest { folds.append((Int(key), Int(into))) }
            // What is near nothing that stays goes round again. A key whose pairs are gone stays.
            left.removeAll { pair in
                [pair.first, pair.second].contains { states[Int($0)] == .kept || nearest[$0] != nil }
            }
            for pair in left {
                states[Int(pair.first)] = .candidate
                states[Int(pair.second)] = .candidate
            }
        }
        return folds.sorted { $0.key < $1.key }
    }

    private func isOneGroup(_ pair: KeyPair, _ mask: UInt64) -> Bool {
        let (a, b) = (keys[Int(pair.first)], keys[Int(pair.second)])
        return (a ^ b) & mask == 0 || KeyGroups.group(of: a, mask) == KeyGroups.group(of: b, mask)
    }

    /// The nearest, the first of equals.
    private func choose(_ candidate: UInt32, for key: UInt32, in nearest: inout [UInt32: UInt32]) {
        func rank(_ other: UInt32) -> (Int, UInt32) { ((keys[Int(key)] ^ keys[Int(other)]).nonzeroBitCount, other) }
        if let current = nearest[key], rank(current) < rank(candidate) { return }
        nearest[key] = candidate
    }
}
