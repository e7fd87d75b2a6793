import SealedMatchFingerprint
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchTestSupport
import Testing
import SealedMatchWorkers

private func distance(_ a: UInt64, _ b: UInt64) -> Int { (a ^ b).nonzeroBitCount }

/// Keys in the order of entries.
func inEntryOrder(_ keys: some Sequence<UInt64>) -> [UInt64] {
    keys.map { EntryKey(perceptual: $0) }.sorted().compactMap(\.shortKey)
}

/// Random keys, clusters of near ones, and chains in which each key is near the next.
private func sampleKeys(_ count: Int, bits: Int, _ random: inout SeededRandom) -> [UInt64] {
    let mask = bits == 64 ? UInt64.max : 1 << UInt64(bits) - 1
    var keys: Set<UInt64> = []
    while keys.count < count {
        var key = random.next() & mask
        keys.insert(key)
        switch random.next() % 3 {
        case 0:
            for _ in 0..<6 {
                var near = key
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    near ^= 1 << UInt64.random(in: 0..<UInt64(bits), using: &random)
                }
                keys.insert(near)
            }
        case 1:
            for _ in 0..<10 {
                for _ in 0..<3 { key ^= 1 << UInt64.random(in: 0..<UInt64(bits), using: &random) }
                keys.insert(key)
            }
        default: break
        }
    }
    return inEntryOrder(keys)
}

/// The weight of a key by its definition, of all pairs.
private func nearWeight(_ y: UInt64, _ keys: [UInt64], _ counts: [UInt32]) -> UInt64 {
    zip(keys, counts).reduce(0) { sum, z in
        let far = distance(y, z.0)
        return far > 4 ? sum : sum + UInt64(z.1) << UInt64(8 - 2 * far)
    }
}

/// Weights as step 2 of "Entries apart" has them, group by group.
func cappedWeights(_ keys: [UInt64], _ counts: [UInt32], bits: Int, cap: Int) -> [UInt64] {
    let edges = (0...6).map { $0 * bits / 6 }
    let blocks = (0..<6).map { block in (edges[block]..<edges[block + 1]).reduce(0 as UInt64) { $0 | 1 << UInt64($1) } }
    var masks: [UInt64] = []
    for i in 0..<6 { for j in (i + 1)..<6 { masks.append(blocks[i] | blocks[j]) } }
    var weights = counts.map { 256 * UInt64($0) }
    for (number, mask) in masks.enumerated() {
        let groups = Dictionary(grouping: keys.indices) { ((keys[$0] & mask) &* 0x9E37_79B9_7F4A_7C15) >> 28 }
        for group in groups.values {
            for (place, i) in group.enumerated() {
                for j in group[(place + 1)..<min(place + 1 + cap, group.count)] where distance(keys[i], keys[j]) <= 4 {
                    // Under the first mask under which they agree.
                    guard masks.firstIndex(where: { keys[i] & $0 == keys[j] & $0 }) == number else { continue }
                    let closeness = UInt64(8 - 2 * distance(keys[i], keys[j]))
                    weights[i] += UInt64(counts[j]) << closeness
                    weights[j] += UInt64(counts[i]) << closeness
                }
            }
        }
    }
    return weights
}

@Suite struct KeySeparationTests {
    @Test func foldsAgreeWithBruteForce() throws {
        var random = SeededRandom(1)
        var folded = 0
        for round in 0..<60 {
            let bits = [1, 5, 12, 48, 48, 48, 64, 64][round % 8]
            let separation = [6, 0, 1, 3, 6, 16, 6, 16][round % 8]
            let keys = sampleKeys(min(300, bits < 10 ? 1 << bits : 300), bits: bits, &random)
            let separated = KeySeparation(bits: bits, separation: separation, workers: Workers(threads: 1))
            let counts = keys.map { _ in UInt32.random(in: 1...9, using: &random) }
            // No group is as large as the cap, so weights are those of all pairs.
            let weights = keys.map { nearWeight($0, keys, counts) }
            #expect(try separated.weights(keys, counts: counts, separated.pairs(keys, pairsPerKey: 300)) == weights)
            let folds = try separated.folds(keys, counts: counts)
            folded += folds.count
            let gone = Set(folds.map(\.key))
            #expect(gone.count == folds.count)
            let kept = keys.indices.filter { !gone.contains($0) }
            #expect(!kept.isEmpty)
            if separation > 0 {
                for (place, i) in kept.enumerated() {
                    for j in kept[(place + 1)...] where distance(keys[i], keys[j]) <= separation {
                        Issue.record("kept keys are near: \(bits) \(separation)")
                    }
                }
            }
            for fold in folds {
                #expect(!gone.contains(fold.into) && distance(keys[fold.key], keys[fold.into]) <= separation)
            }
            let near = try NearPairs(
                kept.map { keys[$0] }, bits: bits, separation: separation, limit: 10, workers: Workers(threads: 1))
            #expect(near.pairs.isEmpty && near.isComplete)
        }
        #expect(folded > 1000)
    }

