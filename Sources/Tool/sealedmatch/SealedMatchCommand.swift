internal import ArgumentParser
internal import SealedMatchCrypto

/// Where the program begins and ends: before anything is opened, and with every message on lines that are its own.
@main
enum Program {
    static func main() {
        StandardStreams.prepare()
        do {
            var command = try SealedMatchCommand.parseAsRoot(FileName.commandLine())
            try command.run()
        } catch {
            let code = SealedMatchCommand.exitCode(for: error)
            let message = SealedMatchCommand.fullMessage(for: error)
            if !message.isEmpty {
                if code.isSuccess {
                    // Help, a version or a script for a shell: nothing of it comes from outside.
                    StandardStreams.writeOutput(message + "\n")
                } else {
                    for line in message.split(separator: "\n", omittingEmptySubsequences: false) {
                        Terminal.note(String(line))
                    }
                }
            }
            SealedMatchCommand.exit(withError: ExitCode(code.rawValue))
        }
    }
}

struct SealedMatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sealedmatch",
        abstract: "Blinded, audited matching of known media before end-to-end encryption.",
        discussion: """
            Exit codes: 0 done; 1 a check came out negative (an audit with findings, a proof that does not verify, a \
            demo that failed); 64 wrong usage; 65 a file or a line in it is not what it should be; 66 a file cannot \
            be read or written; 69 a program that is needed is missing; 70 an internal failure; 130 interrupted; \
            141 nobody reads the output any more.
            """,
        version: "\(Version.text) (group operations: \(GroupBatch.backendName))",
        subcommands: [
            KeygenCommand.self, ListCommand.self, SetCommand.self, FingerprintCommand.self, SealCommand.self,
            AuthorityCommand.self, LogCommand.self, CollectCommand.self, ExpireCommand.self, AccountIDCommand.self,
            OpenCommand.self, OpenedCommand.self, RevealCommand.self, CaseCommand.self, ReportCommand.self,
            PolicyCommand.self, ResolveCommand.self, ReleaseCommand.self,
            SampleCommand.self, DemoCommand.self,
            SimulateCommand.self,
            BenchCommand.self, KitCommand.self, VectorsCommand.self,
        ])
}
