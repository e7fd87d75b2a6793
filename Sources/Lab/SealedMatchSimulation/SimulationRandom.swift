internal import Foundation
internal import SealedMatchDecoyAnalysis

/// Seeded draws by exact laws, up to the rounding of Double. One stream for each purpose, so that nothing depends on
/// which thread works on what.
package struct SimulationRandom: Sendable {
    var generator: SeededGenerator

    /// A stream of its own for each list of numbers.
    package init(_ seed: UInt64, _ numbers: Int...) {
        var state = seed
        for number in numbers {
            // SplitMix64's step and mixing.
            state = (state ^ UInt64(bitPattern: Int64(number))) &+ 0x9e37_79b9_7f4a_7c15
            state = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
            state = (state ^ state >> 27) &* 0x94d0_49bb_1331_11eb
            state ^= state >> 31
        }
        generator = SeededGenerator(seed: state)
    }

    /// Uniform in [0, 1).
    package mutating func unit() -> Double { Double(generator.draw() >> 11) * 0x1p-53 }

    /// Uniform in 0..<bound.
    package mutating func below(_ bound: Int) -> Int {
        Int(generator.draw().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// True for `part` of `whole`.
    mutating func isOne(of part: Int, in whole: Int) -> Bool { part > 0 && (part == whole || below(whole) < part) }

    /// Of mean 0 and variance 1 (Box and Muller).
    package mutating func normal() -> Double {
        (-2 * log(1 - unit())).squareRoot() * cos(2 * Double.pi * unit())
    }

    /// Bin(n, p).
    package mutating func binomial(_ n: Int, _ p: Double) -> Int {
        if n <= 0 || p <= 0 { return 0 }
        if p >= 1 { return n }
        let odds = p / (1 - p)
        let mode = min(n, Int(Double(n + 1) * p))
        let logMass =
            LogFactorial.of(n) - LogFactorial.of(mode) - LogFactorial.of(n - mode) + Double(mode) * log(p)
            + Double(n - mode) * log1p(-p)
        return outwards(from: mode, mass: exp(logMass), most: n) { Double(n - $0) / Double($0 + 1) * odds }
    }

    /// Poisson.
    package mutating func poisson(_ mean: Double) -> Int {
        if mean <= 0 { return 0 }
        let mode = Int(mean)
        let logMass = Double(mode) * log(mean) - mean - LogFactorial.of(mode)
        return outwards(from: mode, mass: exp(logMass), most: Int.max / 2) { mean / Double($0 + 1) }
    }

    /// By inversion: the values in the order mode, mode + 1, mode − 1, …, each taken with its mass.
    /// - Parameter ratio: the mass of a value's successor over its own.
    private mutating func outwards(
        from mode: Int, mass: Double, most: Int, _ ratio: (Int) -> Double
    ) -> Int {
        var place = unit() - mass
        if place < 0 { return mode }
        var (up, down) = (mode, mode)
        var (above, below) = (mass, mass)
        while true {
            // What is left of both sides is below the rounding of the sum.
            if above < 1e-18 && below < 1e-18 { return mode }
            if up < most && above >= 1e-18 {
                above *= ratio(up)
                up += 1
                place -= above
                if place < 0 { return up }
            } else {
                above = 0
            }
            if down > 0 && below >= 1e-18 {
                down -= 1
                below /= ratio(down)
                place -= below
                if place < 0 { return down }
            } else {
                below = 0
            }
        }
    }
}
