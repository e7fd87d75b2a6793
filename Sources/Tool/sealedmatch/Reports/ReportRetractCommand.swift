internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchReports
internal import SealedMatchSQLite

struct ReportRetractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retract", abstract: "Takes a report to the CyberTipline back that has not gone out.",
        discussion: "After a report went out nobody can take it back. Then this says so, and changes nothing.")

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(help: "The deployment's report settings, a JSON file.") var settings: FileName
    @Option(help: "The address, https://… ; http:// to this machine alone.") var to: String?
    @Option(help: "Seconds for each request.") var seconds = 60
    @Option(help: "Of an earlier round of the case.") var round: Int?
    @Option(help: "Why.") var why: String

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let found = try about("case \(number.number)") { try store.read(number.number) }
            let library = try about(actor.library.library.description) { try store.library() }
            try about("case \(number.number)") { try library.check(actor.person, .report) }
            let settings = try reportSettings(settings)
            guard let text = to ?? settings.cyberTipline?.url else { throw Failure("where to? --to URL") }
            let folder = FilingFolder(library: actor.library.library.text)
            let name = FilingFolder.Name(number.number, round: round ?? found.round, ReportKind.cybertipline.rawValue)
            try reporting { () throws(ReportFailure) in
                guard try folder.read(name) != nil else { throw ReportFailure("nothing is prepared") }
                let filing = CyberTiplineFiling(
                    try folder.open(name), to: try ReportAddress(text),
                    by: CurlSender(credentials: settings.cyberTipline?.credentials, seconds: seconds), now: currentTime)
                try filing.withdraw(by: actor.person, why: why)
            }
            Terminal.print("case \(number.number): taken back; nothing went out")
        }
    }
}

struct ReportSettleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Says what you found out of a report that the receiver no longer knows.",
        discussion: """
            Needed in one case alone, which `report status` names: a report was asked to go out, the reply was lost, and \
            later the receiver did not know its number. Ask the receiver before you say it.
            """)

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Flag(help: "It went out.") var finished = false
    @Flag(help: "It did not go out.") var notFinished = false
    @Option(help: "Of an earlier round of the case.") var round: Int?
    @Option(help: "How you know.") var why: String

    func validate() throws {
        guard finished != notFinished else { throw ValidationError("either --finished or --not-finished") }
    }

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let found = try about("case \(number.number)") { try store.read(number.number) }
            let library = try about(actor.library.library.description) { try store.library() }
            try about("case \(number.number)") { try library.check(actor.person, .report) }
            let folder = FilingFolder(library: actor.library.library.text)
            let name = FilingFolder.Name(number.number, round: round ?? found.round, ReportKind.cybertipline.rawValue)
            try reporting { () throws(ReportFailure) in
                guard try folder.read(name) != nil else { throw ReportFailure("nothing is prepared") }
                try CyberTiplineFiling.settle(
                    try folder.open(name), finished: finished, by: actor.person, why: why, at: currentTime())
            }
            Terminal.print("case \(number.number): written down; `report send` goes on")
        }
    }
}
