internal import ArgumentParser

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Reports a confirmed case, and asks the messenger to act on it.",
        discussion: """
            `prepare` makes the documents of a report and sends nothing. `send` sends them to the address that you name, \
            and goes on where a killed one ended: nothing goes out twice. Everything that is sent and answered is kept in \
            the folder LIBRARY.filings, which is as secret as the library. Docs/Reporting.md says what is in each report, \
            and who says it. `case reported` records a report that was made in another way.
            """,
        subcommands: [
            ReportPrepareCommand.self, ReportSendCommand.self, ReportStatusCommand.self, ReportRetractCommand.self,
            ReportSettleCommand.self,
        ])
}
