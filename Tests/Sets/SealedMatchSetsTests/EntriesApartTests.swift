import SealedMatchCrypto
import SealedMatchSets
import SealedMatchTestSupport
import SealedMatchWorkers
import Testing

/// "Entries apart" as the specification has it, word for word and slowly.
private struct PlainEntriesApart {
    let keys: [UInt64]
    let separation: Int
    let masks: [UInt64]

    init(_ keys: [UInt64], bits: Int, separation: Int) {
        self.keys = keys
        self.separation = separation
        // Step 1
        let edges = (0...(separation + 2)).map { $0 * bits / (separation + 2) }
        let blocks = (0..<(separation + 2)).map { block in
            (edges[block]..<edges[block + 1]).reduce(0 as UInt64) { $0 | 1 << UInt64($1) }
        }
        var masks: [UInt64] = []
        for i in blocks.indices { for j in (i + 1)..<blocks.count { masks.append(blocks[i] | blocks[j]) } }
        self.masks = masks
    }

    private func isNear(_ a: Int, _ b: Int) -> Bool { (keys[a] ^ keys[b]).nonzeroBitCount <= separation }

    func folds(weights: [UInt64]) -> [Int: Int] {
        // Step 3
        var candidates = keys.indices.sorted { weights[$0] == weights[$1] ? $0 < $1 : weights[$0] > weights[$1] }
        var kept: [Int] = []
        var folds: [Int: Int] = [:]
        while !candidates.isEmpty {
            var remaining = candidates
            for mask in masks {
                // Step 4
                var staying: [UInt64: [Int]] = [:]
                var after: [Int] = []
                for key in remaining {
                    let group = ((keys[key] & mask) &* 0x9E37_79B9_7F4A_7C15) >> 28
                    if staying[group, default: []].contains(where: { isNear($0, key) }) { continue }
                    staying[group, default: []].append(key)
                    after.append(key)
                }
                remaining = after
            }
            // Step 5
            kept = (kept + remaining).sorted()
            // Step 6
            var left: [Int] = []
            let staying = Set(remaining)
            for key in candidates where !staying.contains(key) {
                var nearest: Int?
                for other in kept where isNear(other, key) {
                    let distance = (keys[other] ^ keys[key]).nonzeroBitCount
                    if let best = nearest, (keys[best] ^ keys[key]).nonzeroBitCount <= distance { continue }
                    nearest = other
                }
                if let nearest { folds[key] = nearest } else { left.append(key) }
            }
            candidates = left
        }
        return folds
    }
}

/// A key set that is hard in its own way.
private enum Shape: CaseIterable {
    case random, families, chains, oneBall, fewBits, agreeInHalf, onlyOneBlock, apartInOneGroup, ballsInOneGroup, mixed

    func keys(_ count: Int, bits: Int, _ random: inout SeededRandom) -> [UInt64] {
        let all: UInt64 = bits == 64 ? .max : 1 << UInt64(bits) - 1
        func flipped(_ key: UInt64, _ flips: Int, below limit: Int) -> UInt64 {
            (0..<flips).reduce(key) { key, _ in key ^ 1 << UInt64.random(in: 0..<UInt64(limit), using: &random) }
        }
        var keys: Set<UInt64> = []
        let centre = random.next() & all
        var chain = centre
        // Sets of few bits have few keys.
        for _ in 0..<count {
            let any = random.next() & all
            switch self {
            case .random: keys.insert(any)
            case .families: for flips in 0..<6 { keys.insert(flipped(any, flips, below: bits)) }
            case .chains:
                chain = Bool.random(using: &random) ? any : chain
                for _ in 0..<6 {
                    chain = flipped(chain, 3, below: bits)
                    keys.insert(chain)
                }
            case .oneBall: keys.insert(flipped(centre, Int.random(in: 0...7, using: &random), below: bits))
            case .fewBits: keys.insert(centre ^ any & 0x1F7)
            case .agreeInHalf:
                let half = UInt64(bits / 2)
                keys.insert((centre >> half) << half ^ any >> (UInt64(bits) - half))
            case .onlyOneBlock: keys.insert(flipped(any & 0x3F | centre & ~0x3F, 3, below: bits))
            case .apartInOneGroup:
                // Each of some bits thrice: three apart where one differs.
                let part = any & 0xFFF
                keys.insert(centre ^ (part | part << 12 | part << 24) & all)
            case .ballsInOneGroup:
                let part = any & 0xFF
                keys.insert(flipped(centre ^ (part | part << 8 | part << 16) & all, 2, below: bits))
            case .mixed:
                keys.insert(any)
                keys.insert(flipped(centre, 4, below: bits))
                keys.insert(flipped(any & 0xFFFF | centre & ~0xFFFF, 2, below: bits))
            }
        }
        return Array(inEntryOrder(keys).prefix(count))
    }
}

