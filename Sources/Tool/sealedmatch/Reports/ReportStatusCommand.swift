internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchReports
internal import SealedMatchSQLite

struct ReportStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Says how far each report is. Asks nobody.",
        discussion: "Of one case, or of all. The receiver is not asked: it tells nobody the state of a report.")

    @OptionGroup var library: LibraryOptions
    @Flag(help: "Each entry of the journals, as JSON lines.") var entries = false
    @Argument(help: "The case's number; all cases unless given.") var number: UInt64?

    private struct Line: Encodable {
        let filing: String
        let entry: String
    }

    func run() throws {
        try reportingFailures {
            let store = try library.store()
            let rules = try about(library.library.description) { try store.library() }
            let folder = FilingFolder(
                library: library.library.text, try filingKeeper(store, rules, library, signer: nil))
            // Those that the library knows of and that are gone, too.
            let names =
                if let number {
                    try reporting { () throws(ReportFailure) in try folder.names(of: number) }
                } else {
                    try filingNames(store, folder, library)
                }
            var damaged = 0
            for name in names {
                let about = "case \(name.number), round \(name.round), \(name.kind)"
                let journal: FilingJournal
                do throws(ReportFailure) {
                    guard let found = try folder.read(name) else { continue }
                    journal = found
                } catch {
                    Terminal.note("\(about): \(error.description)")
                    damaged += 1
                    continue
                }
                if entries {
                    for entry in journal.entries {
                        try Terminal.printJSON(Line(filing: "\(name)", entry: entry.line))
                    }
                    continue
                }
                let found = try sealedmatch.about("case \(name.number)") { try store.read(name.number) }
                var said = journal.summary(name.kind)
                if found.state == .erased { said += "; the case was erased, and this filing was not" }
                Terminal.print("\(about): \(said)")
            }
            try sealedmatch.about(library.library.description) { try store.close() }
            guard damaged == 0 else { throw Failure("\(count(damaged, "filing")) cannot be gone on with") }
        }
    }
}
