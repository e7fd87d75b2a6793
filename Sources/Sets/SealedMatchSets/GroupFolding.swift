internal import SealedMatchCrypto
internal import SealedMatchWorkers

/// "Entries apart", steps 3 to 6, group by group: for lists with so many near pairs that they are not kept in memory.
///
/// A key is compared with those that stay in its groups. Where keys lie densely few stay. A list that was made so that
/// many stay in one group costs time that grows with the square of their number; it can be interrupted.
struct GroupFolding {
    private let keys: [UInt64]
    private let weights: [UInt64]
    private let separation: Int
    private let masks: [UInt64]
    private let workers: Workers

    private enum State: UInt8 { case candidate, dropped, kept, folded }

    /// No key.
    private static let none = UInt32.max
    /// Grouped keys that a thread takes at once.
    private static let chunk = 4096

    init(_ keys: [UInt64], weights: [UInt64], separation: Int, masks: [UInt64], workers: Workers) {
        self.keys = keys
        self.weights = weights
        self.separation = separation
        self.masks = masks
        self.workers = workers
    }

    /// - Throws: `interrupted`.
    func folds() throws(SealedMatchError) -> [KeySeparation.Fold] {
        let states = SharedBuffer(repeating: State.candidate, count: keys.count)
        var folds: [KeySeparation.Fold] = []
        var candidates = Array(0..<UInt32(keys.count))
        while !candidates.isEmpty {
            try drop(candidates, states)
            // Step 5
            for place in candidates where states[Int(place)] == .candidate { states[Int(place)] = .kept }
            // Step 6
            let dropped = candidates.filter { states[Int($0)] == .dropped }
            let nearest = try nearestKept(states, isNeeded: !dropped.isEmpty)
            candidates = []
            for place in dropped {
                let into = nearest[Int(place)]
                // What is near nothing that stays goes round again.
                states[Int(place)] = into == Self.none ? .candidate : .folded
                if into == Self.none { candidates.append(place) } else { folds.append((Int(place), Int(into))) }
            }
        }
        return folds.sorted { $0.key < $1.key }
    }

    /// Step 4: leaves some of the candidates, pairwise apart.
    private func drop(_ candidates: [UInt32], _ states: SharedBuffer<State>) throws(SealedMatchError) {
        for mask in masks {
            let groups = try KeyGroups(
                keys, candidates.filter { states[Int($0)] == .candidate }, mask: mask, workers: workers)
            try workers.forEachChunk("fold", count: groups.count, chunk: Self.chunk) {
                (range) throws(SealedMatchError) in
                var staying: [UInt64] = []
                try groups.forEach(in: range) { (group) throws(SealedMatchError) in
                    staying.removeAll(keepingCapacity: true)
                    // Step 3: by descending weight, equal ones ascending
                    let order = group.map { groups.place($0) }.sorted { (weights[$1], $0) < (weights[$0], $1) }
                    for place in order {
                        try workers.checkInterruption()
                        if isNear(keys[place], staying) {
                            states[place] = .dropped
                        } else {
                            staying.append(keys[place])
                        }
                    }
                }
            }
        }
    }

    private func isNear(_ key: UInt64, _ others: [UInt64]) -> Bool {
        for other in others where (key ^ other).nonzeroBitCount <= separation { return true }
        return false
    }

    /// For each dropped key, the nearest kept one within the separation, the first of equals.
    private func nearestKept(_ states: SharedBuffer<State>, isNeeded: Bool) throws(SealedMatchError) -> [UInt32] {
        let nearest = SharedBuffer(repeating: Self.none, count: keys.count)
        let places = isNeeded ? (0..<UInt32(keys.count)).filter { states[Int($0)] != .folded } : []
        for mask in masks {
            let groups = try KeyGroups(keys, places, mask: mask, workers: workers)
            try workers.forEachChunk("fold", count: groups.count, chunk: Self.chunk) {
                (range) throws(SealedMatchError) in
                try groups.forEach(in: range) { (group) throws(SealedMatchError) in
                    let here = group.map { groups.place($0) }
                    let kept = here.filter { states[$0] == .kept }
                    for place in here where states[place] == .dropped {
                        try workers.checkInterruption()
                        for other in kept where (keys[place] ^ keys[other]).nonzeroBitCount <= separation {
                            let best = Int(nearest[place])
                            if best == Int(Self.none) || rank(other, place) < rank(best, place) {
                                nearest[place] = UInt32(other)
                            }
                        }
                    }
                }
            }
        }
        return keys.indices.map { nearest[$0] }
    }

    private func rank(_ other: Int, _ place: Int) -> (Int, Int) {
        ((keys[place] ^ keys[other]).nonzeroBitCount, other)
    }
}
