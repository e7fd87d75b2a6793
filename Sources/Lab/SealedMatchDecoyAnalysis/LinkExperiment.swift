/// Does anything that the authority has link an account's epochs, beside its volumes? A linker is trained on eleven
/// epochs and links the twelfth's pseudonyms to accounts.
///
/// Figures, each a rate of pseudonyms that are linked to the right account (`top`), or what that is more than by
/// volumes alone (`gain`, of the same pseudonyms); errors are those of a mean over worlds:
/// - `link.K.named.E`: the linker has eleven epochs of each account, and knows whose they are.
/// - `link.K.alone.E`: it has the eleventh epoch's pseudonyms, no names, and was trained on other accounts.
/// - E: `volume`; `openings`, `levels`, `sets`, `order`, `edge`: volumes and that; `file`: the first four; `all`.
/// - `link.K.file.E`: named, where vouchers are in no order, as in the file.
/// - `link.K.kept.E`: the same, where all accounts have one device and no match, and take new sets together.
/// - `link.K.matching.E`: named, of the accounts that have matches in each epoch (a fifth).
/// - `link.K.bare.E`: named, where all accounts have one device and no match.
/// - `link.K.plain.openings`: named, if a slot without a match nearly never opened (N = 255).
/// - `link.chance`: of a guess.
package struct LinkExperiment: Sendable {
    package let accounts: Int
    package let worlds: Int

    package init(accounts: Int = 150, worlds: Int = 24) {
        self.accounts = accounts
        self.worlds = worlds
    }

    private static let evidence: [(name: String, used: Set<LinkWorld.Evidence>)] = [
        ("volume", [.volume]), ("openings", [.volume, .openings]), ("levels", [.volume, .levels]),
        ("sets", [.volume, .sets]), ("order", [.volume, .order]), ("edge", [.volume, .edge]),
        ("file", [.volume, .openings, .levels, .sets]), ("all", Set(LinkWorld.Evidence.allCases)),
    ]
    private static let steps = 80

    package func figures(seed: UInt64) -> [CheckFigure] {
        let experiment = self
        let found = inParallel(worlds) { index in
            experiment.rates(seed: seed &* 1_000_003 &+ UInt64(index) &* 7_919)
        }
        var figures = [CheckFigure("link.chance", 1 / Double(accounts), "share")]
        for kind in ["named", "alone", "matching", "bare", "plain", "file", "kept"] {
            for (name, _) in Self.evidence {
                let rates = found.compactMap { $0["\(kind).\(name)"] }
                guard !rates.isEmpty else { continue }
                let top = SampleMean(rates)
                figures.append(CheckFigure("link.top.\(kind).\(name)", top.value, error: top.standardError, "share"))
                guard name != "volume" else { continue }
                let gain = SampleMean(zip(rates, found.compactMap { $0["\(kind).volume"] }).map { $0 - $1 })
                figures.append(CheckFigure("link.gain.\(kind).\(name)", gain.value, error: gain.standardError, "share"))
            }
        }
        return figures
    }

    /// The rates of one world, by kind and evidence.
    private func rates(seed: UInt64) -> [String: Double] {
        var rates: [String: Double] = [:]
        func measure(
            _ kind: String, _ names: [String], training: [[LinkLearner.Task]], test: [LinkLearner.Task]
        ) -> [String: [Bool]] {
            var hits: [String: [Bool]] = [:]
            for (name, used) in Self.evidence where names.contains(name) {
                var learner = LinkLearner(used)
                learner.train(training, steps: Self.steps)
                let found = test.map { learner.finds($0) }
                hits[name] = found
                rates["\(kind).\(name)"] = Double(found.count { $0 }) / Double(accounts)
            }
            return hits
        }
        let last = LinkWorld.epochs - 1
        func measureNamed(_ kind: String, _ world: LinkWorld, _ names: [String]) -> [String: [Bool]] {
            let units = spreads(world)
            return measure(
                kind, names, training: (1..<last).map { named(world, $0, units) }, test: named(world, last, units))
        }
        let all = Self.evidence.map(\.name).filter { $0 != "file" }
        let world = LinkWorld(accounts: accounts, seed: seed)
        let matching = world.matching.indices.filter { world.matching[$0] }
        for (name, hits) in measureNamed("named", world, all) {
            rates["matching.\(name)"] = Double(matching.count { hits[$0] }) / Double(max(1, matching.count))
        }
        let other = LinkWorld(accounts: accounts, seed: seed &+ 1)
        let units = spreads(other)
        _ = measure(
            "alone", all, training: (1...last).map { alone(other, $0, units) }, test: alone(world, last, units))
        _ = measureNamed(
            "bare", LinkWorld(accounts: accounts, bare: true, seed: seed), ["volume", "openings", "levels"])
        _ = measureNamed(
            "plain", LinkWorld(accounts: accounts, check: ShortCheck(constant: 255), seed: seed),
            ["volume", "openings"])
        _ = measureNamed(
            "file", LinkWorld(accounts: accounts, isFile: true, seed: seed),
            ["volume", "openings", "levels", "sets", "file"])
        _ = measureNamed(
            "kept", LinkWorld(accounts: accounts, bare: true, isPrompt: true, isFile: true, seed: seed),
            ["volume", "file"])
        return rates
    }

    /// Links an epoch to the mean of all others but the last, which is for the test.
    private func named(_ world: LinkWorld, _ epoch: Int, _ units: [Double]) -> [LinkLearner.Task] {
        let others = (0..<(LinkWorld.epochs - 1)).filter { $0 != epoch }
        return tasks(world, epoch, units, references: others)
    }

    /// Links an epoch to the one before.
    private func alone(_ world: LinkWorld, _ epoch: Int, _ units: [Double]) -> [LinkLearner.Task] {
        tasks(world, epoch, units, references: [epoch - 1])
    }

    private func tasks(
        _ world: LinkWorld, _ epoch: Int, _ units: [Double], references: [Int]
    ) -> [LinkLearner.Task] {
        let count = LinkWorld.evidence.count
        let means = (0..<accounts).map { account in
            (0..<count).map { feature in
                var sum = 0.0
                for reference in references { sum += world.features[reference][account][feature] }
                return sum / Double(references.count)
            }
        }
        return (0..<accounts).map { right in
            let own = world.features[epoch][right]
            var distances: [Float] = []
            distances.reserveCapacity(accounts * (count + 1))
            for candidate in 0..<accounts {
                for feature in 0..<count {
                    let distance = (own[feature] - means[candidate][feature]) / units[feature]
                    distances.append(Float(min(25, distance * distance)))
                }
                distances.append(-Float(min(8, world.edges[epoch][candidate * accounts + right])))
            }
            return LinkLearner.Task(distances: distances, right: right)
        }
    }

    /// What an account's own epochs, but for the last, differ by, in each feature.
    private func spreads(_ world: LinkWorld) -> [Double] {
        let epochs = LinkWorld.epochs - 1
        return LinkWorld.evidence.indices.map { feature in
            var sum = 0.0
            for account in 0..<accounts {
                let values = (0..<epochs).map { world.features[$0][account][feature] }
                let mean = values.reduce(0, +) / Double(epochs)
                sum += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            }
            let spread = (sum / Double(accounts * (epochs - 1))).squareRoot()
            return spread < 1e-9 ? 1 : spread
        }
    }
}
