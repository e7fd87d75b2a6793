import SealedMatchAuthority
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// R matches among e openings by chance: below t nothing; from t + ⌈e/k⌉ on all and only the real ones; between them
/// nothing, and never a wrong set.
@Suite struct ThresholdGridTests {
    private func check(
        threshold t: Int, polynomials k: Int, matches: Int, byChance e: Int, _ random: inout SeededRandom
    )
        throws
    {
        let owner = try Owner(pseudonym(1), threshold: t, polynomials: k, random: &random)
        let openings = try owner.openings(matches: matches, byChance: e, &random)
        let outcome = owner.revealer.outcome(openings)
        let label: Comment = "t \(t), k \(k), R \(matches), e \(e)"
        if matches >= t && k * (matches - t) >= e {
            let real = Set(openings.filter { $0.opening.slot == 0 }.map(\.opening.header.voucherID))
            let revealed = try outcome.get()
            #expect(Set(revealed.map(\.voucherID)) == real, label)
            #expect(revealed.count == matches, label)
            #expect(revealed.allSatisfy { $0.payload == payload(1) }, label)
        } else {
            // C = t with others among them passes the vacuous polynomial check; the commitment refuses it.
            #expect(outcome.code == (matches + e < t ? .belowThreshold : .notDecodable), label)
        }
    }

    @Test(arguments: [(3, 4), (5, 4), (5, 8), (12, 16)])
    func smallParameters(_ t: Int, _ k: Int) throws {
        var random = SeededRandom(31)
        for e in [0, 1, k - 1, k, k + 1, 3 * k - 1, 5 * k, 11 * k + 1] {
            let bound = t + (e + k - 1) / k
            for matches in Set([0, 1, t - 1, t, bound - 1, bound, bound + 1, bound + 3]) where matches >= 0 {
                try check(threshold: t, polynomials: k, matches: matches, byChance: e, &random)
            }
        }
    }

    @Test func defaultParameters() throws {
        let (t, k) = (30, 312)
        var random = SeededRandom(32)
        for e in [0, 1, k - 1, k, k + 1, 2 * k] {
            let bound = t + (e + k - 1) / k
            for matches in Set([t - 1, bound - 1, bound, bound + 1]) {
                try check(threshold: t, polynomials: k, matches: matches, byChance: e, &random)
            }
        }
    }

    /// An account's whole epoch: 1,478 openings by chance. Exactly at the bound, and one short of it.
    @Test func manyOpeningsByChance() throws {
        var random = SeededRandom(33)
        for matches in [34, 35] {
            try check(threshold: 30, polynomials: 312, matches: matches, byChance: 1_478, &random)
        }
    }

    /// Random small cases, chance openings and matches drawn anew.
    @Test func randomCases() throws {
        var random = SeededRandom(34)
        for _ in 0..<400 {
            let (t, k) = (2 + Int(random.next() % 8), 4 + Int(random.next() % 6))
            try check(
                threshold: t, polynomials: k, matches: Int(random.next() % 24), byChance: Int(random.next() % 60),
                &random
            )
        }
    }
}
