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
            To the address that it was prepared for, or first sent to, and to no other; else to that of --to, or of \
            the settings. With --due, all filings of all cases that are prepared, open or due. Every request is on the \
            disk before it leaves, and its reply before anything follows. Given again after a failure or a kill it \
            goes on: what is not known is found out first. It ends with 69 where the same may work later.
            """)

    @OptionGroup var actor: ActorOptions
    @Argument(help: "The case's number; none with --due.") var number: UInt64?
    @Option(help: "cybertipline, removal, blocking, or account. With --due: only these.") var kind: ReportKind?
    @Flag(help: "All that is prepared, open or due, of all cases: one line each.") var due = false
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
        if due {
            guard number == nil, to == nil, !beginAnew, !wait else {
                throw ValidationError("--due is of all cases; it goes without a number, --to, --begin-anew and --wait")
            }
        } else {
            guard let number, (1...UInt64(Int64.max)).contains(number), kind != nil else {
                throw ValidationError("a case's number and --kind, or --due")
            }
        }
        if let kind, [.article13, .nca].contains(kind) {
            throw ValidationError("\(kind.rawValue) is a document; hand it over, then `case reported`")
        }
    }

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let signer = try EventKey(actor.key)
            let settings = try reportSettings(settings)
            if due {
                try sendDue(store, settings, signer)
            } else if let number, let kind {
                try send(FiledCase(store, actor.library, number, kind, signer: signer), store, settings, signer)
            }
            try about(actor.library.library.description) { try store.close() }
        }
    }

    private func send(
        _ filed: FiledCase, _ store: CaseStore, _ settings: ReportSettings, _ signer: EventKey
    ) throws {
        if filed.kind == .cybertipline {
            try sendCyberTipline(store, filed, settings, signer)
        } else {
            try sendRequest(store, filed, signer)
        }
    }

    /// Goes on with each filing that is neither at its end nor waits for a person. One that fails keeps no other back.
    private func sendDue(_ store: CaseStore, _ settings: ReportSettings, _ signer: EventKey) throws {
        let rules = try about(actor.library.library.description) { try store.library() }
        let folder = FilingFolder(
            library: actor.library.library.text, try filingKeeper(store, rules, actor.library, signer: signer))
        var (failed, worst) = (0, Failure.unavailable)
        let names = try filingNames(store, folder, actor.library)
        for name in names where kind.map({ $0.rawValue == name.kind }) ?? true {
            do {
                try sendIfDue(name, folder, store, settings, signer)
            } catch let failure as Failure {
                Terminal.note("case \(name.number), round \(name.round), \(name.kind): \(failure.message)")
                failed += 1
                // What a person has to look at is worse than what may work later.
                worst = failure.code == Failure.unavailable ? worst : failure.code
            }
        }
        guard failed == 0 else { throw Failure("\(count(failed, "filing")) did not come to an end", code: worst) }
    }

    private func sendIfDue(
        _ name: FilingFolder.Name, _ folder: FilingFolder, _ store: CaseStore, _ settings: ReportSettings,
        _ signer: EventKey
    ) throws {
        guard let kind = ReportKind(rawValue: name.kind), ![.article13, .nca].contains(kind) else { return }
        let filed = try FiledCase(store, actor.library, name.number, kind, round: name.round, signer: signer)
        // Erased: `case erase` takes what is left. Given up: a person said so.
        if filed.found.state == .erased { return }
        if filed.found.filings.contains(where: {
            $0.kind.rawValue == name.kind && $0.round == name.round && $0.entries == 0
        }) {
            return
        }
        guard let journal = try reporting({ () throws(ReportFailure) in try folder.read(name) }) else { return }
        let isEarlier = name.round < filed.found.round
        if kind == .cybertipline {
            let progress = FilingProgress(journal.entries)
            switch progress.position {
            case .empty, .withdrawn: return
            case .refused: throw Failure(CyberTiplineFiling.describe(progress))
            case .finished where progress.isRecorded || isEarlier: return
            case .prepared where isEarlier: return
            default: break
            }
            guard !isEarlier else {
                throw Failure(
                    "of an earlier round: \(CyberTiplineFiling.describe(progress)). First: report retract --round "
                        + "\(name.round)")
            }
        } else {
            let request = MessengerFiling(journal)
            switch request.position {
            case .empty: return
            case .refused: throw Failure(request.words)
            case .done where request.isRecorded || isEarlier: return
            case .waiting where isEarlier: return
            default: break
            }
        }
        try send(filed, store, settings, signer)
    }

    private func sendCyberTipline(
        _ store: CaseStore, _ filed: FiledCase, _ settings: ReportSettings, _ signer: EventKey
    ) throws {
        guard let own = settings.cyberTipline else { throw Failure("the settings have no “cybertipline”") }
        if let credentials = own.credentials {
            _ = try about(credentials) {
                try DurableFile.readIfPresent(credentials, limit: 65_536, access: .secret) != nil
            }
        }
        let journal = try reporting { () throws(ReportFailure) in try filed.folder.open(filed.name) }
        let address = try filed.address(to, journal, own.url)
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
            journal, to: address, by: CurlSender(credentials: own.credentials, seconds: seconds), as: actor.person,
            claim: { (report) throws(ReportFailure) in
                try filed.folder.claim(report, at: address, for: filed.name)
            }, now: currentTime)
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
            try FiledCase(store, actor.library, filed.found.number, filed.kind, signer: signer).check(actor.person)
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
                try filing.send(by: sender, as: actor.person, key: signer.key, now: currentTime)
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
