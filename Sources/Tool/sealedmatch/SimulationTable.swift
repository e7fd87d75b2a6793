internal import Foundation
internal import SealedMatchSimulation

/// The figures of a simulation, for people.
struct SimulationTable {
    let report: SimulationReport

    init(_ report: SimulationReport) { self.report = report }

    private var plan: SimulationPlan { report.plan }

    func print() {
        for setting in plan.settings { printSetting(setting) }
        let accounts = plan.groups.indices.reduce(0) { $0 + plan.simulated($1) }
        let whole = report.cells.isEmpty ? "" : " of \(Self.grouped(plan.accounts))"
        section(
            "Simulated \(Self.grouped(accounts))\(whole) accounts over \(count(plan.epochs, "epoch")), seed \(plan.seed)"
        )
        reveals()
        innocents()
        guesses()
        loads()
        totals()
    }

    private func printSetting(_ setting: SimulationSetting) {
        let levels = setting.parameters.checkLevels.values.map { "\($0)" }.joined(separator: ", ")
        Terminal.print(
            "\(setting.name): t = \(setting.threshold), k = \(setting.polynomials), M = \(setting.slots), "
                + "payload \(setting.parameters.payloadCount) bytes, N = \(levels)")
    }

    private func section(_ title: String) {
        Terminal.print("")
        Terminal.print(title)
    }

    private func reveals() {
        section(
            "Reveals. Ever: in \(count(plan.epochs, "epoch")). Matches, and known items sent, at 50, 90 and 99 of 100 reveals"
        )
        table(
            ["setting", "group", "accounts", "an epoch", "if tried at its end", "ever", "matches", "known items sent"],
            report.cells.map { cell in
                let reveals = cell.reveals
                return [
                    cell.setting.name, cell.group.name, Self.grouped(cell.group.accounts),
                    Self.share(reveals.share, reveals.shareError), Self.share(reveals.shareAtEnd, nil),
                    Self.share(reveals.everShare, reveals.everError), Self.quantiles(reveals.matches),
                    Self.quantiles(reveals.known),
                ]
            })
    }

    private func innocents() {
        section(
            "Innocents: t matches in an epoch by false positives alone. A year: expected in the population, in 12 epochs"
        )
        table(
            ["setting", "group", "probability", "a year", "t for 10^-12"],
            report.cells.map { cell in
                let innocents = cell.innocents
                return [
                    cell.setting.name, cell.group.name, Self.power(innocents.log10),
                    Self.power(innocents.log10Expected),
                    innocents.neededThreshold.map { "\($0)" } ?? "above 1,024",
                ]
            })
    }

    private func guesses() {
        section("Guesses below t: the best attack's advantage, 0 a coin, 1 certainty")
        table(
            ["setting", "group", "vouchers", "matches", "where", "one epoch", "twelve", "one suspected voucher"],
            report.cells.map { cell in
                guard let guess = cell.guess else {
                    return [cell.setting.name, cell.group.name, "-", "-", "too few vouchers", "-", "-", "-"]
                }
                return [
                    cell.setting.name, cell.group.name, Self.grouped(guess.vouchers), "\(guess.matches)", guess.pattern,
                    String(format: "%.3f ± %.3f", guess.advantage, guess.advantageError),
                    String(format: "%.2f ± %.2f", guess.twelve, guess.twelveError),
                    String(format: "%.3f", guess.suspected),
                ]
            })
    }

    private func loads() {
        let source = plan.costs == nil ? "measured just now on this machine" : "from the plan"
        section("Loads of an account. Seconds of one core, \(source)")
        table(
            [
                "setting", "group", "vouchers an epoch", "sent a day", "at the collector", "after pruning",
                "at the authority", "sealing", "opening", "decoding",
            ],
            report.cells.map { cell in
                let load = cell.load
                return [
                    cell.setting.name, cell.group.name, String(format: "%.1f", load.vouchers),
                    Self.bytes(load.sentBytes), Self.bytes(load.collectorBytes), Self.bytes(load.prunedBytes),
                    Self.bytes(load.authorityBytes), Self.seconds(load.sealing), Self.seconds(load.opening),
                    Self.seconds(load.decoding),
                ]
            })
    }

    private func totals() {
        section("The population. Bytes: sent a day, stored of an epoch. Cores: busy all the time")
        table(
            [
                "setting", "revealed ever", "innocents a year", "sent a day", "at the collector", "after pruning",
                "at the authority", "cores opening", "cores decoding",
            ],
            plan.settings.map { setting in
                let totals = PopulationTotals(report.cells(setting))
                return [
                    setting.name, Self.number(totals.revealedAccounts), Self.power(totals.log10Innocents),
                    Self.bytes(totals.sentBytes), Self.bytes(totals.collectorBytes), Self.bytes(totals.prunedBytes),
                    Self.bytes(totals.authorityBytes), Self.number(totals.openingCores),
                    Self.number(totals.decodingCores),
                ]
            })
    }

    /// Columns as wide as their longest cell.
    private func table(_ head: [String], _ rows: [[String]]) {
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        for row in [head] + rows {
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            Terminal.print(line)
        }
    }

    /// A share as percent, with its standard error.
    private static func share(_ share: Double, _ error: Double?) -> String {
        if share == 0 { return "none" }
        let percent = share >= 0.0995 ? String(format: "%.1f %%", share * 100) : String(format: "%.2g %%", share * 100)
        guard let error, error > 0 else { return percent }
        return percent.dropLast(2) + String(format: " ± %.1g %%", error * 100)
    }

    private static func quantiles(_ quantiles: RevealFigures.Quantiles?) -> String {
        quantiles.map { "\($0.middle), \($0.p90), \($0.p99)" } ?? "-"
    }

    /// A number by its logarithm, however small.
    static func power(_ logarithm: Double?) -> String {
        guard let logarithm else { return "0" }
        if logarithm >= -3 { return number(pow(10, logarithm)) }
        var exponent = Int(logarithm.rounded(.down))
        var lead = String(format: "%.1f", pow(10, logarithm - Double(exponent)))
        if lead == "10.0" { (lead, exponent) = ("1.0", exponent + 1) }
        return "\(lead)·10^\(exponent)"
    }

    static func number(_ value: Double) -> String {
        value >= 1_000 && value < 1e15 ? grouped(Int(value.rounded())) : digits(value)
    }

    /// About two digits that count.
    private static func digits(_ value: Double) -> String {
        String(format: value >= 9.95 ? "%.0f" : "%.2g", value)
    }

    static func grouped(_ number: Int) -> String {
        var digits = String(number)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }

    static func bytes(_ bytes: Double) -> String {
        var (value, unit) = (bytes, 0)
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1_000, unit + 1) }
        return String(format: value >= 99.5 || unit == 0 ? "%.0f " : "%.1f ", value) + units[unit]
    }

    static func seconds(_ seconds: Double) -> String {
        if seconds == 0 { return "0" }
        if seconds < 1e-3 { return digits(seconds * 1e6) + " µs" }
        return seconds < 1 ? digits(seconds * 1e3) + " ms" : digits(seconds) + " s"
    }
}
