package import SealedMatchCrypto
package import SealedMatchWorkers
internal import Synchronization

/// All figures of a plan.
package struct SimulationReport: Sendable {
    package let plan: SimulationPlan
    package let costs: ProcessorCosts
    /// One for each setting and group, settings first.
    package let cells: [Cell]
    /// Of each group log10 P(at least t matches by false positives alone), by t; −∞ for 0.
    package let innocentTails: [[Double]]

    /// One group under one setting.
    package struct Cell: Sendable {
        package let setting: SimulationSetting
        package let group: PopulationGroup
        /// Accounts that were simulated.
        package let simulated: Int
        package let reveals: RevealFigures
        package let innocents: InnocentFigures
        /// Nil where an account has too few vouchers to guess at, or none.
        package let guess: GuessFigure?
        package let load: GroupLoad
    }

    /// - Parameter costs: of processors, on which alone the seconds depend.
    /// - Throws: `interrupted`.
    package init(
        _ plan: SimulationPlan, costs: ProcessorCosts, _ workers: Workers
    ) throws(SealedMatchError) {
        let tallies = try Simulator(plan: plan).run(workers)
        let (groups, settings) = (plan.groups.count, plan.settings.count)
        let tails = Mutex([InnocentTail?](repeating: nil, count: groups))
        try workers.forEachChunk("innocents", count: groups, chunk: 1) { (range) throws(SealedMatchError) in
            for index in range {
                let tail = Self.tail(of: plan.groups[index], plan)
                tails.withLock { $0[index] = tail }
            }
        }
        let found = tails.withLock { $0.compactMap { $0 } }
        let cells = Mutex([Cell?](repeating: nil, count: groups * settings))
        try workers.forEachChunk("guesses", count: groups * settings, chunk: 1) { (range) throws(SealedMatchError) in
            for place in range {
                let (setting, group) = (place / groups, place % groups)
                let cell = Self.cell(plan, setting, group, tallies[group], found[group], costs)
                cells.withLock { $0[place] = cell }
            }
        }
        self.plan = plan
        self.costs = costs
        self.cells = cells.withLock { $0.compactMap { $0 } }
        innocentTails = found.map { tail in tail.logTails.map { $0 / 2.302_585_092_994_045_7 } }
    }

    /// As many thresholds as are needed for the settings, and to find the one for the limit.
    private static func tail(of group: PopulationGroup, _ plan: SimulationPlan) -> InnocentTail {
        let most = plan.settings.map(\.threshold).max() ?? 2
        var count = min(InnocentTail.most, max(48, most + 1))
        while true {
            let tail = InnocentTail(group, thresholds: count)
            if count == InnocentTail.most || tail.threshold(below: InnocentFigures.limit) != nil { return tail }
            count = min(InnocentTail.most, 2 * count)
        }
    }

    private static func cell(
        _ plan: SimulationPlan, _ settingIndex: Int, _ index: Int, _ tally: GroupTally, _ tail: InnocentTail,
        _ costs: ProcessorCosts
    ) -> Cell {
        let (setting, group) = (plan.settings[settingIndex], plan.groups[index])
        let simulated = plan.simulated(index)
        let middle = RevealFigures.Quantiles(tally.volumes)?.middle ?? 0
        return Cell(
            setting: setting, group: group, simulated: simulated,
            reveals: RevealFigures(tally.settings[settingIndex], accounts: simulated, epochs: plan.epochs),
            innocents: InnocentFigures(tail, group, threshold: setting.threshold),
            guess: GuessFigure(group, setting, vouchers: middle, matches: plan.guess, seed: plan.seed),
            load: GroupLoad(
                group, setting, volumes: tally.volumes, matches: tally.matches, runs: plan.runs, costs: costs))
    }

    /// The cells of one setting.
    package func cells(_ setting: SimulationSetting) -> [Cell] { cells.filter { $0.setting.name == setting.name } }
}
