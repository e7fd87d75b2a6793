import SealedMatchAuthority
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

/// What the authority sees of vouchers that were really sealed: numbers of openings, their places, and the words that
/// they open to are of one law, match or not (Docs/Security.md, 6).
@Suite struct VoucherLawTests {
    let scratch = TemporaryDirectory()

    /// Σ (seen − expected)² / expected; and what it stays below but once in 10,000 times, about.
    private func chiSquared(_ seen: [Int], _ expected: [Double]) -> (value: Double, limit: Double) {
        let value = zip(seen, expected).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) / $1.1 }
        let freedom = Double(seen.count - 1)
        // Wilson and Hilferty
        let cube = 1 - 2 / (9 * freedom) + 3.72 * (2 / (9 * freedom)).squareRoot()
        return (value, freedom * cube * cube * cube)
    }

    /// Probabilities of Bin(n, p).
    private func binomial(_ n: Int, _ p: Double) -> [Double] {
        var terms = [1.0]
        for _ in 0..<n {
            terms = (0...terms.count).map { index in
                (index < terms.count ? terms[index] * (1 - p) : 0) + (index > 0 ? terms[index - 1] * p : 0)
            }
        }
        return terms
    }

    /// Classes of at least five expected, those beyond joined to the outermost.
    private func classes(_ counts: [Int], _ law: [Double]) -> (seen: [Int], expected: [Double]) {
        let total = Double(counts.count)
        var (seen, expected): ([Int], [Double]) = ([0], [0])
        for (value, probability) in law.enumerated() {
            if expected[expected.count - 1] >= 5 {
                seen.append(0)
                expected.append(0)
            }
            seen[seen.count - 1] += counts.count { $0 == value }
            expected[expected.count - 1] += total * probability
        }
        if expected.count > 1, expected[expected.count - 1] < 5 {
            seen[seen.count - 2] += seen.removeLast()
            expected[expected.count - 2] += expected.removeLast()
        }
        return (seen, expected)
    }

    private struct Sample {
        /// Openings of vouchers without a match, and with one.
        var counts: [[Int]] = [[], []]
        /// Places of openings by chance, and of matches.
        var places = [[Int](repeating: 0, count: 32), [Int](repeating: 0, count: 32)]
        /// Words that openings by chance and matches open to.
        var words: [[UInt32]] = [[], []]
    }

    private func sample(level: UInt8, vouchers: Int, seed: UInt64) throws -> Sample {
        var random = SeededRandom(seed)
        let set = try TinySet(in: scratch, level: level, random: &random)
        var sender = try Sender(account(1), random: &random)
        let opener = VoucherOpener([set.matching])
        var sample = Sample()
        for index in 0..<vouchers {
            let matches = index % 2
            let voucher = try sender.seal(set, member: matches == 1 ? index % 40 : nil, random: &random)
            let openings = try opener.open([voucher])[0].openings
            sample.counts[matches].append(openings.count)
            for opening in openings {
                let kind = (try? opening.payload(under: sender.key)) == nil ? 0 : 1
                sample.places[kind][opening.slot] += 1
                // Chance openings of vouchers with a match, and of others.
                sample.words[kind] += try opening.words
            }
        }
        #expect(sample.places[1].reduce(0, +) == vouchers / 2)
        return sample
    }

    @Test(arguments: [(5, 400, 151), (16, 240, 152), (80, 240, 153)] as [(UInt8, Int, UInt64)])
    func openingsFollowTheLaw(_ level: UInt8, _ vouchers: Int, _ seed: UInt64) throws {
        let sample = try sample(level: level, vouchers: vouchers, seed: seed)
        let p = 1 / Double(level)
        // Bin(M, 1/N) without a match, 1 + Bin(M − 1, 1/N) with one.
        for (matches, law) in [binomial(32, p), [0] + binomial(31, p)].enumerated() {
            let (seen, expected) = classes(sample.counts[matches], law)
            let (value, limit) = chiSquared(seen, expected)
            #expect(value < limit, "level \(level), match \(matches)")
        }
        // The test can fail: vouchers with a match do not follow the law of those without.
        if level == 80 {
            let (seen, expected) = classes(sample.counts[1], binomial(32, p))
            let (value, limit) = chiSquared(seen, expected)
            #expect(value > limit)
        }
        // Places, of openings by chance and of matches.
        for places in sample.places {
            let each = Double(places.reduce(0, +)) / 32
            let (value, limit) = chiSquared(places, [Double](repeating: each, count: 32))
            #expect(value < limit, "level \(level): \(places)")
        }
        // Words: one test of uniformity for both.
        for words in sample.words { #expect(looksUniform(words), "level \(level)") }
        // Plain residues do not pass it.
        #expect(!looksUniform(sample.words[1].map { FieldElement(residueOf: $0).word }))
    }

    /// Each bit is set in half of the words, and each byte value comes as often as others, in every place of a word.
    private func looksUniform(_ words: [UInt32]) -> Bool {
        let half = Double(words.count) / 2
        for bit in 0..<32 as Range<UInt32> {
            let set = Double(words.count { $0 >> bit & 1 == 1 })
            guard abs(set - half) < 4.5 * (half / 2).squareRoot() else { return false }
        }
        for place in 0..<4 as Range<UInt32> {
            var seen = [Int](repeating: 0, count: 256)
            for word in words { seen[Int(word >> (8 * place) & 255)] += 1 }
            let (value, limit) = chiSquared(seen, [Double](repeating: Double(words.count) / 256, count: 256))
            guard value < limit * 1.05 else { return false }
        }
        return true
    }
}
