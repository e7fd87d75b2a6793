/// What the short check costs: the chance openings of an epoch of vouchers without a match, by their exact law.
package struct CheckPrice {
    package let mean: Double
    /// The least e such that in 99 of 100 epochs there are at most e chance openings.
    package let percentile: Int

    package init(_ check: ShortCheck, volume: Int) {
        // Vouchers of one level open together Bin(M · their number, 1/N); the levels are independent.
        var law = [1.0], first = 0, mean = 0.0
        for (level, vouchers) in check.vouchers(volume).sorted(by: { $0.key < $1.key }) {
            let trials = check.slots * vouchers
            mean += Double(trials) / Double(level)
            let masses = Binomial(trials, 1 / Double(level)).masses
            // What is left out weighs below 10^-12 a level.
            let kept = masses.indices.filter { masses[$0] > 1e-16 }
            guard let least = kept.first, let most = kept.last else { continue }
            var sum = [Double](repeating: 0, count: law.count + most - least)
            for (a, p) in law.enumerated() { for b in least...most { sum[a + b - least] += p * masses[b] } }
            law = sum
            first += least
        }
        self.mean = mean
        var below = 0.0
        percentile =
            first
            + (law.firstIndex {
                below += $0; return below >= 0.99
            } ?? law.count)
    }

    /// Matches beyond t at which 99 of 100 accounts are revealed: ⌈e/k⌉.
    package func matchesBeyondThreshold(polynomials: Int) -> Int { (percentile + polynomials - 1) / polynomials }
}
