import Foundation

/// What a measurement prints.
enum Rows {
    /// What goes on now, for a person who waits.
    static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    /// A figure, as a JSON object on a line of its own.
    /// - Parameter floor: the name of another row of the same run, which `ratio` is to.
    static func row(_ name: String, _ value: Double, _ unit: String, ratio: Double? = nil, to floor: String? = nil) {
        var line = "{\"name\":\"\(name)\",\"value\":\(written(value)),\"unit\":\"\(unit)\""
        if let ratio, let floor { line += ",\"floor\":\"\(floor)\",\"ratio\":\(written(ratio))" }
        FileHandle.standardOutput.write(Data((line + "}\n").utf8))
    }

    private static func written(_ value: Double) -> String { String(format: value < 10 ? "%.4g" : "%.0f", value) }
}
