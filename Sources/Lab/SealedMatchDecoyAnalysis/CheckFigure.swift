import Foundation

/// One figure of Docs/Decoys.md.
package struct CheckFigure: Sendable, Equatable {
    /// `check.SCENARIO.VOUCHERS` and the like; `CheckCurve` lists them.
    package let name: String
    package let value: Double
    /// The standard error of `value`; nil for what is no average.
    package let error: Double?
    /// "advantage", "openings", "matches", "share" or "factor".
    package let unit: String

    init(_ name: String, _ value: Double, error: Double? = nil, _ unit: String) {
        self.name = name
        self.value = (value * 10_000).rounded() / 10_000
        self.error = error.map { ($0 * 10_000).rounded() / 10_000 }
        self.unit = unit
    }

    /// One JSON object, without a newline.
    package var json: String {
        func number(_ value: Double?) -> String { value.map { String(format: "%.5g", $0) } ?? "null" }
        return """
            {"name": "\(name)", "value": \(number(value)), "error": \(number(error)), "unit": "\(unit)"}
            """
    }
}
