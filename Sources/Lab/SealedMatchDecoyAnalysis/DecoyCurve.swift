import Foundation
import SealedMatchProtocol
import Synchronization

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
            figures.append(
                DecoyFigure(cell.name, ratios.advantage, error: ratios.standardError, "advantage"))
            if cell.repeated {
                let twelve = overTwelveEpochs(ratios, seed: seed)
                figures.append(
                    DecoyFigure(
                        cell.name.replacing("decoys.", with: "decoys.twelve.", maxReplacements: 1), twelve.advantage,
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

    struct Cell: Sendable {
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
        let basic: [Scenario] = [.row, .scattered, .late, .everyOther, .known(among: 10)]
        let short: [Scenario] = [.row, .scattered, .late]
        var cells: [Cell] = []
        func add(
            _ kind: String, _ scenarios: [Scenario], _ volumes: [Int], process: DecoyProcess = DecoyProcess(),
            matches: Int = 10, share: Int = 1, told: Bool = false, repeated: Bool = false
        ) {
            for n in volumes {
                for scenario in scenarios {
                    cells.append(
                        Cell(
                            name: "decoys.\(kind)\(scenario.name).\(n)",
                            attack: ExactAttack(process, volume: n, scenario, matches: matches),
                            pairs: pairs(n) / share, draws: told ? 0 : draws, repeated: repeated))
                }
            }
        }
        switch extent {
        case .least: add("", basic, [30])
        case .quick: add("", basic, [30, 100])
        case .full:
            add("", basic, volumes, repeated: true)
            add("", [.burst], volumes, share: 2, repeated: true)
            add("told.", short, volumes, told: true)
            add("", [.twoRows], [100, 300])
            add("", [.known(among: 30)], [100, 300])
            add("1.", [.known(among: 1)], volumes, matches: 1)
            add("3.", [.scattered, .late], [30, 100, 300], matches: 3)
            add("20.", [.scattered], [30, 100, 300], matches: 20)
            add("20.", [.late], [100, 300], matches: 20)
            add("29.", [.scattered, .late], [300], matches: 29, share: 2)
            add("c8.", short, [30, 300], process: DecoyProcess(coverSlots: 8))
            add("devices.", [.scattered, .late], [300], process: DecoyProcess(devices: 4, activeDevices: 4))
            add("idle.", short, [300], process: DecoyProcess(devices: 4))
            add("quiet.", short, [100], process: DecoyProcess(lastVolume: 3_000))
            add("first.", [.scattered, .late], [3_000], process: DecoyProcess(lastVolume: 0))
        }
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
        let queue = Queue(count: parts.count)
        // Threads of our own: concurrentPerform stayed on one core when measured.
        let done = DispatchSemaphore(value: 0)
        let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
        for _ in 0..<workers {
            let thread = Thread { [parts] in
                while let next = queue.take() {
                    let (part, cell) = (parts[next], cells[parts[next].cell])
                    queue.set(next, cell.attack.run(pairs: part.pairs, draws: cell.draws, seed: part.seed))
                }
                done.signal()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        for _ in 0..<workers { done.wait() }
        var out = [ExactAttack.Ratios](repeating: ExactAttack.Ratios(), count: cells.count)
        for (part, ratios) in zip(parts, queue.all) {
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

    private final class Queue: Sendable {
        private struct State {
            var results: [ExactAttack.Ratios]
            var next = 0
        }
        private let state: Mutex<State>

        init(count: Int) { state = Mutex(State(results: Array(repeating: ExactAttack.Ratios(), count: count))) }

        /// The next part to work on.
        func take() -> Int? {
            state.withLock { state in
                guard state.next < state.results.count else { return nil }
                defer { state.next += 1 }
                return state.next
            }
        }

        func set(_ index: Int, _ value: ExactAttack.Ratios) { state.withLock { $0.results[index] = value } }
        var all: [ExactAttack.Ratios] { state.withLock { $0.results } }
    }
}
