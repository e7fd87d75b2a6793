import SealedMatchDecoyAnalysis
import SealedMatchSimulation
import SealedMatchWorkers
import Testing

/// The simulated reveals, against slower ways to the same.
@Suite struct SimulatorTests {
    private func plan(_ groups: [PopulationGroup], _ settings: [SimulationSetting]) -> SimulationPlan {
        var plan = SimulationPlan(groups: groups, settings: settings)
        plan.epochs = 2
        return plan
    }

    private func setting(_ name: String, _ t: Int, _ k: Int, slots: Int = 32) -> SimulationSetting {
        var setting = SimulationSetting(name: name)
        setting.parameters.threshold = t
        setting.parameters.polynomials = k
        setting.slots = slots
        return setting
    }

    private func senders(_ others: Int, _ known: Int, _ timing: PopulationGroup.Timing) -> PopulationGroup {
        var group = PopulationGroup(name: "senders \(others)", accounts: 2_000)
        group.others = .fixed(others)
        group.known = .fixed(known)
        group.timing = timing
        group.recall = 1
        group.falsePositives = 0
        return group
    }

    /// The same counts with one thread and with several; a setting's do not depend on those after it.
    @Test func reproducible() throws {
        var mixed = senders(40, 12, .even)
        mixed.others = .logNormal(median: 40, spread: 1)
        mixed.recall = 0.9
        mixed.lost = 0.05
        let settings = [setting("a", 5, 16), setting("b", 3, 64)]
        let one = try Simulator(plan: plan([mixed, senders(5, 9, .end)], settings)).run(Workers(threads: 1))
        let three = try Simulator(plan: plan([mixed, senders(5, 9, .end)], settings)).run(Workers(threads: 3))
        #expect(one == three)
        let alone = try Simulator(plan: plan([mixed], [settings[0]])).run(Workers(threads: 2))
        #expect(alone[0].settings[0] == one[0].settings[0] && alone[0].volumes == one[0].volumes)
        #expect(alone[0].settings[0].revealedEpochs > 50)
        var other = plan([mixed], [settings[0]])
        other.seed = 2
        #expect(try Simulator(plan: other).run(Workers(threads: 2)) != alone)
    }

    /// README's table: other media, then known ones. `RevealDelay` draws voucher by voucher.
    @Test(arguments: [0, 10, 100, 300, 1_000]) func agreesWithRevealDelay(_ others: Int) throws {
        let tally = try Simulator(plan: plan([senders(others, 60, .end)], [SimulationSetting(name: "default")]))
            .run(Workers())[0].settings[0]
        let mine = tally.reveals.flatMap { Array(repeating: Double($0.key), count: $0.value) }
        let delay = RevealDelay().matches(afterOthers: others, epochs: 1_000, seed: 5).map(Double.init)
        #expect(mine.count == 4_000)
        let one = SampleMean(mine), two = SampleMean(delay)
        let error = (one.standardError * one.standardError + two.standardError * two.standardError).squareRoot()
        #expect(abs(one.value - two.value) <= 5 * error + 1e-9, "\(one) \(two)")
    }

    /// One account-epoch slot by slot, with draws of its own.
    private func slotBySlot(
        _ group: PopulationGroup, _ setting: SimulationSetting, account: Int, _ random: inout SimulationRandom
    ) -> (matches: Int?, atEnd: Bool) {
        var sequence = EpochSequence(group, seed: 11, group: 0, account: account, epoch: 0)
        var (matches, byChance) = (0, 0)
        var revealed: Int?
        while let medium = sequence.next() {
            if medium.isLost { continue }
            // Docs/Protocol.md, 5.9, written out.
            var (octave, rest) = (0, min(medium.number, 65_535) / 32)
            while rest > 0 { (octave, rest) = (octave + 1, rest / 2) }
            let level = Int(setting.parameters.checkLevels.values[octave])
            for _ in 0..<(setting.slots - (medium.matches ? 1 : 0)) { byChance += random.below(level) == 0 ? 1 : 0 }
            matches += medium.matches ? 1 : 0
            let reveals =
                matches >= setting.threshold && setting.polynomials * (matches - setting.threshold) >= byChance
            if revealed == nil, reveals { revealed = matches }
        }
        let reveals = matches >= setting.threshold && setting.polynomials * (matches - setting.threshold) >= byChance
        return (revealed, reveals)
    }

