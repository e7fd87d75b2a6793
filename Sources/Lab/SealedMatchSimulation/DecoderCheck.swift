package import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol
package import SealedMatchWorkers

/// The rule R ≥ t and k(R − t) ≥ e, against both decoders at its edge: as many chance openings as it allows, one more,
/// and one fewer. The shares lie on random polynomials; what opened by chance is uniform.
package struct DecoderCheck: Sendable {
    private let cases: [(threshold: Int, polynomials: Int, beyond: Int)]
    private let rounds: Int

    /// - Parameter quick: fewer and smaller cases, for tests.
    package init(quick: Bool) {
        let small = [(2, 16, 0), (2, 16, 1), (3, 16, 2), (5, 16, 4), (12, 24, 3), (5, 64, 1)]
        let great = [(12, 64, 3), (30, 16, 6), (30, 100, 2), (30, 312, 0), (30, 312, 1), (30, 312, 2), (64, 200, 2)]
        cases = (quick ? small : small + great).map { (threshold: $0.0, polynomials: $0.1, beyond: $0.2) }
        rounds = quick ? 2 : 5
    }

    /// What the decoders found.
    package struct Evidence: Sendable {
        fileprivate struct Case: Sendable {
            let setting: SimulationSetting
            let matches: Int
            let byChance: Int
            /// By each decoder.
            let found: [Bool]

            var place: String {
                "t \(setting.threshold), k \(setting.polynomials), R \(matches), e \(byChance)"
            }
        }
        fileprivate var cases: [Case] = []
    }

    /// - Throws: `interrupted`, and what the library throws.
    package func gather(seed: UInt64, _ workers: Workers) throws(SealedMatchError) -> Evidence {
        var random = SimulationRandom(seed, 8)
        var evidence = Evidence()
        for (t, k, beyond) in cases {
            var setting = SimulationSetting(name: "edge")
            setting.parameters.threshold = t
            setting.parameters.polynomials = k
            let matches = t + beyond
            let edge = k * beyond
            for byChance in [edge - 1, edge, edge + 1, edge + k / 2] where byChance >= 0 {
                for _ in 0..<rounds {
                    try workers.checkInterruption()
                    let found = try decode(t, k, matches: matches, byChance: byChance, &random)
                    evidence.cases.append(
                        Evidence.Case(setting: setting, matches: matches, byChance: byChance, found: found))
                }
            }
        }
        return evidence
    }

    /// One result for each decoder.
    package func results(_ evidence: Evidence, _ model: SimulationModel) -> [CheckResult] {
        ["dense elimination", "the decoder's steps"].enumerated().map { decoder, name in
            let wrong = evidence.cases.filter {
                $0.found[decoder] != model.reveals($0.setting, $0.matches, $0.byChance)
            }
            return CheckResult(
                "the rule against \(name)", passed: wrong.isEmpty && !evidence.cases.isEmpty,
                wrong.isEmpty
                    ? "\(evidence.cases.count) cases at the edge, all as the rule says"
                    : "\(wrong.count) of \(evidence.cases.count) otherwise, the first \(wrong[0].place)")
        }
    }

    /// Whether each decoder finds the matches, all and no other.
    private func decode(
        _ t: Int, _ k: Int, matches: Int, byChance: Int, _ random: inout SimulationRandom
    ) throws(SealedMatchError) -> [Bool] {
        let sharing = try Sharing(polynomials: k, threshold: t, random: &random)
        var shares: [(share: Share, isReal: Bool)] = []
        for _ in 0..<matches { shares.append((try sharing.freshShare(random: &random), true)) }
        for _ in 0..<byChance { shares.append((random.share(k), false)) }
        for index in stride(from: shares.count - 1, to: 0, by: -1) { shares.swapAt(index, random.below(index + 1)) }
        let steps = ShareDecoder(threshold: t, polynomials: k)
        let places = steps.distinct(shares.map(\.share))
        let usable = places.map { shares[$0].share }
        let real = places.indices.filter { shares[places[$0]].isReal }
        let secrets = sharing.share(at: .zero)
        let dense = DenseDecoder(threshold: t, polynomials: k)
        return [
            steps.decode(usable, acceptingThreshold: true, by: dense.locate),
            steps.decode(usable, acceptingThreshold: true),
        ].map { $0?.members == real && $0?.secrets == secrets }
    }
}