@Suite struct EntriesApartTests {
    /// All shapes, separations and numbers of bits; enough keys that groups are split, and few enough for a plain
    /// computation. Both ways to fold, on one thread and on several.
    @Test(arguments: [0, 1, 2, 3, 4, 6, 9, 16]) func foldsAreThoseOfTheSpecification(separation: Int) throws {
        var random = SeededRandom(UInt64(700 + separation))
        var folded = 0
        for shape in Shape.allCases {
            for bits in [16, 50, 64] {
                for count in [2, 40, 300] {
                    let keys = shape.keys(count, bits: bits, &random)
                    // Equal weights and others
                    let most = [1, 3, UInt32.max][Int(random.next() % 3)]
                    let counts = keys.map { _ in UInt32.random(in: 1...most, using: &random) }
                    let weights = cappedWeights(keys, counts, bits: bits, cap: 1_024)
                    let expected =
                        separation == 0
                        ? [:] : PlainEntriesApart(keys, bits: bits, separation: separation).folds(weights: weights)
                    folded += expected.count
                    for (threads, pairsPerKey) in [(1, 300), (3, 300), (2, 4), (3, 0)] {
                        let separated = KeySeparation(
                            bits: bits, separation: separation, workers: Workers(threads: threads))
                        let near = try separated.pairs(keys, pairsPerKey: pairsPerKey)
                        #expect(try separated.weights(keys, counts: counts, near) == weights)
                        let folds = try separated.folds(keys, counts: counts, pairsPerKey: pairsPerKey)
                        #expect(
                            Dictionary(uniqueKeysWithValues: folds.map { ($0.key, $0.into) }) == expected,
                            "\(shape), \(bits) bits, \(count) keys, \(threads) threads, \(pairsPerKey) pairs")
                        #expect(folds.map(\.key) == folds.map(\.key).sorted())
                    }
                }
            }
        }
        #expect(separation == 0 || folded > 500)
    }

    /// As many keys as need more blocks than two, in which near ones are hidden.
    @Test(arguments: [1, 2]) func bothWaysAgreeOnManyKeys(threads: Int) throws {
        var random = SeededRandom(31)
        var keys: Set<UInt64> = []
        while keys.count < 60_000 {
            var key = random.next() >> 14
            keys.insert(key)
            if keys.count % 8 == 0 {
                for _ in 0..<Int.random(in: 1...5, using: &random) {
                    for _ in 0..<3 { key ^= 1 << (random.next() % 50) }
                    keys.insert(key)
                }
            }
        }
        let listed = inEntryOrder(keys)
        let counts = listed.map { _ in UInt32.random(in: 1...4, using: &random) }
        let separated = KeySeparation(bits: 50, separation: 6, workers: Workers(threads: threads))
        let folds = try separated.folds(listed, counts: counts)
        let plain = try separated.folds(listed, counts: counts, pairsPerKey: 0)
        #expect(folds.count > 10_000 && folds.map(\.key) == plain.map(\.key) && folds.map(\.into) == plain.map(\.into))
    }
}