    // Of two near keys that stay in no third's way, the heavier stays.
    @Test func theMostCentralKeyStays() throws {
        let centre: UInt64 = 1 << 20
        let family = inEntryOrder([centre] + [0, 7, 13, 30, 44].map { centre ^ 1 << $0 })
        let separated = KeySeparation(bits: 50, separation: 6, workers: Workers(threads: 1))
        let folds = try separated.folds(family, counts: [UInt32](repeating: 1, count: family.count))
        #expect(folds.count == 5 && folds.allSatisfy { family[$0.into] == centre })
        #expect(try separated.folds([0, 32], counts: [1, 2]).map(\.key) == [0])
        #expect(try separated.folds([0, 32], counts: [2, 1]).map(\.key) == [1])
        #expect(try separated.folds([0, 32], counts: [1, 1]).map(\.key) == [1])
    }

    // Keys that agree in most blocks make one large group: interruption must be noticed inside it.
    @Test func aDegenerateListCanBeInterrupted() throws {
        let keys = inEntryOrder((0..<60_000 as Range<UInt64>).map { ($0 &* 0x9E37_79B9) & 0xFFFF_FFFF })
        let workers = Workers(threads: 1)
        workers.interrupt()
        let separated = KeySeparation(bits: 64, separation: 6, workers: workers)
        expectCode(.interrupted) { _ = try separated.folds(keys, counts: [UInt32](repeating: 1, count: keys.count)) }
        expectCode(.interrupted) {
            _ = try NearPairs(keys, bits: 64, separation: 6, limit: 5, workers: workers)
        }
    }

    // All keys of fifteen bits: most masks put them into few groups, of which each key sees but the next 1,024.
    @Test func weightsOfACubeAreBounded() throws {
        var random = SeededRandom(3)
        let keys = inEntryOrder(0..<1 << 15 as Range<UInt64>)
        let counts = keys.map { _ in UInt32.random(in: 1...9, using: &random) }
        let separated = KeySeparation(bits: 50, separation: 6, workers: Workers(threads: 1))
        let weights = try separated.weights(keys, counts: counts, separated.pairs(keys, pairsPerKey: 4))
        #expect(KeySeparation.weightNeighbours == 1_024)
        #expect(weights == cappedWeights(keys, counts, bits: 50, cap: 1_024))
        // The cap is felt.
        #expect(weights[0] < nearWeight(keys[0], keys, counts))
    }
}

/// A PDQ hash with a given short key under the standard profile.
func listed(shortKey: UInt64, noise: UInt64 = 0) -> ListedHash {
    var words = [noise, noise &* 3, noise &* 5, noise &* 7]
    for (index, position) in FingerprintProfile.standard.positions.enumerated() {
        let bit: UInt64 = 1 << UInt64(position & 63)
        if shortKey >> UInt64(index) & 1 == 1 {
            words[Int(position >> 6)] |= bit
        } else {
            words[Int(position >> 6)] &= ~bit
        }
    }
    return .pdq(PDQHash(words: (words[0], words[1], words[2], words[3])))
}

@Suite struct EntrySelectionTests {
    private func select(_ lists: [[ListedHash]], q: Int, separation: Int = 6) throws -> EntrySelection {
        try EntrySelection(
            lists: lists, profile: .standard, minimumSources: q, separation: separation, workers: Workers(threads: 1))
    }

