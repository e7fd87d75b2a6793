internal import ArgumentParser
internal import SealedMatchFiles

struct SetAuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Rebuilds a set from its audit package, without the secret key, and compares.",
        discussion: """
            A source gives its own list, too: entries that claim its support must be in it. Prints what the set says \
            of itself. Exit code 1 if anything is wrong.
            """)

    @Argument var file: String
    @OptionGroup var options: AuditOptions

    func run() throws {
        try reportingFailures {
            let set = try about(file) { try SetFile(path: file) }
            let summary = SetSummary(header: set.header, names: try options.keys())
            try summary.print()
            summary.printSources { _ in "" }
            _ = try options.audit(set, named: file, names: summary.names)
        }
    }
}
