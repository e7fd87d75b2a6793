public import SealedMatchProtocol

/// What a test world begins with.
public struct TestSettings: Sendable {
    /// Everything random in the world follows from it: the same seed and the same calls give the same bytes.
    public var seed: UInt64 = 1
    /// What the world's sets fix: t, k, M and so on. The check levels follow from `chance`.
    public var parameters = Parameters()
    /// How many slots that do not match open by chance.
    public var chance = ChanceOpenings.asSpecified
    /// How many sources there are; 1 to 16. All of them sign. q is at most their number.
    public var sources = 2
    /// The clock at the start, in seconds since 1970: by default a day after an epoch began.
    public var start: UInt64 = 694 * Parameters.secondsPerEpoch + 86_400
    /// Seconds over which devices spread their vouchers. 0 sends each at once; 86,400 is usual in production.
    public var window: UInt64 = 0
    /// Seconds from a set's issue to its expiry.
    public var lifetime: UInt64 = 300 * 86_400
    /// The names of the items that the first set holds; see `TestWorld.init`.
    public var known: [String] = []
    /// Threads that build sets and seal; as many as there are cores unless told. No byte depends on it.
    package var threads: Int?

    /// The defaults: t = 30 and everything else as in production, two sources, seed 1.
    public init() {}

    /// The defaults with another seed, threshold or chance, and with items that the first set holds.
    public init(
        seed: UInt64 = 1, threshold: Int = 30, chance: ChanceOpenings = .asSpecified, known: [String] = []
    ) {
        self.seed = seed
        parameters.threshold = threshold
        self.chance = chance
        self.known = known
    }

    /// - Throws: `TestWorldError.badValue`.
    func check() throws(TestWorldError) {
        // More hardly ever come: devices would seal again and again.
        if let number = chance.number, !(0...(parameters.probes / 4)).contains(number) {
            throw TestWorldError(
                .badValue,
                "chance openings: as specified, or 0 to \(parameters.probes / 4) of \(parameters.probes) slots, "
                    + "not \(number)")
        }
        guard Parameters.thresholds.contains(parameters.threshold) else {
            throw TestWorldError(.badValue, "a threshold is 2 to 1,024, not \(parameters.threshold)")
        }
        guard (1...Parameters.maximumSources).contains(sources) else {
            throw TestWorldError(.badValue, "a world has 1 to 16 sources, not \(sources)")
        }
        guard (0...SetHeader.maximumLifetime).contains(lifetime), lifetime > 0 else {
            throw TestWorldError(.badValue, "a set lives for 1 second to 400 days, not \(lifetime) seconds")
        }
        guard window <= Parameters.secondsPerEpoch else {
            throw TestWorldError(.badValue, "vouchers wait for at most 30 days, not \(window) seconds")
        }
        guard start < 1 << 40, start >= Parameters.secondsPerEpoch else {
            throw TestWorldError(.badValue, "the clock starts between the years 1970 and 36,000, not at \(start)")
        }
    }
}
