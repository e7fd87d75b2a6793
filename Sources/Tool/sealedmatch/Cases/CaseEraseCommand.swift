internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchReports
internal import SealedMatchSQLite

struct CaseEraseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erases cases to tombstones: what their events say is gone, their hashes stay.",
        discussion: """
            With numbers, these cases; with --due, all that the policy lets be erased now. Before the policy's date only \
            with --early and --why. It erases in the library and in LIBRARY.filings: case files, requests, orders, \
            exports and backups are yours to remove. Cannot be undone.
            """)

    @OptionGroup var actor: ActorOptions
    @Flag(help: "All whose date has come.") var due = false
    @Flag(help: "Before the policy's date.") var early = false
    @Option(help: "Why.") var why = ""
    @Argument(help: "Numbers of cases.") var numbers: [UInt64] = []

    func validate() throws {
        guard due == numbers.isEmpty else { throw ValidationError("either numbers of cases, or --due") }
        guard !(due && early) else { throw ValidationError("what is due is not early") }
        guard numbers.allSatisfy({ (1...UInt64(Int64.max)).contains($0) }) else {
            throw ValidationError("cases are numbered from 1")
        }
    }

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let signer = try EventKey(actor.key)
            func erase(_ number: UInt64) throws {
                _ = try about("case \(number)") {
                    try store.append(
                        CaseEvent(by: actor.person, time: currentTime(), why: why, .erased(early: early)), to: number,
                        key: signer.key)
                }
                Terminal.print("case \(number): erased")
            }
            for number in numbers { try erase(number) }
            if due {
                var filter = CaseFilter()
                filter.erasable = currentTime()
                while true {
                    let rows = try about(actor.library.library.description) { try store.list(filter, limit: 1_000) }
                    for row in rows { try erase(row.number) }
                    if rows.isEmpty { break }
                }
            }
            // What reports and requests kept of erased cases goes, too; also what a killed erasure left of it.
            let rules = try about(actor.library.library.description) { try store.library() }
            let folder = FilingFolder(
                library: actor.library.library.text,
                try filingKeeper(store, rules, actor.library, signer: signer))
            for name in try reporting({ () throws(ReportFailure) in try folder.names() })
            where try about("case \(name.number)", { try store.read(name.number) }).state == .erased {
                try reporting { () throws(ReportFailure) in try folder.erase(name.number) }
            }
            try about(actor.library.library.description) { try store.close() }
        }
    }
}
