import SealedMatchCrypto
import SealedMatchSets
import SealedMatchTestSupport
import SealedMatchWorkers
import Testing

private func distance(_ a: UInt64, _ b: UInt64) -> Int { (a ^ b).nonzeroBitCount }

/// Words of the second-order Reed-Muller code of length 32: pairwise at least 8 bits apart, at most 2^16 of them.
/// - Parameter place: where each of the 32 bits goes, from 0.
private func codeWords(_ count: Int, at place: (Int) -> Int) -> [UInt64] {
    var rows: [UInt64] = []
    func row(_ value: (Int) -> Bool) {
        rows.append((0..<32).reduce(0) { value($1) ? $0 | 1 << UInt64(place($1)) : $0 })
    }
    row { _ in true }
    for i in 0..<5 { row { $0 >> i & 1 == 1 } }
    for i in 0..<5 { for j in (i + 1)..<5 { row { $0 >> i & $0 >> j & 1 == 1 } } }
    return inEntryOrder(
        (0..<count).map { word in rows.indices.reduce(0) { word >> $1 & 1 == 1 ? $0 ^ rows[$1] : $0 } })
}

@Suite struct NearPairsTests {
    private func pairs(
        _ keys: [UInt64], bits: Int = 50, separation: Int = 6, limit: Int = 20, threads: Int = 1
    ) throws -> NearPairs {
        try NearPairs(
            keys, bits: bits, separation: separation, limit: limit, workers: Workers(threads: threads))
    }

    // Small lists are compared each with each; large ones are split, and groups that stay large are split again.
    @Test(arguments: [150, 1_500, 6_000]) func agreeWithBruteForce(count: Int) throws {
        var random = SeededRandom(2)
        var found = 0
        for round in 0..<12 {
            // Of many keys millions of pairs are within 16 bits.
            let separation = [1, 4, 6, count < 2_000 ? 16 : 8][round % 4]
            let bits = [20, 50, 64][round % 3]
            let mask = bits == 64 ? UInt64.max : 1 << UInt64(bits) - 1
            // In some rounds the keys agree in half of their bits, or come near each other rarely.
            let varied = round < 4 ? mask : 0x5555_5555_5555_5555 & mask
            var keys: Set<UInt64> = []
            while keys.count < (bits == 20 ? min(count, 500) : count) {
                let key = random.next() & varied
                keys.insert(key)
                guard round % 2 == 0 || keys.count % 100 == 0 else { continue }
                var near = key
                for _ in 0...Int(random.next() % 20) { near ^= 1 << (random.next() % UInt64(bits)) }
                keys.insert(near)
            }
            let listed = inEntryOrder(keys)
            var expected: [KeyPair] = []
            for i in listed.indices {
                for j in (i + 1)..<max(i + 1, listed.count) where distance(listed[i], listed[j]) <= separation {
                    expected.append(KeyPair(first: UInt32(i), second: UInt32(j)))
                }
            }
            for threads in [1, 3] {
                let near = try pairs(
                    listed, bits: bits, separation: separation, limit: expected.count + 1, threads: threads)
                #expect(near.pairs == expected && near.isComplete && !near.isCutShort)
                let some = try pairs(listed, bits: bits, separation: separation, limit: 3, threads: threads)
                #expect(some.pairs.count == min(3, expected.count) && some.isComplete == (expected.count < 3))
                #expect(some.pairs.allSatisfy { expected.contains($0) })
            }
            found += expected.count
        }
        #expect(found > 500)
    }

    @Test func nothingIsAskedForNoSeparationOrNoPair() throws {
        #expect(try pairs([1, 2, 3], separation: 0).pairs.isEmpty)
        #expect(try pairs([7]).pairs.isEmpty && pairs([]).pairs.isEmpty)
        #expect(try pairs([7, 8]).pairs == [KeyPair(first: 0, second: 1)])
    }

    // Lists that were made so that all keys fall into one group: each key costs what one split costs at most, however
    // many keys there are. Comparing each with each would cost half of 16,384 for each key, and sixteen times as much
    // as at 1,024 keys.
    @Test(arguments: ["the lowest bits", "the highest bits", "spread", "whole blocks left out"])
    func workIsInProportionToTheKeys(_ name: String) throws {
        func place(_ bit: Int) -> Int {
            switch name {
            case "the highest bits": bit + 18
            case "spread": bit * 25 / 16
            case "whole blocks left out": bit + bit / 6 * 3
            default: bit
            }
        }
        var perKey: [Int] = []
        for count in [1_024, 4_096, 16_384] {
            let near = try pairs(codeWords(count, at: place))
            #expect(near.pairs.isEmpty && !near.isCutShort, "\(name)")
            perKey.append(near.work / count)
        }
        #expect(perKey.allSatisfy { $0 <= 2_048 }, "\(name): \(perKey)")
        // Below that bound larger groups cost more, in less than half the proportion.
        #expect(perKey[2] < 8 * perKey[0], "\(name): \(perKey)")
    }

    // A single near pair among keys of one large group is found.
    @Test func oneNearPairIsFound() throws {
        for bit in [0, 33, 49] as [UInt64] {
            var keys = codeWords(4_096, at: { $0 })
            let (one, other) = (keys[7], keys[7] ^ 1 << bit)
            keys[3_000] = other
            keys = inEntryOrder(keys)
            let near = try pairs(keys)
            #expect(Set(near.pairs.flatMap { [keys[Int($0.first)], keys[Int($0.second)]] }) == [one, other])
            #expect(near.pairs.count == 1 && near.isComplete)
            #expect(try pairs(keys, limit: 1).pairs.count == 1)
        }
    }

    // Some keys that differ in every bit do not hide that the others agree in most.
    @Test func outliersDoNotHelp() throws {
        var random = SeededRandom(5)
        var keys = codeWords(4_096, at: { $0 })
        for place in stride(from: 0, to: keys.count, by: 100) { keys[place] = random.next() >> 14 }
        let near = try pairs(inEntryOrder(keys), limit: 1_000)
        #expect(near.work / keys.count < 8_192)
    }

    // Full of near pairs: the search ends when it has found enough.
    @Test(arguments: [5_000, 10_000, 20_000]) func manyNearPairsEndTheSearch(count: Int) throws {
        let shapes: [[UInt64]] = [
            (0..<UInt64(count)).map { $0 }, (0..<UInt64(count)).map { $0 << 30 },
        ]
        for keys in shapes {
            let near = try pairs(inEntryOrder(keys))
            #expect(near.pairs.count == 20 && !near.isComplete)
            #expect(near.work < 28 * 33 * count)
        }
    }

    // With a bound of the work that these keys pass, the search says that it did not end.
    @Test func theWorkIsBounded() throws {
        let keys = codeWords(4_096, at: { $0 })
        let near = try NearPairs(
            keys, bits: 50, separation: 6, limit: 20, workers: Workers(threads: 1), maximumWorkPerKey: 100)
        #expect(near.isCutShort && !near.isComplete && near.pairs.isEmpty)
        // What one thread does before it looks at the bound again may go beyond it; nothing follows.
        #expect(near.work <= 100 * keys.count + (1 << 16))
    }
}