    @Test func quorumCountsSourcesNotLines() throws {
        let a: UInt64 = 0x0000_0000_FFFF
        let b: UInt64 = 0xFFFF_0000_0000
        let c: UInt64 = 0x00FF_FF00_00FF
        // a: thrice in one list; b: in both, by different hashes of one short key; c: in all three.
        let lists = [
            [
                listed(shortKey: a), listed(shortKey: a), listed(shortKey: a, noise: 9), listed(shortKey: b, noise: 1),
                listed(shortKey: c),
            ],
            [listed(shortKey: b, noise: 2), listed(shortKey: c)], [listed(shortKey: c)],
        ]
        let two = try select(lists, q: 2)
        #expect(
            two.keys.compactMap(\.shortKey) == [b, c].sorted { EntryKey(perceptual: $0) < EntryKey(perceptual: $1) })
        #expect(two.report.underSupported == 1)
        #expect(two.report.listed == [5, 2, 1])
        #expect(two.report.duplicates == [2, 0, 0])
        let supporters = Dictionary(uniqueKeysWithValues: zip(two.keys, two.supporters))
        #expect(supporters[EntryKey(perceptual: b)] == 0b011 && supporters[EntryKey(perceptual: c)] == 0b111)
        #expect(try select(lists, q: 1).keys.count == 3)
        #expect(try select(lists, q: 3).keys == [EntryKey(perceptual: c)])
    }

    // What one source can do where more than q list a key: move its count between two of the other lists' counts.
    @Test func oneSourceMovesACountBetweenTwoOfTheOthers() throws {
        let (y, z) = (listed(shortKey: 0), listed(shortKey: 32))
        func times(_ hash: ListedHash, _ count: Int) -> [ListedHash] { [ListedHash](repeating: hash, count: count) }
        for others in [[9, 4], [6, 6], [8, 5, 2], [7, 3, 3, 1]] {
            let q = 2
            // The q-th and the (q − 1)-th greatest of the others; z has a count of its own, which nobody moves.
            let (least, greatest) = (others[1], others[0])
            for own in [0, 1, 3, 5, 7, 40] {
                let count = min(max(own, least), greatest)
                for rival in 1...10 where rival != count {
                    var lists = others.map { times(y, $0) + times(z, rival) }
                    lists.append(times(y, own))
                    let kept = try select(lists, q: q).keys.compactMap(\.shortKey)
                    #expect(kept == [count > rival ? 0 : 32], "\(others) and \(own) against \(rival)")
                }
            }
        }
    }

    @Test func parametersAreChecked() {
        for (lists, q) in [(0, 1), (17, 1), (2, 0), (2, 3)] {
            expectCode(.parameterOutOfRange) { _ = try select([[ListedHash]](repeating: [], count: lists), q: q) }
        }
    }

    @Test func nearKeysFoldAndExactHashesDoNot() throws {
        var random = SeededRandom(4)
        let base = random.next() & (1 << 48 - 1)
        let hashes = [base, base ^ 0b111, base ^ 0b111_1111, base ^ 0xFF_FFFF].map { listed(shortKey: $0) }
        let digest = random.bytes(32)
        let exact: [ListedHash] = [
            .sha256(try Bytes32(exactly: digest)), .sha256(try Bytes32(exactly: digest.dropLast() + [digest[31] ^ 1])),
            .md5(try MD5Digest(exactly: Array(digest[..<16]))),
        ]
        let selection = try select([hashes + exact, hashes + exact], q: 2)
        let kept = selection.keys.compactMap(\.shortKey)
        #expect(selection.keys.count(where: { $0.kind != .perceptual }) == 3)
        for (i, a) in kept.enumerated() { for b in kept[(i + 1)...] { #expect(distance(a, b) > 6) } }
        #expect(kept.count + selection.report.folded.count == 4)
        for fold in selection.report.folded {
            #expect(
                selection.keys.contains(fold.into) && !selection.keys.contains(fold.key) && fold.distance <= 6
                    && fold.distance > 0)
            #expect(distance(fold.key.shortKey!, fold.into.shortKey!) == fold.distance)
        }
        #expect(zip(selection.keys, selection.keys.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func interruption() {
        let workers = Workers(threads: 1)
        workers.interrupt()
        expectCode(.interrupted) {
            _ = try EntrySelection(
                lists: [[listed(shortKey: 1)]], profile: .standard, minimumSources: 1, separation: 6, workers: workers)
        }
    }
}
