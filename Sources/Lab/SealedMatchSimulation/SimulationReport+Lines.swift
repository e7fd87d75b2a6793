internal import Foundation

extension SimulationReport {
    /// The lines of `simulate --json`: one for the costs, one for each setting and group, one for each setting.
    package var lines: [ReportLine] {
        var lines = [
            ReportLine(fields: [
                ("kind", .text("costs")), ("measured", .truth(plan.costs == nil)),
                ("sealSlotMicroseconds", .number(costs.sealSlotMicroseconds)),
                ("openSlotMicroseconds", .number(costs.openSlotMicroseconds)),
                ("denseNanoseconds", .number(costs.denseNanoseconds)),
                ("stepsNanoseconds", .number(costs.stepsNanoseconds)),
            ])
        ]
        for setting in plan.settings {
            let cells = cells(setting)
            lines += cells.map { $0.line(epochs: plan.epochs) }
            lines.append(PopulationTotals(cells).line(setting))
        }
        return lines
    }
}

extension SimulationReport.Cell {
    fileprivate func line(epochs: Int) -> ReportLine {
        ReportLine(
            fields: [
                ("kind", .text("group")), ("setting", .text(setting.name)), ("group", .text(group.name)),
                ("accounts", .whole(group.accounts)), ("simulated", .whole(simulated)), ("epochs", .whole(epochs)),
            ] + revealFields + innocentFields + guessFields + loadFields)
    }

    private var revealFields: [(name: String, value: ReportLine.Value)] {
        [
            ("revealed", .number(reveals.share)), ("revealedError", .number(reveals.shareError)),
            ("revealedAtEnd", .number(reveals.shareAtEnd)),
            ("everRevealed", .number(reveals.everShare)), ("everRevealedError", .number(reveals.everError)),
            ("matches50", .init(reveals.matches?.middle)), ("matches90", .init(reveals.matches?.p90)),
            ("matches99", .init(reveals.matches?.p99)), ("known50", .init(reveals.known?.middle)),
            ("known90", .init(reveals.known?.p90)), ("known99", .init(reveals.known?.p99)),
        ]
    }

    private var innocentFields: [(name: String, value: ReportLine.Value)] {
        [
            ("innocent", .number(innocents.log10.map { pow(10, $0) } ?? 0)),
            ("innocentLog10", .init(innocents.log10)),
            ("innocentsYear", .number(innocents.log10Expected.map { pow(10, $0) } ?? 0)),
            ("innocentsYearLog10", .init(innocents.log10Expected)),
            ("innocentThreshold", .init(innocents.neededThreshold)),
            ("innocentsSimulated", .whole(reveals.innocents)),
        ]
    }

    private var guessFields: [(name: String, value: ReportLine.Value)] {
        [
            ("guessVouchers", .init(guess?.vouchers)), ("guessMatches", .init(guess?.matches)),
            ("guessPattern", .init(guess?.pattern)), ("guess", .init(guess?.advantage)),
            ("guessError", .init(guess?.advantageError)), ("guessTwelve", .init(guess?.twelve)),
            ("guessTwelveError", .init(guess?.twelveError)), ("guessSuspected", .init(guess?.suspected)),
        ]
    }

    private var loadFields: [(name: String, value: ReportLine.Value)] {
        [
            ("vouchers", .number(load.vouchers)), ("openings", .number(load.openings)),
            ("sentBytesDay", .number(load.sentBytes)), ("collectorBytes", .number(load.collectorBytes)),
            ("collectorBytesPruned", .number(load.prunedBytes)), ("authorityBytes", .number(load.authorityBytes)),
            ("sealSeconds", .number(load.sealing)), ("openSeconds", .number(load.opening)),
            ("decodeSeconds", .number(load.decoding)),
        ]
    }
}

extension PopulationTotals {
    fileprivate func line(_ setting: SimulationSetting) -> ReportLine {
        ReportLine(fields: [
            ("kind", .text("all")), ("setting", .text(setting.name)), ("accounts", .whole(accounts)),
            ("everRevealedAccounts", .number(revealedAccounts)),
            ("innocentsYear", .number(log10Innocents.map { pow(10, $0) } ?? 0)),
            ("innocentsYearLog10", .init(log10Innocents)),
            ("sentBytesDay", .number(sentBytes)), ("collectorBytes", .number(collectorBytes)),
            ("collectorBytesPruned", .number(prunedBytes)), ("authorityBytes", .number(authorityBytes)),
            ("openCores", .number(openingCores)), ("decodeCores", .number(decodingCores)),
        ])
    }
}
