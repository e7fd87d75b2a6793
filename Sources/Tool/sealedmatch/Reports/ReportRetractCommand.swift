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
    @Option(help: "Its receiver's address; unless given, the one that it went to.") var to: String?
    @Option(help: "Seconds for each request.") var seconds = 60
    @Option(help: "Of an earlier round of the case.") var round: Int?
    @Option(help: "Why.") var why: String

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let filed = try FiledCase(
                store, actor.library, number.number, .cybertipline, round: round, signer: EventKey(actor.key))
            try about("case \(number.number)") { try filed.library.check(actor.person, .report) }
            let settings = try reportSettings(settings)
            let journal = try reporting { () throws(ReportFailure) in
                guard try filed.folder.read(filed.name) != nil else { throw ReportFailure("nothing is prepared") }
                return try filed.folder.open(filed.name)
            }
            let address = try filed.address(to, journal, settings.cyberTipline?.url)
            try reporting { () throws(ReportFailure) in
                let filing = CyberTiplineFiling(
                    journal, to: address,
                    by: CurlSender(credentials: settings.cyberTipline?.credentials, seconds: seconds),
                    as: actor.person,
                    claim: { (report) throws(ReportFailure) in
                        try filed.folder.claim(report, at: address, for: filed.name)
                    }, now: currentTime)
                try filing.withdraw(by: actor.person, why: why)
            }
            try about(actor.library.library.description) { try store.close() }
            Terminal.print("case \(number.number): taken back; nothing went out")
        }
    }
}

struct ReportSettleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Says what you found out of a report that nothing here tells of.",
        discussion: """
            --finished or --not-finished: `report status` names the one case. A report was asked to go out, the reply \
            was lost, and later the receiver did not know its number. --lost: the folder of a filing is gone, or an \
            older copy is all that there is; then nothing more is filed of this kind in this round. If it went out, \
            say `case reported`, too; if it is still to go out, `case reopen` begins another round. Ask the receiver \
            before you say any of them.
            """)

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Flag(help: "It went out.") var finished = false
    @Flag(help: "It did not go out.") var notFinished = false
    @Flag(help: "The filing is lost.") var lost = false
    @Option(help: "Of --lost: cybertipline, article13, nca, removal, blocking, account.")
    var kind = ReportKind.cybertipline
    @Option(help: "Of an earlier round of the case.") var round: Int?
    @Option(help: "How you know.") var why: String

    func validate() throws {
        guard [finished, notFinished, lost].count(where: { $0 }) == 1 else {
            throw ValidationError("one of --finished, --not-finished, --lost")
        }
        guard lost || kind == .cybertipline else { throw ValidationError("--kind goes with --lost") }
        guard !why.isEmpty else { throw ValidationError("--why: how you know") }
    }

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let filed = try FiledCase(
                store, actor.library, number.number, kind, round: round, signer: EventKey(actor.key))
            try about("case \(number.number)") { try filed.library.check(actor.person, .report) }
            if lost {
                try reporting { () throws(ReportFailure) in
                    try filed.folder.giveUp(filed.name, by: actor.person, why: why, at: currentTime())
                }
                Terminal.print(
                    "case \(number.number): the filing \(kind.rawValue) of round \(filed.name.round) is written down as lost"
                )
            } else {
                try reporting { () throws(ReportFailure) in
                    guard try filed.folder.read(filed.name) != nil else { throw ReportFailure("nothing is prepared") }
                    try CyberTiplineFiling.settle(
                        try filed.folder.open(filed.name), finished: finished, by: actor.person, why: why,
                        at: currentTime())
                }
                Terminal.print("case \(number.number): written down; `report send` goes on")
            }
            try about(actor.library.library.description) { try store.close() }
        }
    }
}
