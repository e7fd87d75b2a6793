import SealedMatchFingerprint
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchTestSupport
import Testing

/// What the authority sees is the same for a match and for a chance opening: how many slots open, where, and to what
/// (Docs/Protocol.md, section 8). All draws are seeded; each bound has a probability below 10^-4 for a sound client.
@Suite struct ChanceOpeningTests {
    private let unknown = try! EntryKey(sha256: Bytes32(exactly: [UInt8](repeating: 0xEE, count: 32)))

    /// M slots that open by chance with probability 1/N.
    private func fixture(probes: Int, level: UInt8) throws -> Fixture {
        try Fixture {
            $0.checkLevels = .constant(level)
            $0.profile = try $0.profile.with(probes: probes)
        }
    }

    /// Σ (seen − expected)² / expected.
    private func chiSquare(_ seen: [Int], _ expected: [Double]) -> Double {
        zip(seen, expected).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) / $1.1 }
    }

    /// The probabilities of 0 … n under Bin(n, p).
    private func binomial(_ n: Int, _ p: Double) -> [Double] {
        var row = [1.0]
        for _ in 0..<n { row = zip(row + [0], [0] + row).map { $0 * (1 - p) + $1 * p } }
        return row
    }

    /// No match: Bin(M, 1/N). A match: one more, and Bin(M − 1, 1/N). For keys that are no entries, for none at all
    /// (repeats, unreadable items), and for a key that is one.
    @Test func openingsFollowTheBinomialLaw() throws {
        let fixture = try fixture(probes: 8, level: 3)
        let set = try fixture.open()
        let known = EntryKey(sha256: fixture.known[3])
        var random = SeededRandom(71)
        let rounds = 600
        for (probes, matches) in [([known], 1), ([unknown], 0), ([], 0)] {
            var seen = [Int](repeating: 0, count: 9 - matches)
            for _ in 0..<rounds {
                let voucher = try fixture.seal(probes, set: set, random: &random)
                #expect(try fixture.matches(voucher) == matches)
                seen[try fixture.opened(voucher).count - matches] += 1
            }
            let expected = binomial(8 - matches, 1.0 / 3).map { $0 * Double(rounds) }
            // The rare ends together: from six on.
            let chi = chiSquare(
                Array(seen[..<6]) + [seen[6...].reduce(0, +)], Array(expected[..<6]) + [expected[6...].reduce(0, +)])
            #expect(chi < 28, "\(matches) matches: \(seen)")
        }
    }

    /// N = 1 opens every slot; N = 255 nearly none; a check of N or more opens nothing.
    @Test func theLevelsEnds() throws {
        let all = try fixture(probes: 8, level: 1)
        var random = SeededRandom(72)
        let open = try all.seal([unknown], set: all.open(), random: &random)
        #expect(try all.opened(open).count == 8)
        #expect(open.slots.allSatisfy { $0.check == 0 })
        let few = try fixture(probes: 8, level: 255)
        let set = try few.open()
        var openings = 0
        for _ in 0..<100 {
            let voucher = try few.seal([EntryKey(sha256: few.known[0])], set: set, random: &random)
            openings += try few.opened(voucher).count
            var slots = voucher.slots
            for index in slots.indices { slots[index].check = 255 }
            #expect(try few.opened(SealedVoucher(header: voucher.header, body: voucher.body, slots: slots)).isEmpty)
        }
        // 100 matches, and 2.7 more on average.
        #expect((100..<115).contains(openings))
    }

    /// A match in the likeliest probe, the first, does not stay in the first slot: its places are uniform, and so are
    /// those of chance openings.
    @Test func slotsAreShuffledUniformly() throws {
        let fixture = try fixture(probes: 5, level: 4)
        let set = try fixture.open()
        var random = SeededRandom(9)
        var match = [Int](repeating: 0, count: 5)
        var chance = [Int](repeating: 0, count: 5)
        for _ in 0..<1_500 {
            let voucher = try fixture.seal([EntryKey(sha256: fixture.known[0])], set: set, random: &random)
            for one in try fixture.opened(voucher) {
                if try fixture.isReal(one.opening) { match[one.slot] += 1 } else { chance[one.slot] += 1 }
            }
        }
        #expect(match.reduce(0, +) == 1_500 && chance.reduce(0, +) > 1_300)
        for counts in [match, chance] {
            let expected = [Double](repeating: Double(counts.reduce(0, +)) / 5, count: 5)
            // 4 degrees of freedom: 25 has probability 5e-5.
            #expect(chiSquare(counts, expected) < 25, "\(counts)")
        }
    }

    /// The words of a match are any 4 bytes, as those of a chance opening are: z or z + q, by a coin of its own each.
    /// Plain residues would be below 2^31 in every word.
    @Test func wordsAreWrittenAtRandom() throws {
        let fixture = try fixture(probes: 4, level: 4)
        let set = try fixture.open()
        let secret = try Fixture.secret()
        let sharing = try secret.sharing(
            pseudonym: secret.pseudonym(of: Fixture.account), parameters: fixture.parameters)
        var random = SeededRandom(73)
        // By the highest four bits, and how often each word of a match had the highest.
        var match = [Int](repeating: 0, count: 16)
        var chance = [Int](repeating: 0, count: 16)
        var high = [Int](repeating: 0, count: 17)
        let rounds = 400
        for _ in 0..<rounds {
            for one in try fixture.opened(
                fixture.seal([EntryKey(sha256: fixture.known[0])], set: set, random: &random))
            {
                let words = try words(one.opening)
                #expect(words.count == 17)
                let isMatch = try fixture.isReal(one.opening)
                for (index, word) in words.enumerated() {
                    if isMatch { match[Int(word >> 28)] += 1 } else { chance[Int(word >> 28)] += 1 }
                    if isMatch && word >= FieldElement.modulus { high[index] += 1 }
                }
                if isMatch {
                    let residues = words.map(FieldElement.init(residueOf:))
                    #expect(sharing.share(at: residues[0]) == Array(residues[1...]))
                }
            }
        }
        for counts in [match, chance] {
            let expected = [Double](repeating: Double(counts.reduce(0, +)) / 16, count: 16)
            // 15 degrees of freedom: 45 has probability 8e-5.
            #expect(chiSquare(counts, expected) < 45, "\(counts)")
        }
        // Every word, x too; five standard deviations are 50.
        #expect(high.allSatisfy { abs($0 - rounds / 2) < 50 }, "\(high)")
    }

    /// x ‖ z_1 … z_k as the body has them.
    private func words(_ opening: Opening) throws -> [UInt32] {
        var plain = opening.body
        try plain.withUnsafeMutableBytes { try Cipher.streamXOR($0, key: opening.key) }
        return stride(from: 0, to: opening.header.shareCount, by: 4).map { at in
            plain[at..<(at + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// No payload opens but the match's, and every wrapped key is its own.
    @Test func aChanceOpeningHoldsNothing() throws {
        let fixture = try Fixture()
        let set = try fixture.open()
        let secret = try Fixture.secret()
        let pseudonym = try secret.pseudonym(of: Fixture.account)
        let key = try secret.sharing(pseudonym: pseudonym, parameters: fixture.parameters).epochKey(
            pseudonym: pseudonym, epoch: 694)
        var random = SeededRandom(1)
        var chance = 0
        for _ in 0..<10 {
            for (probes, matches) in [([EntryKey(sha256: fixture.known[3])], 1), ([unknown], 0), ([], 0)] {
                let opened = try fixture.opened(fixture.seal(probes, set: set, random: &random))
                #expect(try opened.count { try fixture.isReal($0.opening) } == matches)
                #expect(opened.count { (try? $0.opening.payload(under: key)) != nil } == matches)
                #expect(Set(opened.map(\.rkey)).count == opened.count)
                chance += opened.count - matches
            }
        }
        // 30 vouchers of about 6.4.
        #expect((140..<245).contains(chance))
    }
}
