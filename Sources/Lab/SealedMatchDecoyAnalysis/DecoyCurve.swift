/// The figures of Docs/Decoys.md, recomputed: `sealedmatch bench --decoys`.
///
/// Advantages are `ExactAttack`'s. Names, N the vouchers of the epoch:
/// - `decoys.S.N`: ten matches placed as scenario S says; c = 6, one device, last epoch's volume the same.
/// - `decoys.told.S.N`: the same of an attacker who is told the epoch's intensities.
/// - `decoys.twelve.S.N`: ten matches in each of twelve epochs.
/// - `decoys.M.S.N` for M = 3, 20, 29: so many matches.
/// - `decoys.c8.S.N`: c = 8. `decoys.devices.S.N`: four devices that send alike, and whose vouchers the attacker can
///   tell apart. `decoys.idle.S.N`: one of four devices sends, the others are idle. `decoys.quiet.S.N`: after an epoch
///   of 3,000. `decoys.first.S.N`: in a first epoch.
/// - `decoys.price.K.N`: `DecoyPrice`.
package enum DecoyCurve {
    package enum Extent: Sendable {
        /// All of it.
        case full
        /// Up to 100 vouchers, of the first kind only.
        case quick
        /// The same at 30 vouchers and with fewer pairs, for unoptimised builds.
        case least
    }

    package static let volumes = [30, 100, 300, 1_000, 3_000]
    /// The seed of the published figures.
    package static let seed: UInt64 = 20_261

    /// Figures in a fixed order, the same for the same extent and seed on every machine.
    package static func figures(_ extent: Extent, seed: UInt64 = seed) -> [DecoyFigure] {
        let cells = cells(extent)
        let ratios = evaluate(cells, seed: seed)
        var figures: [DecoyFigure] = []
        for (cell, ratios) in zip(cells, ratios) {
            let mean = SampleMean(ratios.gains)
            figures.append(
                DecoyFigure("decoys.\(cell.name)", mean.value, error: mean.standardError, "advantage"))
            if cell.repeated {
                let twelve = SampleMean(overTwelveEpochs(ratios, seed: seed).gains)
                figures.append(
                    DecoyFigure(
                        "decoys.twelve.\(cell.name)", twelve.value,
                        error: twelve.standardError * cell.resamplingError, "advantage"))
            }
        }
        if extent == .full {
            figures += volumes.flatMap { DecoyPrice(DecoyProcess(), volume: $0, seed: seed).figures("decoys.price") }
            figures += DecoyPrice(DecoyProcess(lastVolume: 0), volume: 3_000, seed: seed).figures("decoys.first.price")
            figures += DecoyPrice(DecoyProcess(devices: 16, lastVolume: 300), volume: 300, seed: seed)
                .figures("decoys.idle16.price")
        }
        return figures
    }

    private struct Cell: Sendable {
        let name: String
        let attack: ExactAttack
        let pairs: Int
        let draws: Int
        /// Also over twelve epochs.
        var repeated = false

        /// The resampled accounts share the cell's epochs: an error of a sum of twelve, over as many epochs as there
        /// are.
        var resamplingError: Double { max(1, (12.0 * 4_000 / Double(pairs)).squareRoot() / 12.0.squareRoot()) }
    }

    private static func cells(_ extent: Extent) -> [Cell] {
        // Long epochs cost more, and are given fewer pairs: the standard error rises from 0.01 to 0.025.
        func pairs(_ n: Int) -> Int {
            switch extent {
            case .full: [30: 1_500, 100: 1_000, 300: 700, 1_000: 300][n] ?? 200
            case .quick: 1_200
            case .least: 60
            }
        }
        let draws = extent == .full ? 48 : 16
        var cells: [Cell] = []
        func add(
            _ cases: [AttackCase], process: DecoyProcess = DecoyProcess(), share: Int = 1,
            told: Bool = false, named kind: String = ""
        ) {
            cells += cases.map { one in
                Cell(
                    name: kind + one.name,
                    attack: ExactAttack(process, volume: one.volume, one.scenario, matches: one.matches),
                    pairs: pairs(one.volume) / share, draws: told ? 0 : draws, repeated: one.repeated)
            }
        }
        add(AttackCase.basic(extent))
        guard extent == .full else { return cells }
        let short: [Scenario] = [.row, .scattered, .late]
        add(AttackCase.bursts, share: 2)
        add(AttackCase.product(short, volumes), told: true, named: "told.")
        add(AttackCase.others)
        add(AttackCase.nearlyAll, share: 2)
        add(AttackCase.product(short, [30, 300]), process: DecoyProcess(coverSlots: 8), named: "c8.")
        let devices = DecoyProcess(devices: 4, activeDevices: 4)
        add(AttackCase.product([.scattered, .late], [300]), process: devices, named: "devices.")
        add(AttackCase.product(short, [300]), process: DecoyProcess(devices: 4), named: "idle.")
        add(AttackCase.product(short, [100]), process: DecoyProcess(lastVolume: 3_000), named: "quiet.")
        add(AttackCase.product([.scattered, .late], [3_000]), process: DecoyProcess(lastVolume: 0), named: "first.")
        return cells
    }

    /// Intensities are fresh in each epoch, so the log-ratios add. Accounts are resampled from the cell's epochs.
    private static func overTwelveEpochs(_ ratios: ExactAttack.Ratios, seed: UInt64) -> ExactAttack.Ratios {
        var random = SeededGenerator(seed: seed)
        var out = ExactAttack.Ratios()
        for _ in 0..<4_000 {
            let epochs = (0..<12).map { _ in random.below(ratios.none.count) }
            out.none.append(epochs.reduce(0) { $0 + ratios.none[$1] })
            out.matched.append(epochs.reduce(0) { $0 + ratios.matched[$1] })
        }
        return out
    }

    /// Each cell in parts of at most 100 pairs, each with a seed of its own: the order of work changes nothing.
    private static func evaluate(_ cells: [Cell], seed: UInt64) -> [ExactAttack.Ratios] {
        var parts: [Part] = []
        for (index, cell) in cells.enumerated() {
            for first in stride(from: 0, to: cell.pairs, by: 100) {
                let partSeed = seed &* 1_000_003 &+ UInt64(index) &* 10_007 &+ UInt64(first)
                parts.append(Part(cell: index, pairs: min(100, cell.pairs - first), seed: partSeed))
            }
        }
        let results = inParallel(parts.count) { [parts] index in
            let (part, cell) = (parts[index], cells[parts[index].cell])
            return cell.attack.run(pairs: part.pairs, draws: cell.draws, seed: part.seed)
        }
        var out = [ExactAttack.Ratios](repeating: ExactAttack.Ratios(), count: cells.count)
        for (part, ratios) in zip(parts, results) {
            out[part.cell].none += ratios.none
            out[part.cell].matched += ratios.matched
        }
        return out
    }

    private struct Part: Sendable {
        let cell: Int
        let pairs: Int
        let seed: UInt64
    }
}
