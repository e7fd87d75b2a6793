/// The figures of Docs/Decoys.md, "What replaces the decoys", recomputed: `sealedmatch bench --decoys`.
///
/// Names as `DecoyCurve`'s, with `check.` in place of `decoys.`: `check.S.N`, `check.M.S.N`, `check.twelve.S.N`. What a
/// device sent before, and how many devices there are, changes nothing, so there are no such cells. Also:
/// - `check.bound.S.N`, `check.bound.twelve.S.N`: `CheckBound`.
/// - `check.price.K.N`: `CheckPrice`; `beyond` is in matches, for k = 312.
/// - `check.level.K.L`: `SuspectedVoucher` at N = L.
/// - `check.R.S.N`, `check.R.K.N`: other levels, R of `rivals`: advantages and price.
package enum CheckCurve {
    /// k with a short check.
    package static let polynomials = 312
    /// Other levels, for the frontier.
    package static let rivals: [(name: String, levels: CheckLevels)] = [
        ("open", CheckLevels(first: 1)), ("two", CheckLevels(first: 2)), ("n6", CheckLevels(constant: 6)),
        ("n7", CheckLevels(constant: 7)), ("n8", CheckLevels(constant: 8)), ("n16", CheckLevels(constant: 16)),
    ]

    /// Figures in a fixed order, the same for the same extent and seed on every machine.
    package static func figures(_ extent: DecoyCurve.Extent, seed: UInt64 = DecoyCurve.seed) -> [DecoyFigure] {
        let check = ShortCheck()
        let full = extent == .full
        var cells = AttackCase.basic(extent).flatMap { Self.cells($0, check, extent) }
        if full {
            let others = AttackCase.bursts + AttackCase.others + AttackCase.nearlyAll
            cells += others.flatMap { Self.cells($0, check, extent) }
            for rival in rivals {
                cells += AttackCase.product([.row, .scattered, .late], DecoyCurve.volumes).map {
                    Cell("check.\(rival.name).\($0.name)", $0, ShortCheck(levels: rival.levels), accounts: 4_000)
                }
            }
        }
        var figures: [DecoyFigure] = []
        for (cell, gains) in zip(cells, evaluate(cells, seed: seed)) {
            let mean = SampleMean(gains)
            figures.append(DecoyFigure(cell.name, mean.value, error: mean.standardError, "advantage"))
        }
        if full { figures += bounds(check) + prices(check) + levels(check) }
        return figures
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
    private static func cells(_ one: AttackCase, _ check: ShortCheck, _ extent: DecoyCurve.Extent) -> [Cell] {
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

    private static func bounds(_ check: ShortCheck) -> [DecoyFigure] {
        var figures: [DecoyFigure] = []
        for one in AttackCase.basic(.full) + AttackCase.others + AttackCase.nearlyAll {
            let bound = CheckBound(check, volume: one.volume)
            for (epochs, kind) in [(1, ""), (12, "twelve.")] where epochs == 1 || one.repeated {
                guard let value = bound.advantage(one.scenario, matches: one.matches, epochs: epochs) else { continue }
                figures.append(DecoyFigure("check.bound.\(kind)\(one.name)", value, "advantage"))
            }
        }
        return figures
    }

    private static func prices(_ check: ShortCheck) -> [DecoyFigure] {
        func figures(_ name: String, _ check: ShortCheck, _ volumes: [Int]) -> [DecoyFigure] {
            volumes.flatMap { n in
                let price = CheckPrice(check, volume: n)
                let beyond = price.matchesBeyondThreshold(polynomials: polynomials)
                return [
                    DecoyFigure("\(name).mean.\(n)", price.mean, "openings"),
                    DecoyFigure("\(name).p99.\(n)", Double(price.percentile), "openings"),
                    DecoyFigure("\(name).beyond.\(n)", Double(beyond), "matches"),
                ]
            }
        }
        return figures("check.price", check, DecoyCurve.volumes + [10_000, 65_536])
            + rivals.flatMap { figures("check.\($0.name)", ShortCheck(levels: $0.levels), DecoyCurve.volumes) }
    }

    private static func levels(_ check: ShortCheck) -> [DecoyFigure] {
        Set(check.levels.steps).sorted().flatMap { level in
            let voucher = SuspectedVoucher(slots: check.slots, level: level)
            return [
                DecoyFigure("check.level.advantage.\(level)", voucher.advantage, "advantage"),
                DecoyFigure("check.level.cleared.\(level)", voucher.cleared, "share"),
                DecoyFigure("check.level.low.\(level)", voucher.factor(quantile: 0.01), "factor"),
                DecoyFigure("check.level.high.\(level)", voucher.factor(quantile: 0.99), "factor"),
                DecoyFigure("check.level.accusing.\(level)", voucher.accusing(factor: 2), "share"),
                DecoyFigure("check.level.clearing.\(level)", voucher.clearing(factor: 2), "share"),
            ]
        }
    }
}
