public import CoreMetrics
internal import Synchronization

/// What swift-metrics is given in this service: counters, gauges and times in memory, printed in Prometheus' text
/// format, version 0.0.4.
public final class MetricsRegistry: MetricsFactory, Sendable {
    private struct Key: Hashable, Comparable {
        let label: String
        let dimensions: String
        static func < (a: Key, b: Key) -> Bool { (a.label, a.dimensions) < (b.label, b.dimensions) }
    }
    private let cells = Mutex<[Key: Cell]>([:])
    // What stands in for a name too many.
    private static let maximumCells = 4_096
    private let surplus = Cell(.counter)

    /// Holds nothing yet.
    public init() {}

    /// One number, or the distribution of one.
    private final class Cell: CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler, TimerHandler {
        enum Kind: String { case counter, gauge, histogram }

        private struct Values {
            var sum = 0.0
            var count: Int64 = 0
            var buckets = [Int64](repeating: 0, count: Cell.bounds.count)
        }
        /// Upper bounds of a histogram's buckets: seconds of times.
        static let bounds: [Double] = [
            0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60,
        ]
        let kind: Kind
        private let values = Mutex(Values())

        init(_ kind: Kind) { self.kind = kind }

        func increment(by amount: Int64) { values.withLock { $0.sum += Double(amount) } }
        func increment(by amount: Double) { values.withLock { $0.sum += amount } }
        func decrement(by amount: Double) { values.withLock { $0.sum -= amount } }
        func set(_ value: Int64) { values.withLock { $0.sum = Double(value) } }
        func set(_ value: Double) { values.withLock { $0.sum = value } }
        func reset() { values.withLock { $0 = Values() } }
        func record(_ value: Int64) { record(Double(value)) }
        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

        func record(_ value: Double) {
            guard kind == .histogram else { return set(value) }
            values.withLock { values in
                values.sum += value
                values.count += 1
                for (place, bound) in Self.bounds.enumerated() where value <= bound { values.buckets[place] += 1 }
            }
        }

        func lines(_ label: String, _ dimensions: String) -> [String] {
            let values = values.withLock { $0 }
            guard kind == .histogram else {
                return ["\(label)\(dimensions.isEmpty ? "" : "{\(dimensions)}") \(values.sum.written)"]
            }
            let lead = dimensions.isEmpty ? "" : dimensions + ","
            var lines = zip(Self.bounds, values.buckets).map { "\(label)_bucket{\(lead)le=\"\($0)\"} \($1)" }
            lines.append("\(label)_bucket{\(lead)le=\"+Inf\"} \(values.count)")
            lines.append("\(label)_sum\(dimensions.isEmpty ? "" : "{\(dimensions)}") \(values.sum.written)")
            lines.append("\(label)_count\(dimensions.isEmpty ? "" : "{\(dimensions)}") \(values.count)")
            return lines
        }
    }

    private func cell(_ label: String, _ dimensions: [(String, String)], _ kind: Cell.Kind) -> Cell {
        let text = dimensions.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
        let key = Key(label: Self.name(label), dimensions: text)
        return cells.withLock { cells in
            if let there = cells[key] { return there }
            guard cells.count < Self.maximumCells else { return surplus }
            let new = Cell(kind)
            cells[key] = new
            return new
        }
    }

    /// Letters, digits and `_`: what Prometheus takes.
    private static func name(_ label: String) -> String {
        String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
    }

    /// Everything, in the text format.
    public var text: String {
        let all = cells.withLock { $0 }.sorted { $0.key < $1.key }
        var lines: [String] = []
        var last = ""
        for (key, cell) in all {
            if key.label != last { lines.append("# TYPE \(key.label) \(cell.kind.rawValue)") }
            last = key.label
            lines += cell.lines(key.label, key.dimensions)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    // MARK: MetricsFactory

    /// A counter that only grows.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(label, dimensions, .counter)
    }

    /// A counter that only grows.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { cell(label, dimensions, .counter) }

    /// A histogram, or the last value.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        cell(label, dimensions, aggregate ? .histogram : .gauge)
    }

    /// A value that goes up and down.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        cell(label, dimensions, .gauge)
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(label, dimensions, .histogram)
    }

    /// Nothing is forgotten: a number that is there stays.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Nothing is forgotten.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Nothing is forgotten.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Nothing is forgotten.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Nothing is forgotten.
    public func destroyTimer(_ handler: any TimerHandler) {}
}

extension Double {
    /// Without a fraction where there is none.
    fileprivate var written: String {
        self == rounded() && magnitude < 1e15 ? "\(Int64(self))" : "\(self)"
    }
}
