/// One measured figure; its JSON form is one line of `bench --json`.
public struct BenchmarkRow: Codable, Equatable, Sendable {
    /// What was measured; `BenchmarkName` and `ScaleName` list and explain all names.
    public let name: String
    public let value: Double
    /// "us", "ms", "bytes", "cells", "entries" or "x" (a quotient).
    public let unit: String
    /// What the value cannot go below, in the same unit, measured in the same run.
    public let floor: Double?
    /// value / floor, or the median of that quotient over pairs of neighbouring samples; for quotients of two
    /// measurements, the value itself.
    public let ratio: Double?

    init(_ name: BenchmarkName, _ value: Double, _ unit: String, floor: Double? = nil, ratio: Double? = nil) {
        self.name = name.rawValue
        self.value = value
        self.unit = unit
        self.floor = floor
        self.ratio = if let ratio { ratio } else if let floor { value / floor } else { unit == "x" ? value : nil }
    }

    init(_ name: ScaleName, entries: String, _ value: Double, _ unit: String) {
        self.name = name.name(entries: entries)
        self.value = value
        self.unit = unit
        floor = nil
        ratio = nil
    }

    /// Always all five keys: `null` where there is no floor or no ratio.
    public func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: CodingKeys.self)
        try row.encode(name, forKey: .name)
        try row.encode(value, forKey: .value)
        try row.encode(unit, forKey: .unit)
        try row.encode(floor, forKey: .floor)
        try row.encode(ratio, forKey: .ratio)
    }
}
