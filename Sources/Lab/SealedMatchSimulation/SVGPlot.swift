internal import Foundation

/// A plot of lines, as SVG: the same text for the same figures.
struct SVGPlot {
    /// How one axis shows numbers.
    struct Axis {
        var label: String
        var range: ClosedRange<Double>
        var ticks: [(place: Double, label: String)]
        var isLogarithmic = false

        /// 0 at the start of the axis, 1 at its end.
        func position(_ value: Double) -> Double {
            func scaled(_ value: Double) -> Double { isLogarithmic ? log(max(value, 1e-300)) : value }
            let (first, last) = (scaled(range.lowerBound), scaled(range.upperBound))
            return last > first ? min(1, max(0, (scaled(value) - first) / (last - first))) : 0.5
        }

        /// From 0 upwards, with about five round ticks.
        static func linear(_ label: String, _ first: Double, _ last: Double) -> Axis {
            let width = max(last - first, 1e-9)
            let step = step(width)
            let ticks = stride(from: (first / step).rounded(.up) * step, through: last + step / 1e6, by: step)
            return Axis(label: label, range: first...(first + width), ticks: ticks.map { ($0, text($0)) })
        }

        /// A round step of which at most six fit.
        static func step(_ width: Double) -> Double {
            let power = pow(10, floor(log10(width / 5)))
            return [1, 2, 5, 10].map { $0 * power }.first { width / $0 <= 6 } ?? width
        }

        static func text(_ value: Double) -> String {
            abs(value - value.rounded()) < 1e-9 ? "\(Int(value.rounded()))" : String(format: "%.3g", value)
        }
    }

    struct Line {
        var name: String
        var points: [(x: Double, y: Double)]
        /// Levels that a step holds until the next point.
        var isStep = false
    }

    var title: String
    var x: Axis
    var y: Axis
    var lines: [Line]
    /// Vertical marks, with words.
    var marks: [(x: Double, label: String)] = []

    /// How every plot begins: what may replace it looks for this.
    static let beginning: StaticString = "<svg xmlns=\"http://www.w3.org/2000/svg\" data-from=\"sealedmatch simulate\""

    private static let colours = ["#1b6ca8", "#b3261e", "#4a7a1f", "#c77700", "#7b3fa0", "#555555"]
    private static let dashes = ["", "6 3", "2 3", "8 3 2 3", "1 2", "10 4"]
    private static let (left, top, width, height) = (70.0, 40.0, 460.0, 260.0)

    var text: String {
        let bottom = Self.top + Self.height
        let total = bottom + 56 + 16 * Double(lines.count)
        var out = [
            "\(Self.beginning) viewBox=\"0 0 560 \(Self.place(total))\" font-family=\"sans-serif\" font-size=\"11\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            Self.words(title, Self.left, 20, "font-weight=\"bold\""),
        ]
        for tick in y.ticks {
            let at = bottom - Self.height * y.position(tick.place)
            out.append(
                "<path d=\"M\(Self.place(Self.left)) \(Self.place(at))h\(Self.place(Self.width))\" stroke=\"#ddd\"/>")
            out.append(Self.words(tick.label, Self.left - 6, at + 4, "text-anchor=\"end\""))
        }
        for tick in x.ticks {
            let at = Self.left + Self.width * x.position(tick.place)
            out.append(Self.words(tick.label, at, bottom + 16, "text-anchor=\"middle\""))
        }
        for (index, mark) in marks.enumerated() {
            let at = Self.left + Self.width * x.position(mark.x)
            out.append("<path d=\"M\(Self.place(at)) \(Self.place(Self.top))V\(Self.place(bottom))\" stroke=\"#999\"/>")
            out.append(Self.words(mark.label, at + 3, Self.top + 10 + 12 * Double(index % 6), "fill=\"#666\""))
        }
        for (index, line) in lines.enumerated() { out += drawn(line, index, bottom) }
        out.append(Self.words(x.label, Self.left + Self.width / 2, bottom + 32, "text-anchor=\"middle\""))
        out.append(Self.words(y.label, Self.left - 60, Self.top - 8, ""))
        return (out + ["</svg>", ""]).joined(separator: "\n")
    }

    private func drawn(_ line: Line, _ index: Int, _ bottom: Double) -> [String] {
        let colour = Self.colours[index % Self.colours.count]
        // Dashes, too: a line that lies on another one does not hide it.
        let dashes = Self.dashes[(index + index / Self.colours.count) % Self.dashes.count]
        let style = "stroke=\"\(colour)\" stroke-width=\"2\" stroke-dasharray=\"\(dashes)\""
        var places: [String] = []
        var before: Double?
        for point in line.points {
            let at = Self.left + Self.width * x.position(point.x)
            let height = bottom - Self.height * y.position(point.y)
            if line.isStep, let before { places.append("\(Self.place(at)),\(Self.place(before))") }
            places.append("\(Self.place(at)),\(Self.place(height))")
            before = height
        }
        let key = bottom + 50 + 16 * Double(index)
        return [
            "<polyline points=\"\(places.joined(separator: " "))\" fill=\"none\" \(style)/>",
            "<path d=\"M\(Self.place(Self.left)) \(Self.place(key))h24\" \(style)/>",
            Self.words(line.name, Self.left + 30, key + 4, ""),
        ]
    }

    private static func place(_ value: Double) -> String { String(format: "%.1f", value) }

    private static func words(_ text: String, _ x: Double, _ y: Double, _ style: String) -> String {
        "<text x=\"\(place(x))\" y=\"\(place(y))\"\(style.isEmpty ? "" : " " + style)>\(escaped(text))</text>"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, character in
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
    }
}
