internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchSQLite

struct CaseExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints all events of a library, a line of JSON each.",
        discussion: """
            `case verify --events` and anybody else can check them (Docs/Protocol.md, 4.18). An export holds everything \
            that the library holds, case files too: keep it like the library, and remove it when cases are erased.
            """)

    @OptionGroup var library: LibraryOptions

    func run() throws {
        try reportingFailures {
            let store = try library.store()
            try about(library.library.description) {
                try store.export { StandardStreams.writeOutput($0 + "\n") }
            }
        }
    }
}
