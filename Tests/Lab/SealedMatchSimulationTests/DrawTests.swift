import Foundation
import SealedMatchDecoyAnalysis
import SealedMatchSimulation
import Testing

/// The simulator's draws against their laws, computed otherwise.
@Suite struct DrawTests {
    @Test(
        arguments: [
            (1, 0.3, 1), (8, 0.2, 2), (31, 0.2, 3), (1_000, 0.2, 4), (3_000, 1.0 / 255, 5), (100_000, 0.125, 6),
            (50, 0.97, 7), (2_000_000, 1e-6, 8),
        ] as [(Int, Double, UInt64)])
    func binomial(_ n: Int, _ p: Double, _ seed: UInt64) {
        var random = SimulationRandom(seed)
        let masses = Binomial(n, p).masses
        var seen = [Int](repeating: 0, count: n + 1)
        for _ in 0..<20_000 { seen[random.binomial(n, p)] += 1 }
        let fit = GoodnessOfFit(seen, masses)
        #expect(fit.fits, "\(fit)")
        // The test can fail: a law of one trial more, or less likely by a twentieth.
        guard n > 1, n < 100_000 else { return }
        let other = GoodnessOfFit(seen, Binomial(n, p * 0.95).masses)
        #expect(!other.fits || Double(n) * p < 20, "\(other)")
    }

    @Test(arguments: [(0.3, 1), (4, 2), (60, 3), (20_000, 4)] as [(Double, UInt64)])
    func poisson(_ mean: Double, _ seed: UInt64) {
        var random = SimulationRandom(seed)
        let most = Int(mean + 12 * mean.squareRoot() + 20)
        var masses = [exp(-mean)]
        if mean < 700 {
            for g in 1...most { masses.append(masses[g - 1] * mean / Double(g)) }
        } else {
            // From the middle outwards, then to a sum of 1.
            masses = (0...most).map { exp(Double($0) * log(mean) - mean - lgamma(Double($0) + 1).0) }
        }
        var seen = [Int](repeating: 0, count: most + 1)
        for _ in 0..<20_000 { seen[min(most, random.poisson(mean))] += 1 }
        let fit = GoodnessOfFit(seen, masses)
        #expect(fit.fits, "\(fit)")
    }

    @Test func edges() {
        var random = SimulationRandom(1)
        for _ in 0..<100 {
            #expect(random.binomial(0, 0.5) == 0 && random.binomial(9, 0) == 0 && random.binomial(9, 1) == 9)
            #expect(random.poisson(0) == 0 && (0..<5).contains(random.below(5)) && (0..<1).contains(random.unit()))
        }
    }

    @Test func normal() {
        var random = SimulationRandom(2)
        let draws = (0..<40_000).map { _ in random.normal() }
        let mean = SampleMean(draws), square = SampleMean(draws.map { $0 * $0 })
        #expect(abs(mean.value) < 5 * mean.standardError && abs(square.value - 1) < 5 * square.standardError)
        #expect(abs(SampleMean(draws.map { $0 > 1 ? 1 : 0 }).value - 0.1587) < 0.01)
    }

    /// Streams of other numbers are others.
    @Test func streams() {
        var seen = Set<UInt64>()
        for a in 0..<20 {
            for b in 0..<20 {
                var random = SimulationRandom(7, a, b)
                seen.insert(random.unit().bitPattern)
            }
        }
        #expect(seen.count == 400)
        var one = SimulationRandom(7, 1, 2), other = SimulationRandom(7, 1, 2)
        #expect(one.unit() == other.unit())
    }
}
