internal import ArgumentParser

@main
struct SealedMatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sealedmatch",
        abstract: "Blinded, audited matching of known media before end-to-end encryption.",
        discussion: """
            Exit codes: 0 done; 1 a check came out negative (an audit with findings, a proof that does not verify, a demo that failed); \
            64 wrong usage; 65 a file or a line in it is not what it should be; 66 a file cannot be read or written; \
            69 a program that is needed is missing; 70 an internal failure; 130 interrupted.
            """,
        version: Version.text,
        subcommands: [
            KeygenCommand.self, ListCommand.self, SetCommand.self, FingerprintCommand.self, SealCommand.self,
            CollectCommand.self, ExpireCommand.self, OpenCommand.self,
            RevealCommand.self, DemoCommand.self, BenchCommand.self,
        ])

    /// With arguments as bytes: see `FileName`.
    static func main() { main(FileName.commandLine()) }
}
