internal import Foundation

extension SimulationReport {
    /// How a plot's file begins: one that does not is no plot of ours, and is not replaced.
    package static let plotBeginning: StaticString = SVGPlot.beginning

    /// Names and texts of the plots.
    package var plots: [(name: String, text: String)] {
        [("reveal.svg", reveal.text), ("innocents.svg", innocents.text), ("openings.svg", openings.text)]
    }

    /// Of what is revealed the share that is by so many matches, by setting.
    private var reveal: SVGPlot {
        let lines = plan.settings.map { setting in
            var weights: [Int: Double] = [:]
            for cell in cells(setting) {
                let weight = Double(cell.group.accounts) / Double(cell.simulated)
                for (matches, count) in cell.reveals.histogram {
                    weights[matches, default: 0] += Double(count) * weight
                }
            }
            let total = weights.values.reduce(0, +)
            var below = 0.0
            var points = weights.sorted { $0.key < $1.key }.map { matches, weight in
                below += weight
                return (x: Double(matches), y: below / total)
            }
            if let first = points.first { points.insert((first.x, 0), at: 0) }
            return SVGPlot.Line(
                name: setting.name + (points.isEmpty ? ": nothing is revealed" : ""), points: points, isStep: true)
        }
        let places = lines.flatMap { $0.points.map(\.x) }
        let (first, last) = ((places.min() ?? 0) - 1, (places.max() ?? 10) + 1)
        return SVGPlot(
            title: "Matches at the reveal", x: .linear("matches", max(0, first), last),
            y: .linear("of the revealed account-epochs, up to so many matches", 0, 1), lines: lines)
    }

    /// The probability that false positives alone reach t, by group.
    private var innocents: SVGPlot {
        let thresholds = plan.settings.map(\.threshold)
        let last = max(40, (thresholds.max() ?? 30) + 10)
        let lines = zip(plan.groups, innocentTails).map { group, tail in
            let points = tail.enumerated().filter { $0.offset >= 1 && $0.offset <= last && $0.element.isFinite }
            return SVGPlot.Line(
                name: group.name + (points.isEmpty ? ": cannot be" : ""),
                points: points.map { (x: Double($0.offset), y: $0.element) })
        }
        let least = max(-400, lines.flatMap { $0.points.map(\.y) }.min() ?? -20)
        let step = max(1, SVGPlot.Axis.step(-least))
        let ticks = stride(from: 0, through: least, by: -step).map {
            (place: $0, label: $0 == 0 ? "1" : "10^\(Int($0))")
        }
        let marks = Dictionary(grouping: plan.settings, by: \.threshold).sorted { $0.key < $1.key }.map {
            (x: Double($0.key), label: "t = \($0.key)")
        }
        return SVGPlot(
            title: "An account without a known item has t matches in an epoch", x: .linear("t", 1, Double(last)),
            y: SVGPlot.Axis(label: "probability", range: least...0, ticks: ticks), lines: lines, marks: marks)
    }

    /// Mean chance openings of an account-epoch, by its vouchers and the setting.
    private var openings: SVGPlot {
        let volumes = (0...64).map { pow(2, Double($0) / 4) }
        let lines = plan.settings.map { setting in
            let curve = OpeningCurve(setting)
            return SVGPlot.Line(name: setting.name, points: volumes.map { (x: $0, y: curve.openings($0)) })
        }
        let values = lines.flatMap { $0.points.map(\.y) }
        let (first, last) = (floor(log10(values.min() ?? 1)), ceil(log10(values.max() ?? 10)))
        func ticks(_ range: StrideThrough<Double>) -> [(place: Double, label: String)] {
            range.map { (place: pow(10, $0), label: SVGPlot.Axis.text(pow(10, $0))) }
        }
        return SVGPlot(
            title: "Chance openings of an account-epoch, one device",
            x: SVGPlot.Axis(
                label: "vouchers", range: 1...65_536, ticks: ticks(stride(from: 0, through: 4, by: 1)),
                isLogarithmic: true),
            y: SVGPlot.Axis(
                label: "mean openings by chance", range: pow(10, first)...pow(10, last),
                ticks: ticks(stride(from: first, through: last, by: 1)), isLogarithmic: true), lines: lines)
    }
}
