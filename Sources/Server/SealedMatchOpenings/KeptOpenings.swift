public import SealedMatchCollector

/// The openings of one account, epoch and form that are kept, in the order of opening.
public struct KeptOpenings: Sendable {
    /// At most 28,672: what the caps let a store keep. Those of one voucher share its body in memory.
    public let openings: [KeptOpening]
    /// C as the store counts it: those that are not quarantined, damaged ones included.
    public let counted: Int
    /// Numbers of those that fix a revealed account's polynomials: t, or none.
    public let basis: Set<Int64>
    /// Rows that were skipped.
    public let damaged: [DamagedRow]

    /// The fields, each as its property says.
    public init(openings: [KeptOpening], counted: Int, basis: Set<Int64>, damaged: [DamagedRow]) {
        self.openings = openings
        self.counted = counted
        self.basis = basis
        self.damaged = damaged
    }
}
