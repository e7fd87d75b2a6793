internal import ArgumentParser
internal import Foundation

/// The service: each role a command, and all of them in one process.
@main
struct Service: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sealedmatchd",
        abstract: "Collects sealed match vouchers, opens them, and reveals accounts above the threshold.",
        discussion: """
            Every option but --first-run, --allow-test-sets, --remove and what migrate alone has can also stand in \
            the settings file (--settings FILE, a JSON object with the options' names) and in the environment (SEALEDMATCHD_ and the option's name in capitals, - as _). A flag comes before the \
            environment, that before the file. Docs/Operating.md says how the roles are run.
            """,
        version: Version.text,
        subcommands: [
            AllCommand.self, CollectorCommand.self, OpenerCommand.self, RevealCommand.self, CustodianCommand.self,
            MigrateCommand.self, ReviewCommand.self, ReviewPasswordCommand.self, CyberTiplineStandInCommand.self,
        ])

    /// No role was named: nothing runs, and whoever started it must not take that for an end that went well.
    func run() async throws {
        FileHandle.standardError.write(Data((Self.helpMessage() + "\n").utf8))
        throw ExitCode.validationFailure
    }
}
