internal import SealedMatchOpenings
internal import SealedMatchProtocol
internal import SealedMatchCrypto

/// Finding the real shares among openings by chance, where there are enough of them, and where there are none.
struct RevealBenchmarks {
    private let rounds: Int
    private let real: Int
    private let shares: [Share]
    private let secrets: [FieldElement]
    private let chances: [Share]

    private static let threshold = 30
    private static let polynomials = 312

    init(scale: BenchmarkScale) throws {
        rounds = scale.revealRounds
        real = scale.realShares
        var random = BenchmarkRandom(14)
        let sharing = try Sharing(polynomials: Self.polynomials, threshold: Self.threshold, random: &random)
        secrets = sharing.share(at: .zero)
        var shares: [Share] = []
        for _ in 0..<real { shares.append(try sharing.freshShare(random: &random)) }
        for _ in 0..<scale.chanceShares { shares.append(Self.chance(&random)) }
        shares.shuffle(using: &random)
        self.shares = shares
        chances = (0..<scale.undecodableShares).map { _ in Self.chance(&random) }
    }

    private static func chance(_ random: inout BenchmarkRandom) -> Share {
        Share(x: element(&random), z: (0..<polynomials).map { _ in element(&random) })
    }

    private static func element(_ random: inout BenchmarkRandom) -> FieldElement {
        while true {
            let element = FieldElement(residueOf: UInt32(truncatingIfNeeded: random.next()))
            if element != .zero { return element }
        }
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        let steps = ShareDecoder(threshold: Self.threshold, polynomials: Self.polynomials)
        let dense = DenseDecoder(threshold: Self.threshold, polynomials: Self.polynomials)
        var found: [Double] = []
        var none: [Double] = []
        var noneBySteps: [Double] = []
        for _ in 0..<rounds {
            var codeword: ShareDecoder.Codeword?
            found.append(
                Stopwatch.time {
                    codeword = steps.decode(shares, acceptingThreshold: false, by: dense.locate)
                } / 1e3)
            guard codeword?.members.count == real, codeword?.secrets == secrets else {
                throw BenchmarkFailure(description: "the decoder missed the real shares")
            }
            var results: [ShareDecoder.Codeword?] = []
            none.append(
                Stopwatch.time {
                    results.append(steps.decode(chances, acceptingThreshold: false, by: dense.locate))
                } / 1e3)
            noneBySteps.append(
                Stopwatch.time { results.append(steps.decode(chances, acceptingThreshold: false)) } / 1e3)
            guard results.allSatisfy({ $0 == nil }) else {
                throw BenchmarkFailure(description: "a decoder found shares where there are none")
            }
        }
        report(BenchmarkRow(.reveal, found.median, "ms"))
        report(BenchmarkRow(.revealNone, none.median, "ms"))
        report(BenchmarkRow(.revealNoneBySteps, noneBySteps.median, "ms"))
    }
}
