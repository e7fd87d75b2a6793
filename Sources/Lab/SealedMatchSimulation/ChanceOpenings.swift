/// The chance openings of an account-epoch under one setting, drawn when they are asked for: one binomial draw for the
/// vouchers of each octave of numbers that came since the last time.
///
/// A voucher without a match opens Bin(M, 1/N) slots, one with a match Bin(M − 1, 1/N) beside the match; all draws are
/// independent (Docs/Decoys.md, "The theorem"). So vouchers of one N open Bin(M · their number − their matches, 1/N).
struct ChanceOpenings {
    private let slots: Int
    private let chances: [Double]
    private var random: SimulationRandom
    /// Vouchers and matches of each octave that were drawn for.
    private var vouchers: Arrivals.Counts
    private var matches: Arrivals.Counts
    private(set) var count = 0

    init(slots: Int, chances: [Double], random: SimulationRandom) {
        self.slots = slots
        self.chances = chances
        self.random = random
        vouchers = Arrivals.none
        matches = Arrivals.none
    }

    /// Draws for what arrived since the last time.
    mutating func extend(to arrivals: Arrivals) {
        for octave in 0..<Arrivals.octaves where arrivals.vouchers[octave] > vouchers[octave] {
            let trials =
                slots * Int(arrivals.vouchers[octave] - vouchers[octave])
                - Int(arrivals.matches[octave] - matches[octave])
            count += random.binomial(trials, chances[octave])
        }
        vouchers = arrivals.vouchers
        matches = arrivals.matches
    }
}

/// Vouchers of an account-epoch that arrived, by the octave of their number.
struct Arrivals {
    typealias Counts = InlineArray<12, Int32>

    static let octaves = 12
    static var none: Counts { Counts(repeating: 0) }

    private(set) var vouchers = Arrivals.none
    private(set) var matches = Arrivals.none
    private(set) var matchCount = 0

    mutating func add(number: Int, matches isMatch: Bool) {
        let octave = Self.octave(of: number)
        vouchers[octave] += 1
        if isMatch {
            matches[octave] += 1
            matchCount += 1
        }
    }

    // Check level, step 1: the bit length of ⌊min(v, 65,535)/32⌋
    static func octave(of number: Int) -> Int {
        let octave = UInt32(min(number, 65_535)) / 32
        return UInt32.bitWidth - octave.leadingZeroBitCount
    }
}
