import Dispatch
import Foundation

/// The curves of Docs/Decoys.md, recomputed.
package enum DecoyCurve {
    /// One figure; `sealedmatch bench --decoys --json` prints one object a line.
    package struct Row: Sendable, Equatable {
        package let name: String
        package let value: Double
        package let unit: String
        /// The published figure of this name.
        package let floor: Double?
        /// value / floor, where the floor is not 0.
        package let ratio: Double?

        init(_ name: String, _ value: Double, _ unit: String) {
            self.name = name
            self.value = (value * 10_000).rounded() / 10_000
            self.unit = unit
            floor = DecoyCurve.published[name]
            ratio = floor.flatMap { $0 == 0 ? nil : value / $0 }
        }
    }

    package enum Extent: Sendable {
        /// The published table.
        case full
        /// The rows of the published table for 100 and 300 vouchers.
        case quick
        /// 100 vouchers only, for unoptimised builds.
        case least
        /// The same attacks on c = 8 and on the two processes that were not chosen.
        case comparison
    }

    package static let seed: UInt64 = 20_261

    /// Figures in a fixed order, the same for the same extent on every machine.
    ///
    /// Names: `decoys.P.S.N`, P in `count`, `order`, `each12`, `one12`, `bound`, `bound12`; S a scenario; N vouchers.
    /// The other processes' names begin `decoys.c8.`, `decoys.cluster.`, `decoys.chains.`.
    package static func rows(_ extent: Extent) -> [Row] {
        var cells: [Cell] = []
        let six = Process.schedule(coverSlots: 6, lastVolume: nil)
        switch extent {
        case .full:
            cells =
                grid("", six, [1_000, 3_000], sequences: 4_000, bounded: 300)
                + grid("", six, [30, 100, 300], sequences: 6_000, bounded: 600)
        case .quick: cells = grid("", six, [100, 300], sequences: 6_000, bounded: 600)
        case .least: cells = grid("", six, [100], sequences: 800, bounded: 40)
        case .comparison:
            cells =
                grid("c8.", .schedule(coverSlots: 8, lastVolume: nil), volumes, sequences: 2_000, bounded: 0)
                + grid("cluster.", .cluster, volumes, sequences: 2_000, bounded: 0)
                + grid("chains.", .chains, volumes, sequences: 2_000, bounded: 0)
        }
        if extent == .full {
            // 100 vouchers after an epoch of 3,000; 3,000 in a first epoch.
            cells += grid("quieter.", .schedule(coverSlots: 6, lastVolume: 3_000), [100], sequences: 6_000, bounded: 0)
            cells += grid("first.", .schedule(coverSlots: 6, lastVolume: 0), [3_000], sequences: 3_000, bounded: 0)
        }
        var rows = trials(cells).flatMap { $0 }
        switch extent {
        case .full:
            for n in volumes { rows += price("price.", six, n) }
            rows += price("first.price.", .schedule(coverSlots: 6, lastVolume: 0), 3_000)
        case .quick: rows += price("price.", six, 300)
        case .least: break
        case .comparison:
            rows += price("c8.price.", .schedule(coverSlots: 8, lastVolume: nil), 3_000)
            rows += price("cluster.price.", .cluster, 3_000) + price("chains.price.", .chains, 3_000)
        }
        return rows
    }

    package static let volumes = [30, 100, 300, 1_000, 3_000]

    private struct Cell: Sendable {
        let prefix: String
        let process: Process
        let volume: Int
        let scenario: Scenario
        let sequences: Int
        let bounded: Int
    }

    private static func grid(_ prefix: String, _ process: Process, _ volumes: [Int], sequences: Int, bounded: Int)
        -> [Cell]
    {
        // The long ones first, for an even load.
        volumes.reversed().flatMap { volume in
            Scenario.allCases.map {
                Cell(
                    prefix: prefix, process: process, volume: volume, scenario: $0, sequences: sequences,
                    bounded: bounded)
            }
        }
    }

    private static func trials(_ cells: [Cell]) -> [[Row]] {
        let results = Results(count: cells.count)
        // Threads of our own: concurrentPerform stayed on one core when measured. Each cell has a seed of its own, so
        // the order of work changes nothing.
        let done = DispatchSemaphore(value: 0)
        let workers = max(1, ProcessInfo.processInfo.activeProcessorCount)
        for _ in 0..<workers {
            let thread = Thread {
                while let index = results.take() { results.set(index, rows(of: cells[index])) }
                done.signal()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        for _ in 0..<workers { done.wait() }
        return results.all
    }

    private static func rows(of cell: Cell) -> [Row] {
        let t = Attack.run(
            cell.process, volume: cell.volume, cell.scenario, sequences: cell.sequences, bounded: cell.bounded,
            seed: seed)
        func row(_ kind: String, _ value: Double) -> Row {
            Row("decoys.\(cell.prefix)\(kind).\(cell.scenario.rawValue).\(cell.volume)", value, "advantage")
        }
        var rows = [
            row("count", t.count), row("order", t.order), row("each12", t.everyEpoch), row("one12", t.oneEpoch),
        ]
        if !t.bound.isNaN { rows += [row("bound", t.bound), row("bound12", t.everyEpochBound)] }
        return rows
    }

    private static func price(_ prefix: String, _ process: Process, _ n: Int) -> [Row] {
        let p = Attack.price(process, volume: n, epochs: 4_000, seed: seed)
        return [
            Row("decoys.\(prefix)mean.\(n)", p.mean, "decoys"),
            Row("decoys.\(prefix)p99.\(n)", Double(p.percentile99), "decoys"),
            Row("decoys.\(prefix)most.\(n)", Double(p.most), "decoys"),
            Row("decoys.\(prefix)delay.\(n)", Double((p.percentile99 + 63) / 64), "matches"),
        ]
    }

    private final class Results: @unchecked Sendable {
        // Guarded by `lock`.
        private var rows: [[Row]]
        private var next = 0
        private let lock = NSLock()

        init(count: Int) { rows = Array(repeating: [], count: count) }

        /// The next cell to work on.
        func take() -> Int? {
            lock.withLock {
                guard next < rows.count else { return nil }
                defer { next += 1 }
                return next
            }
        }

        func set(_ index: Int, _ value: [Row]) { lock.withLock { rows[index] = value } }
        var all: [[Row]] { lock.withLock { rows } }
    }
}

extension DecoyCurve.Row {
    /// One JSON object, without a newline.
    package var json: String {
        func number(_ value: Double?) -> String { value.map { String(format: "%.4g", $0) } ?? "null" }
        return
            "{\"name\": \"\(name)\", \"value\": \(number(value)), \"unit\": \"\(unit)\", \"floor\": \(number(floor)), \"ratio\": \(number(ratio))}"
    }
}
