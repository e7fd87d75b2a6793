internal import ArgumentParser

struct VectorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors", abstract: "Checks another implementation against the test vectors.",
        subcommands: [VectorsRunCommand.self])
}
