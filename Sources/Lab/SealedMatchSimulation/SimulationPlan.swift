internal import SealedMatchProtocol

/// What is simulated: a population, and settings side by side. Docs/Simulator.md describes the fields.
package struct SimulationPlan: Equatable, Sendable {
    package var seed: UInt64 = 1
    /// Epochs that each account is followed for.
    package var epochs = 12
    /// Accounts that are simulated, of all groups together; about, if the population is greater.
    package var sample = 1_000_000
    /// How often in an epoch the authority opens and tries: for processor time alone.
    package var runs = 30
    /// The number of matches that an observer guesses at.
    package var guess = 10
    package var groups: [PopulationGroup]
    package var settings: [SimulationSetting]
    /// Nil: measured in the same run.
    package var costs: ProcessorCosts?

    /// Bytes of a plan's text.
    package static let mostBytes = 1 << 20
    static let mostGroups = 32
    static let mostSettings = 16
    package static let samples = 1...10_000_000
    package static let epochCounts = 1...120
    static let runCounts = 1...3_000
    /// Vouchers that a simulation may have to walk through.
    static let mostSteps = 1e11

    package init(groups: [PopulationGroup], settings: [SimulationSetting]) {
        self.groups = groups
        self.settings = settings
    }

    /// - Throws: `PlanError`.
    package init(parsing text: String) throws(PlanError) {
        guard text.utf8.count <= Self.mostBytes else { throw PlanError("a plan has at most \(Self.mostBytes) bytes") }
        var reader = try PlanReader(JSONValue(parsing: text), at: "")
        let standard = SimulationPlan.standard
        self.init(groups: standard.groups, settings: standard.settings)
        // Beyond 2^53 a JSON number is not one whole number any more.
        seed = UInt64(try reader.whole("seed", 0...(1 << 53)) ?? Int(seed))
        epochs = try reader.whole("epochs", Self.epochCounts) ?? epochs
        sample = try reader.whole("sample", Self.samples) ?? sample
        runs = try reader.whole("runs", Self.runCounts) ?? runs
        guess = try reader.whole("guess", 1...100) ?? guess
        if let values = try reader.list("groups", most: Self.mostGroups) {
            groups = []
            for (index, value) in values.enumerated() {
                groups.append(try PopulationGroup(value, at: "groups[\(index)]"))
            }
        }
        if let values = try reader.list("settings", most: Self.mostSettings) {
            settings = []
            for (index, value) in values.enumerated() {
                settings.append(try SimulationSetting(value, at: "settings[\(index)]"))
            }
        }
        if let value = reader.take("costs") { costs = try ProcessorCosts(value, at: "costs") }
        try reader.finish()
        try validate()
    }

    /// What no field alone shows; also for a plan that options have changed.
    /// - Throws: `PlanError`.
    package func validate() throws(PlanError) {
        try Self.checkNames(groups.map(\.name), "groups")
        try Self.checkNames(settings.map(\.name), "settings")
        var steps = 0.0
        for (index, group) in groups.enumerated() {
            let media = min(group.others.mean, Double(VolumeLaw.most)) + min(group.known.mean, Double(VolumeLaw.most))
            steps += Double(simulated(index)) * Double(epochs) * media
        }
        guard steps <= Self.mostSteps else {
            throw PlanError(
                """
                the plan asks for about \(JSONValue.text(steps.rounded())) vouchers; allowed are \
                \(JSONValue.text(Self.mostSteps)): lower sample (\(sample)), epochs (\(epochs)) or the groups' media
                """)
        }
    }

    private static func checkNames(_ names: [String], _ field: String) throws(PlanError) {
        var seen: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            if let first = seen[name] {
                throw PlanError("\(field)[\(index)].name is \"\(name)\", as \(field)[\(first)].name; names differ")
            }
            seen[name] = index
        }
    }

    /// Of the population.
    package var accounts: Int { groups.reduce(0) { $0 + $1.accounts } }

    /// Accounts of a group that are simulated: all, or its share of the sample, but of a small group not below 1,000.
    package func simulated(_ index: Int) -> Int {
        let group = groups[index]
        guard accounts > sample else { return group.accounts }
        let share = (Double(sample) * Double(group.accounts) / Double(accounts)).rounded(.up)
        return min(group.accounts, max(Int(share), min(1_000, sample)))
    }
}

extension SimulationPlan {
    /// A million accounts, of which one in a thousand sends known items, under the default parameters: what is
    /// simulated where nobody says anything else.
    package static let standard: SimulationPlan = {
        var most = PopulationGroup(name: "everybody", accounts: 999_000)
        most.others = .logNormal(median: 60, spread: 1)
        var senders = PopulationGroup(name: "senders", accounts: 1_000)
        senders.others = .logNormal(median: 60, spread: 1)
        senders.known = .logNormal(median: 20, spread: 1)
        return SimulationPlan(groups: [most, senders], settings: [SimulationSetting(name: "default")])
    }()

    /// A plan that uses every field, as text.
    package static let example = """
        {
          "seed": 1,
          "epochs": 12,
          "sample": 1000000,
          "runs": 30,
          "guess": 10,
          "groups": [
            {
              "name": "quiet", "accounts": 700000,
              "others": {"median": 20, "spread": 1}, "falsePositives": 5e-7
            },
            {
              "name": "busy", "accounts": 299000,
              "others": {"median": 300, "spread": 0.8}, "devices": 2, "merging": true, "series": 10, "lost": 0.01
            },
            {
              "name": "forwards a collection", "accounts": 500,
              "others": {"mean": 100}, "known": 60, "timing": "burst", "recall": 0.97
            },
            {
              "name": "now and then", "accounts": 500,
              "others": {"median": 60, "spread": 1}, "known": {"mean": 12}, "timing": "even"
            }
          ],
          "settings": [
            {"name": "default"},
            {"name": "t = 20", "threshold": 20},
            {
              "name": "N = 8", "threshold": 30, "polynomials": 312, "slots": 32, "payload": 1024,
              "levels": [8, 8, 8, 8, 8, 16, 28, 36, 80, 160, 255, 255]
            }
          ]
        }

        """
}

extension SimulationPlan {
    /// Makes the population so large, and keeps the groups' shares: each has at least one account.
    package mutating func scale(to count: Int) {
        let before = Double(accounts)
        for index in groups.indices {
            groups[index].accounts = max(1, Int((Double(count) * Double(groups[index].accounts) / before).rounded()))
        }
    }
}
