/// One medium of an account's epoch.
package struct SentMedium: Equatable, Sendable {
    package var isKnown: Bool
    /// Of a known item that was found, or of another medium by a false positive.
    package var matches: Bool
    /// Its voucher never arrives.
    package var isLost: Bool
    /// v: vouchers that its device has counted in this epoch before.
    package var number: Int
    package var device: Int
}

/// What one account sends in one epoch, in order.
package struct EpochSequence: Sendable {
    private let group: PopulationGroup
    private var random: SimulationRandom
    /// How many are left of: other media, known items, known items that match, series, series that match.
    private var others: Int
    private var known: Int
    private var recalled: Int
    private var seriesLeft: Int
    private var matchingSeries: Int
    /// How many others are left of the current series, and whether it matches.
    private var ofSeries = 0
    private var seriesMatches = false
    /// Other media that come before a burst.
    private var beforeBurst: Int
    private var numbers: [Int]

    /// How many of all its media match, arrived or not.
    package let matches: Int
    package let media: Int
    package let knownItems: Int

    /// - Parameters:
    ///   - others: of the epoch, a multiple of the group's series.
    ///   - known: of the epoch.
    init(_ group: PopulationGroup, others: Int, known: Int, _ random: inout SimulationRandom) {
        self.group = group
        self.others = others
        self.known = known
        seriesLeft = others / group.series
        matchingSeries = random.binomial(seriesLeft, group.falsePositives)
        recalled = random.binomial(known, group.recall)
        matches = recalled + matchingSeries * group.series
        media = others + known
        knownItems = known
        beforeBurst = group.timing == .burst ? random.below(others + 1) : 0
        numbers = [Int](repeating: 0, count: group.merging ? 1 : group.devices)
        self.random = random
    }

    /// An account's epoch as the simulation draws it.
    package init(
        _ group: PopulationGroup, seed: UInt64, group index: Int, account: Int, epoch: Int
    ) {
        let volumes = GroupVolumes(group, seed: seed, group: index, account: account)
        self = volumes.sequence(epoch)
    }

    package mutating func next() -> SentMedium? {
        guard others + known > 0 else { return nil }
        let device = group.devices > 1 ? random.below(group.devices) : 0
        let counter = group.merging ? 0 : device
        let number = numbers[counter]
        numbers[counter] += 1
        let isKnown = takeKnown()
        let matches = isKnown ? takeRecalled() : takeFalsePositive()
        let isLost = group.lost > 0 && random.unit() < group.lost
        return SentMedium(isKnown: isKnown, matches: matches, isLost: isLost, number: number, device: device)
    }

    private mutating func takeKnown() -> Bool {
        guard known > 0 else { return false }
        switch group.timing {
        case .even: return random.isOne(of: known, in: known + others)
        case .end: return others == 0
        case .burst: return beforeBurst == 0
        }
    }

    private mutating func takeRecalled() -> Bool {
        defer { known -= 1 }
        guard random.isOne(of: recalled, in: known) else { return false }
        recalled -= 1
        return true
    }

    private mutating func takeFalsePositive() -> Bool {
        if ofSeries == 0 {
            seriesMatches = random.isOne(of: matchingSeries, in: seriesLeft)
            seriesLeft -= 1
            matchingSeries -= seriesMatches ? 1 : 0
            ofSeries = group.series
        }
        ofSeries -= 1
        others -= 1
        beforeBurst -= beforeBurst > 0 ? 1 : 0
        return seriesMatches
    }
}

/// One simulated account: what stays from epoch to epoch.
struct GroupVolumes {
    private let group: PopulationGroup
    private let seed: UInt64
    private let index: Int
    private let account: Int
    private let series: AccountVolume
    private let known: AccountVolume

    init(_ group: PopulationGroup, seed: UInt64, group index: Int, account: Int) {
        self.group = group
        self.seed = seed
        self.index = index
        self.account = account
        var random = SimulationRandom(seed, 1, index, account)
        series = group.others.divided(by: group.series).account(&random)
        known = group.known.account(&random)
    }

    /// The epoch's media, drawn; the order is drawn as it is read.
    func sequence(_ epoch: Int) -> EpochSequence {
        var random = SimulationRandom(seed, 2, index, account, epoch)
        let known = known.draw(most: VolumeLaw.most, &random)
        let series = series.draw(most: (VolumeLaw.most - known) / group.series, &random)
        return EpochSequence(group, others: series * group.series, known: known, &random)
    }
}
