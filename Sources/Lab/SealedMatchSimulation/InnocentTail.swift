internal import Foundation

/// How probable it is that an account of a group has so many matches in an epoch by false positives alone. Computed
/// from the laws, nothing is drawn; all sums are of positive terms, in logarithms.
///
/// It is the probability that the epoch *could* be revealed: the decoder needs ⌈e/k⌉ matches more, but that is no
/// protection that anybody may count on (Docs/Security.md, 5).
package struct InnocentTail: Sendable {
    /// ln P(at least t matches), t = 0, 1, …
    package let logTails: [Double]

    /// The greatest t of a set, and one more.
    static let most = 1_025

    /// - Parameter thresholds: how many tails, below `most`; at least 2.
    package init(_ group: PopulationGroup, thresholds: Int) {
        let law = group.others.divided(by: group.series)
        let cap = VolumeLaw.most / group.series
        let arriving = 1 - group.lost
        if group.series == 1 {
            // Each medium matches and arrives, independently of all others.
            let counts = SeriesCounts(law, cap, group.falsePositives * arriving, most: thresholds - 1)
            logTails = (0..<thresholds).map { counts.logTail($0) }
            return
        }
        // So many series match that even with losses more of them change nothing; if there are even more, all count.
        let series =
            arriving > 0 ? min(cap, 2 * Int(Double(thresholds) / Double(group.series) / arriving) + 200) : 0
        let counts = SeriesCounts(law, cap, group.falsePositives, most: series)
        logTails = (0..<thresholds).map { t in
            if t == 0 { return 0 }
            let terms = (0...series).map { g in
                counts.logMasses[g] + CountLaw.binomial(g * group.series, arriving).logTail(t)
            }
            return min(0, LogSum.of(terms + [arriving > 0 ? counts.logBeyond : LogSum.zero]))
        }
    }

    /// The least t with a probability of at most `limit`; nil: none of these.
    package func threshold(below limit: Double) -> Int? {
        let limit = log(limit)
        return logTails.indices.first { $0 >= 2 && logTails[$0] <= limit }
    }

    /// ln P(no known item in the epoch).
    package static func logInnocent(_ known: VolumeLaw) -> Double {
        switch known {
        case .fixed(let n): n == 0 ? 0 : LogSum.zero
        case .poisson(let mean): -mean
        case .logNormal(let median, let spread):
            NormalMixture(sharpness: 10).log { -median * exp(spread * $0) }
        }
    }
}

/// The law of the number of matching series, averaged over the accounts of a group.
private struct SeriesCounts {
    /// ln P(G = g), g = 0 … most.
    let logMasses: [Double]
    /// ln P(G > most).
    let logBeyond: Double

    /// - Parameters:
    ///   - law: of the number of series.
    ///   - cap: series of an epoch, at most.
    ///   - chance: of one to match.
    init(_ law: VolumeLaw, _ cap: Int, _ chance: Double, most: Int) {
        // Poisson series of which each matches independently: Poisson matches. Where the mean is beyond the cap, all
        // epochs are taken to be full: up to a few standard deviations from the cap that is exact, and never too low.
        func count(_ mean: Double) -> CountLaw {
            mean >= Double(cap) ? .binomial(cap, chance) : .poisson(mean * chance)
        }
        let factorials = (0...most).map { LogFactorial.of($0) }
        let all: [Double]
        switch law {
        case .fixed(let n): all = CountLaw.binomial(min(n, cap), chance).logMasses(factorials)
        case .poisson(let mean): all = count(mean).logMasses(factorials)
        case .logNormal(let median, let spread):
            // From the z on at which the mean reaches the cap, nothing changes any more.
            let end = spread > 0 ? log(Double(cap) / median) / spread : (median >= Double(cap) ? -40 : 40)
            let mixture = NormalMixture(end: end, sharpness: Double(most + 1) * spread)
            all = mixture.logs(terms: most + 2) { z in
                count(median * exp(spread * min(z, end))).logMasses(factorials)
            }
        }
        logMasses = Array(all.prefix(most + 1))
        logBeyond = all[most + 1]
    }

    func logTail(_ g: Int) -> Double {
        g == 0 ? 0 : min(0, LogSum.of(logMasses[min(g, logMasses.count)...] + [logBeyond]))
    }
}

/// Averages over a normal z, in logarithms: Simpson's rule from −9 to the end, and beyond it the last value.
struct NormalMixture {
    private let nodes: [(z: Double, logWeight: Double)]

    /// - Parameters:
    ///   - end: from where on the function is constant.
    ///   - sharpness: how fast its logarithm grows with z, at most, about.
    init(end: Double = 40, sharpness: Double) {
        let (first, last) = (min(-9, end), min(end, 40))
        // A step of which the logarithm changes by a tenth: Simpson's error is some 10^-6.
        let width = last - first
        let steps = width > 0 ? 2 * max(100, Int((width * max(5, sharpness) * 5).rounded(.up))) : 0
        let h = steps > 0 ? width / Double(steps) : 0
        var nodes: [(Double, Double)] = []
        for index in 0...max(0, steps) where steps > 0 {
            let z = first + Double(index) * h
            let weight = index == 0 || index == steps ? 1.0 : index % 2 == 1 ? 4 : 2
            nodes.append((z, Foundation.log(weight * h / 3) - z * z / 2 - 0.918_938_533_204_672_8))
        }
        // What is beyond the end, and what is before −9, where nothing happens.
        nodes.append((last, Self.logUpper(last)))
        if first > -40 { nodes.append((first, Self.logUpper(-first))) }
        self.nodes = nodes
    }

    /// ln P(Z > z).
    private static func logUpper(_ z: Double) -> Double {
        // Beyond 37 erfc underflows: Mills' ratio, from above.
        z > 37 ? -z * z / 2 - 0.918_938_533_204_672_8 - Foundation.log(z) : Foundation.log(erfc(z / 2.squareRoot()) / 2)
    }

    /// ln E f(Z), of ln f.
    func log(_ logF: (Double) -> Double) -> Double { LogSum.of(nodes.map { $0.logWeight + logF($0.z) }) }

    /// The same of several functions at once.
    func logs(terms: Int, _ logF: (Double) -> [Double]) -> [Double] {
        var sums = [LogAccumulator](repeating: LogAccumulator(), count: terms)
        for node in nodes {
            let values = logF(node.z)
            for index in 0..<terms { sums[index].add(node.logWeight + values[index]) }
        }
        return sums.map(\.log)
    }
}