    @Test(arguments: PopulationGroup.Timing.allCases, [true, false])
    func agreesWithSlotBySlot(_ timing: PopulationGroup.Timing, merging: Bool) throws {
        var group = senders(90, 14, timing)
        group.falsePositives = 0.02
        group.recall = 0.8
        group.lost = 0.1
        group.devices = 3
        group.merging = merging
        let setting = setting("a", 6, 40, slots: 9)
        let plan = plan([group], [setting])
        var mine: [Int: Int] = [:], slow: [Int: Int] = [:]
        var (end, slowEnd) = (0, 0)
        var random = SimulationRandom(99)
        for account in 0..<3_000 {
            let sequence = EpochSequence(group, seed: 11, group: 0, account: account, epoch: 0)
            let outcome = Simulator(plan: plan).outcome(
                of: sequence, setting: 0, random: SimulationRandom(11, 3, account))
            mine[outcome.reveal?.matches ?? 0, default: 0] += 1
            end += outcome.revealedAtEnd ? 1 : 0
            let other = slotBySlot(group, setting, account: account, &random)
            slow[other.matches ?? 0, default: 0] += 1
            slowEnd += other.atEnd ? 1 : 0
        }
        // Of two samples of one size (a − b)² / (a + b) is chi-squared's term.
        var value = 0.0, classes = 0
        for key in Set(mine.keys).union(slow.keys) {
            let (a, b) = (Double(mine[key] ?? 0), Double(slow[key] ?? 0))
            guard a + b >= 10 else { continue }
            value += (a - b) * (a - b) / (a + b)
            classes += 1
        }
        #expect(classes >= 3, "\(mine)")
        #expect(value < Double(classes) + 5 * (2 * Double(classes)).squareRoot() + 5, "\(mine) \(slow)")
        let error = (Double(end + slowEnd) + 1).squareRoot()
        #expect(abs(Double(end - slowEnd)) < 5 * error, "\(end) \(slowEnd)")
    }

    /// The rule at its edge.
    @Test func rule() {
        let rule = RevealRule(threshold: 30, polynomials: 312)
        #expect(!rule.reveals(matches: 29, byChance: 0) && rule.reveals(matches: 30, byChance: 0))
        #expect(!rule.reveals(matches: 30, byChance: 1) && rule.reveals(matches: 31, byChance: 312))
        #expect(!rule.reveals(matches: 31, byChance: 313) && rule.reveals(matches: 32, byChance: 624))
    }

    /// A try at the end of the epoch looks at all chance openings: it can come too late, and never too early.
    @Test func tooLate() throws {
        // Twelve matches first, then hundreds of other vouchers that open everywhere.
        var group = senders(0, 12, .end)
        group.others = .fixed(300)
        group.timing = .burst
        let setting = setting("a", 10, 120)
        let tally = try Simulator(plan: plan([group], [setting])).run(Workers())[0].settings[0]
        #expect(tally.revealedEpochs > 100 && tally.revealedAtEnd < tally.revealedEpochs)
    }

    /// Openings beyond the cap never reach the decoder.
    @Test func cap() throws {
        var setting = setting("open", 10, 1_024, slots: 64)
        setting.parameters.checkLevels = try .init(canonical: [UInt8](repeating: 1, count: 12))
        // 400 vouchers open 25,600 slots; 40 matches after them would be enough for k(R − t) ≥ e.
        let before = senders(400, 40, .end), few = senders(300, 40, .end)
        let tallies = try Simulator(plan: plan([before, few], [setting])).run(Workers())
        #expect(tallies[0].settings[0].revealedEpochs == 0)
        #expect(tallies[1].settings[0].revealedEpochs == 4_000)
    }
}
