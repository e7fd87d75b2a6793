internal import ArgumentParser

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Publishes sets in a witnessed log, and watches one.",
        discussion: """
            A log is a folder that any web server serves (c2sp.org/tlog-tiles). A client that pins it takes a set only \
            with its proof. Docs/Protocol.md, 4.16, 5.28 and 5.29.
            """,
        subcommands: [
            LogInitCommand.self, LogEntryCommand.self, LogAddCommand.self, LogPublishCommand.self, LogProveCommand.self,
            LogWatchCommand.self,
        ])
}
