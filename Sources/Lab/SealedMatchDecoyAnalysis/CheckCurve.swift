internal import SealedMatchProtocol

/// The figures of Docs/Decoys.md, recomputed: `sealedmatch bench --decoys`.
///
/// Names, N the vouchers of the epoch:
/// - `check.S.N`: the advantage of the best attack, ten matches placed as scenario S says.
/// - `check.M.S.N` for M = 1, 3, 20, 29: so many matches. `check.twelve.S.N`: ten in each of twelve epochs.
/// - `check.bound.S.N`, `check.bound.twelve.S.N`: `CheckBound`.
/// - `check.price.K.N`: `CheckPrice`; `beyond` is in matches.
/// - `check.level.K.L`: `SuspectedVoucher` at N = L.
/// - `check.R.S.N`, `check.R.K.N`: other levels, R of `rivals`: advantages and price.
/// - `reveal.K.N`: `RevealDelay`, N the other media before.
/// - `link.…`: `LinkExperiment`.
///
/// What a device sent before, and how many devices there are, changes nothing in the first of these.
package enum CheckCurve {
    package enum Extent: Sendable {
        /// All of it.
        case full
        /// Up to 100 vouchers, and one epoch.
        case quick
        /// The same at 30 vouchers and of fewer accounts, for unoptimised builds.
        case least
    }

    package static let volumes = [30, 100, 300, 1_000, 3_000]
    /// The seed of the published figures.
    package static let seed: UInt64 = 20_261
    /// k by default.
    package static let polynomials = Parameters().polynomials
    /// Other levels, for the frontier.
    package static let rivals: [(name: String, check: ShortCheck)] = [
        ("open", ShortCheck(first: 1)), ("two", ShortCheck(first: 2)), ("n6", ShortCheck(constant: 6)),
        ("n7", ShortCheck(constant: 7)), ("n8", ShortCheck(constant: 8)), ("n16", ShortCheck(constant: 16)),
    ]

    /// Figures in a fixed order, the same for the same extent and seed on every machine.
    package static func figures(_ extent: Extent, seed: UInt64 = CheckCurve.seed) -> [CheckFigure] {
        let check = ShortCheck()
        let full = extent == .full
        var cells = AttackCase.basic(extent).flatMap { Self.cells($0, check, extent) }
        if full {
            let others = AttackCase.bursts + AttackCase.others + AttackCase.nearlyAll
            cells += others.flatMap { Self.cells($0, check, extent) }
            for rival in rivals {
                cells += AttackCase.product([.row, .scattered, .late], volumes).map {
                    Cell("check.\(rival.name).\($0.name)", $0, rival.check, accounts: 4_000)
                }
            }
            cells += AttackCase.shuffled.flatMap { Self.cells($0, check, extent) }
        }
        var figures: [CheckFigure] = []
        for (cell, gains) in zip(cells, evaluate(cells, seed: seed)) {
            let mean = SampleMean(gains)
            figures.append(CheckFigure(cell.name, mean.value, error: mean.standardError, "advantage"))
        }
        guard full else { return figures }
        figures += bounds(check) + prices(check) + levels(check) + RevealDelay.figures(seed: seed)
        return figures + LinkExperiment().figures(seed: seed)
    }

    private struct Cell: Sendable {
        let name: String
        let attack: CheckAttack
        let accounts: Int

        init(_ name: String, _ one: AttackCase, _ check: ShortCheck, epochs: Int = 1, accounts: Int) {
            self.name = name
            attack = CheckAttack(check, volume: one.volume, one.scenario, matches: one.matches, epochs: epochs)
            self.accounts = accounts
        }
    }

    /// A case over one epoch, and over twelve. Long epochs and bursts cost more, and are given fewer accounts.
    private static func cells(_ one: AttackCase, _ check: ShortCheck, _ extent: Extent) -> [Cell] {
        let share = (one.scenario == .burst ? 4 : 1) * (one.volume > 300 ? 2 : 1)
        let accounts =
            switch extent {
            case .full: 20_000
            case .quick: 4_000
            case .least: 400
            }
        var cells = [Cell("check.\(one.name)", one, check, accounts: accounts / share)]
        if one.repeated {
            cells.append(Cell("check.twelve.\(one.name)", one, check, epochs: 12, accounts: 4_000 / share))
        }
        return cells
    }

    /// Each cell in parts, each with a seed of its own: the order of work changes nothing.
    private static func evaluate(_ cells: [Cell], seed: UInt64) -> [[Double]] {
        let step = 200
        let parts = cells.indices.flatMap { cell in
            stride(from: 0, to: cells[cell].accounts, by: step).map { (cell: cell, first: $0) }
        }
        let gains = inParallel(parts.count) { index in
            let (cell, first) = parts[index]
            let partSeed = seed &* 1_000_033 &+ UInt64(cell) &* 1_000_003 &+ UInt64(first)
            return cells[cell].attack.run(accounts: min(step, cells[cell].accounts - first), seed: partSeed)
        }
        var out = [[Double]](repeating: [], count: cells.count)
        for (part, gains) in zip(parts, gains) { out[part.cell] += gains }
        return out
    }

    private static func bounds(_ check: ShortCheck) -> [CheckFigure] {
        var figures: [CheckFigure] = []
        for one in AttackCase.basic(.full) + AttackCase.others + AttackCase.nearlyAll {
            let bound = CheckBound(check, volume: one.volume)
            for (epochs, kind) in [(1, ""), (12, "twelve.")] where epochs == 1 || one.repeated {
                guard let value = bound.advantage(one.scenario, matches: one.matches, epochs: epochs) else { continue }
                figures.append(CheckFigure("check.bound.\(kind)\(one.name)", value, "advantage"))
            }
        }
        return figures
    }

    private static func prices(_ check: ShortCheck) -> [CheckFigure] {
        func figures(_ name: String, _ check: ShortCheck, _ volumes: [Int]) -> [CheckFigure] {
            volumes.flatMap { n in
                let price = CheckPrice(check, volume: n)
                let beyond = price.matchesBeyondThreshold(polynomials: polynomials)
                return [
                    CheckFigure("\(name).mean.\(n)", price.mean, "openings"),
                    CheckFigure("\(name).p99.\(n)", Double(price.percentile), "openings"),
                    CheckFigure("\(name).beyond.\(n)", Double(beyond), "matches"),
                ]
            }
        }
        return figures("check.price", check, volumes + [10_000, 65_536])
            + rivals.flatMap { figures("check.\($0.name)", $0.check, volumes) }
    }

    private static func levels(_ check: ShortCheck) -> [CheckFigure] {
        check.distinctLevels.flatMap { level in
            let voucher = SuspectedVoucher(slots: check.slots, level: level)
            return [
                CheckFigure("check.level.advantage.\(level)", voucher.advantage, "advantage"),
                CheckFigure("check.level.cleared.\(level)", voucher.cleared, "share"),
                CheckFigure("check.level.low.\(level)", voucher.factor(quantile: 0.01), "factor"),
                CheckFigure("check.level.high.\(level)", voucher.factor(quantile: 0.99), "factor"),
                CheckFigure("check.level.accusing.\(level)", voucher.accusing(factor: 2), "share"),
                CheckFigure("check.level.clearing.\(level)", voucher.clearing(factor: 2), "share"),
            ]
        }
    }
}
