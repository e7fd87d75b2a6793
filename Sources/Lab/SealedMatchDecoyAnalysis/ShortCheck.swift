/// The process that is to replace the decoys. A voucher has M slots. One without a match opens with probability 1/N,
/// independently of all others; a matching one opens always. So a voucher opens Bin(M, 1/N) slots, and one with a match
/// 1 + Bin(M − 1, 1/N). Nothing is kept from voucher to voucher but its number, and devices share nothing.
package struct ShortCheck: Sendable, Hashable {
    /// M.
    package var slots: Int
    package var levels: CheckLevels

    package init(slots: Int = 32, levels: CheckLevels = .recommended) {
        self.slots = slots
        self.levels = levels
    }

    /// μ of the voucher with number v: the mean number of chance openings.
    package func mean(_ voucher: Int) -> Double { Double(slots) / Double(levels[voucher]) }

    /// The laws of a voucher of one level.
    struct Level: Sendable {
        let none: Binomial
        /// Of the slots beside the matching one.
        let besides: Binomial

        init(slots: Int, level: Int) {
            none = Binomial(slots, 1 / Double(level))
            besides = Binomial(slots - 1, 1 / Double(level))
        }

        func openings(matching: Bool, _ random: inout SeededGenerator) -> Int {
            matching ? 1 + besides.draw(&random) : none.draw(&random)
        }
    }

    /// By N.
    var laws: [Int: Level] {
        Dictionary(uniqueKeysWithValues: Set(levels.steps).map { ($0, Level(slots: slots, level: $0)) })
    }
}
