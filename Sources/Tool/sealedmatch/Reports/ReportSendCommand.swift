internal import ArgumentParser
internal import Foundation
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchReports
internal import SealedMatchSQLite

struct ReportSendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Sends what was prepared, or goes on with it, and records that it went out.",
        discussion: """
            To the address of --to, or that of the settings: there is no other. Every request is on the disk before it \
            leaves, and its reply before anything follows. Given again after a failure or a kill it goes on: what is not \
            known is found out first. It ends with 69 where the same may work later.
            """)

    @OptionGroup var actor: ActorOptions
    @OptionGroup var filing: FilingOptions
    @Option(help: "The deployment's report settings, a JSON file.") var settings: FileName
    @Option(help: "The address, https://… ; http:// to this machine alone.") var to: String?
    @Option(help: "Seconds for each request.") var seconds = 60
    @Flag(help: "Begin a new report although one may be open at the receiver, that nobody can finish.")
    var beginAnew = false

    @Option(help: "Of requests to the messenger: seconds before the second sending; each later wait is twice as long.")
    var firstWait: UInt64 = 60
    @Flag(help: "Of requests to the messenger: send at once, also before the wait is over.") var atOnce = false
    @Flag(help: "Of requests to the messenger: go on until it answered for good.") var wait = false

    func validate() throws {
        guard (1...21_600).contains(firstWait) else { throw ValidationError("--first-wait is 1 to 21600") }

        guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds is 1 to 3600") }
    }

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let filed = try FiledCase(store, actor.library, filing)
            let settings = try reportSettings(settings)
            let signer = try EventKey(actor.key)
            switch filing.kind {
            case .cybertipline: try sendCyberTipline(store, filed, settings, signer)
            case .article13, .nca:
                throw Failure("\(filing.kind.rawValue): is a document; hand it over, then `case reported`")
            case .removal, .blocking, .account: try sendRequest(store, filed, signer)
            }
            try about(actor.library.library.description) { try store.close() }
        }
    }

    private func address(_ own: String?) throws -> ReportAddress {
        guard let text = to ?? own else {
            throw Failure("where to? --to URL, or the settings' url: there is no address that is taken without")
        }
        return try reporting { () throws(ReportFailure) in try ReportAddress(text) }
    }

    private func sendCyberTipline(
        _ store: CaseStore, _ filed: FiledCase, _ settings: ReportSettings, _ signer: EventKey
    ) throws {
        guard let own = settings.cyberTipline else { throw Failure("the settings have no “cybertipline”") }
        let address = try address(own.url)
        if let credentials = own.credentials {
            _ = try about(credentials) {
                try DurableFile.readIfPresent(credentials, limit: 65_536, access: .secret) != nil
            }
        }
        let journal = try reporting { () throws(ReportFailure) in try filed.folder.open(filed.name) }
        // Read under the filing's lock: whoever had it before may have recorded it meanwhile.
        let found = try about("case \(filed.found.number)") { try store.read(filed.found.number) }
        guard found.round == filed.name.round else { throw Failure("the case has another round now: once more") }
        let isRecorded = found.reports.contains { $0.kind == .cybertipline && $0.round == found.round }
        if case .finished = FilingProgress(journal.entries).position {
        } else {
            // Nothing leaves that could not be recorded.
            try filed.check(actor.person)
        }
        let filing = CyberTiplineFiling(
            journal, to: address, by: CurlSender(credentials: own.credentials, seconds: seconds), now: currentTime)
        let report = try reporting { () throws(ReportFailure) in
            try filing.send(anew: beginAnew ? actor.person : nil)
        }
        if !isRecorded {
            _ = try about("report \(report) went out, and the library refuses to record it") {
                try store.append(
                    CaseEvent(
                        by: actor.person, time: currentTime(), why: "", .reported(.cybertipline, reference: report)),
                    to: found.number, key: signer.key)
            }
        }
        try reporting { () throws(ReportFailure) in
            try CyberTiplineFiling.record(in: journal, at: currentTime())
        }
        Terminal.print("case \(found.number): report \(report) went out, and is recorded")
    }

    private func sendRequest(_ store: CaseStore, _ filed: FiledCase, _ signer: EventKey) throws {
        guard to == nil else { throw Failure("--to: the address of a request is the one that it was prepared for") }
        let journal = try reporting { () throws(ReportFailure) in try filed.folder.open(filed.name) }
        let filing = MessengerFiling(journal)
        let sender = CurlSender(credentials: nil, seconds: seconds, maximumReply: 65_536)
        while true {
            if case .done = filing.position { break }
            // Each time: the case may have been opened again, or the policy changed.
            try FiledCase(store, actor.library, self.filing).check(actor.person)
            let due = filing.due(first: firstWait)
            if !atOnce, due > currentTime() {
                guard wait else {
                    throw Failure(
                        "\(filing.words). Not sent again before \(ReportTime.text(due))", code: Failure.unavailable)
                }
                Thread.sleep(forTimeInterval: min(5, TimeInterval(due - currentTime())))
                continue
            }
            let isDone = try reporting { () throws(ReportFailure) in
                try filing.send(by: sender, key: signer.key, now: currentTime)
            }
            guard isDone || wait else { throw Failure(filing.words, code: Failure.unavailable) }
        }
        guard case .done(let reference) = filing.position else { return }
        if let kind = filed.kind.report, !filing.isRecorded {
            let found = try about("case \(filed.found.number)") { try store.read(filed.found.number) }
            if !found.reports.contains(where: { $0.kind == kind && $0.round == filed.name.round }) {
                _ = try about("the messenger did it, and the library refuses to record it") {
                    try store.append(
                        CaseEvent(
                            by: actor.person, time: currentTime(), why: "", .reported(kind, reference: reference)),
                        to: found.number, key: signer.key)
                }
            }
        }
        try reporting { () throws(ReportFailure) in
            if !filing.isRecorded { try journal.append("recorded", at: currentTime()) }
        }
        Terminal.print("case \(filed.found.number): \(filing.words)")
    }
}
