/// Numbers of `Docs/Protocol.md`, 5.11, that say what a mark looks like, and what it costs to believe in one.
/// `Vectors/marks.json` has them, and a test compares.
package enum MarkTables {
    /// 16·log2(1 + v), to the nearest whole number.
    package static let logarithms: [UInt8] = (0..<256).map { logarithm16(of: $0 + 1) }
    package static let bias = -8_957_539
    package static let shift = 12
    package static let threshold = -256
    static let leastCells = 3
    static let mostCells = 1_999
    static let mostMarks = 8
    static let sweeps = 16
    package static let stripScore = 100
    package static let strip = Price(penalty: 388, slope: 45, leastPenalty: -60)
    package static let weights: [Int32] = [
        27_221, 9_990, -4_925, -29_016, -185, -207, -18_503, 90_894, -4_305, -4_607, 27_926, -354, -57_708, 19_855,
        -15_711, -1_686, 21_625, -116, 900_266, -156_712, 52_233, -17_615, 31_389, -840, 649_258, 22_442, -656, -12_591,
        2_905, 114, -266_013, 201_128, -45_233, 55_759, -45_117, -8_188, 370_136, 92_685, 5_617, -11_586, -2_665, 433,
        7_705, -9_225, 19_156, -1_385, 65_793, 279, 98_048, 37_192, 97_365, 10_760, 27_474, -6_921, -489_199, 112_750,
        15_358, 863, 29_226, -566, 709_528, 296_738, 35_885, -8_313, 42_457, -2_920, -131_795, -256_764, 107_681,
        -68_368, 352_088, -10_772, 291_827, 262_144, 242_424, 1_343_900, 61_985, 595_517, -4_744, 12_692, 7_911,
        -89_586, 164_124,
    ]

    /// What a hypothesis costs, in 1/256 of the spread: the clearer the mark, the less.
    package struct Price: Equatable {
        package let penalty: Int
        package let slope: Int
        package let leastPenalty: Int

        /// - Parameter weight: of the mark; more than 0.
        package func penalty(_ weight: Int) -> Int {
            // Hypotheses of marks, steps 3–4
            let power = Int.bitWidth - 1 - weight.leadingZeroBitCount
            let logarithm = 256 * power + (weight << 8) >> power - 256
            return max(leastPenalty, penalty - (slope * logarithm) >> 8)
        }
    }

    /// A mask: which marks it hides, and how many there must be.
    package struct Kind {
        package let first: Int
        package let count: Int
        package let least: Int
        package let price: Price
    }

    package static let kinds: [Kind] = [
        Kind(first: 0, count: 1, least: 1, price: Price(penalty: 240, slope: 15, leastPenalty: -60)),
        Kind(first: 1, count: 1, least: 2, price: Price(penalty: 185, slope: 10, leastPenalty: -60)),
        Kind(first: 2, count: 1, least: 3, price: Price(penalty: 110, slope: 10, leastPenalty: -60)),
        Kind(first: 0, count: 2, least: 2, price: Price(penalty: 80, slope: 5, leastPenalty: 0)),
        Kind(first: 0, count: 8, least: 3, price: Price(penalty: 160, slope: 10, leastPenalty: 0)),
    ]

    /// Features of a place alone.
    static let places = 12

    /// By whole numbers: the greatest n with 2^(2n − 1) ≤ value^32 is ⌊16·log2(value) + 1/2⌋, and value is no power of
    /// two that would lie in the middle.
    private static func logarithm16(of value: Int) -> UInt8 {
        // Bits of log2, one after another: squares of a number from 1 on and below 2.
        let power = Int.bitWidth - 1 - value.leadingZeroBitCount
        var x = Double(value) / Double(1 << power)
        var result = 16 * power
        for bit in [8, 4, 2, 1] {
            x *= x
            if x >= 2 {
                x /= 2
                result += bit
            }
        }
        // The next bit rounds.
        return UInt8(x * x >= 2 ? result + 1 : result)
    }
}
