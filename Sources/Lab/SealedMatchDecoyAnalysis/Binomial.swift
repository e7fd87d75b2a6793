/// Bin(n, p): its masses, and draws from it.
package struct Binomial: Sendable {
    /// P(0), …, P(n).
    package let masses: [Double]
    private let cumulative: [Double]

    /// From the mode outwards by the ratio of neighbours, then to a sum of 1: nothing overflows. p is above 0.
    package init(_ trials: Int, _ probability: Double) {
        var masses = [Double](repeating: 0, count: trials + 1)
        let mode = min(trials, Int(Double(trials + 1) * probability))
        let odds = probability / (1 - probability)
        masses[mode] = 1
        for o in (0..<mode).reversed() { masses[o] = masses[o + 1] * Double(o + 1) / Double(trials - o) / odds }
        for o in stride(from: mode + 1, through: trials, by: 1) {
            masses[o] = masses[o - 1] * Double(trials - o + 1) / Double(o) * odds
        }
        let sum = masses.reduce(0, +)
        var below = 0.0
        self.masses = masses.map { $0 / sum }
        cumulative = self.masses.map {
            below += $0
            return below
        }
    }

    func draw(_ random: inout SeededGenerator) -> Int {
        let place = random.unit()
        // The last sum may be a rounding below 1.
        return cumulative.firstIndex { place < $0 } ?? masses.count - 1
    }
}
