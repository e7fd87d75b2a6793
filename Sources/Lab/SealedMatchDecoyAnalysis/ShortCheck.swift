package import SealedMatchProtocol

/// What a slot without a match does (Docs/Protocol.md, "Check level"). A voucher has M slots. One without a match opens
/// with probability 1/N, independently of all others; a matching one opens always. So a voucher opens Bin(M, 1/N)
/// slots, and one with a match 1 + Bin(M − 1, 1/N). Nothing is kept from voucher to voucher but its number, and devices
/// share nothing. N is the library's, `CheckLevels`.
package struct ShortCheck: Sendable, Equatable {
    /// M.
    package let slots: Int
    private let levels: CheckLevels

    /// - Parameters:
    ///   - slots: M.
    ///   - first: N of the first 32 vouchers in place of the default one.
    package init(slots: Int = 32, first: UInt8? = nil) {
        let standard = CheckLevels.standard.values
        self.init(slots: slots, values: [first ?? standard[0]] + standard.dropFirst())
    }

    /// One N for all vouchers.
    package init(slots: Int = 32, constant level: UInt8) {
        self.init(slots: slots, values: [UInt8](repeating: level, count: CheckLevels.count))
    }

    /// Levels of any set.
    package init(slots: Int, levels: CheckLevels) {
        self.slots = slots
        self.levels = levels
    }

    private init(slots: Int, values: [UInt8]) {
        guard let levels = try? CheckLevels(canonical: values) else {
            preconditionFailure("the levels are the lab's own")
        }
        self.init(slots: slots, levels: levels)
    }

    /// N of the voucher with number v, from 0.
    package func level(_ voucher: Int) -> Int { Int(levels.level(of: UInt32(voucher))) }

    /// μ of the voucher with number v: the mean number of chance openings.
    package func mean(_ voucher: Int) -> Double { Double(slots) / Double(level(voucher)) }

    /// The levels, each once, ascending.
    package var distinctLevels: [Int] { Set(levels.values.map { Int($0) }).sorted() }

    /// How many of an epoch's first n vouchers have each level.
    package func vouchers(_ n: Int) -> [Int: Int] {
        (0..<n).reduce(into: [:]) { $0[level($1), default: 0] += 1 }
    }

    /// The laws of a voucher of one level.
    struct Law: Sendable {
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
    var laws: [Int: Law] {
        Dictionary(uniqueKeysWithValues: distinctLevels.map { ($0, Law(slots: slots, level: $0)) })
    }
}
