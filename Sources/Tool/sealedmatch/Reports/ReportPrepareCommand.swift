internal import ArgumentParser
internal import Foundation
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchProtocol
internal import SealedMatchReports
internal import SealedMatchSQLite

struct ReportPrepareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare", abstract: "Makes the documents of a report. Sends nothing.",
        discussion: """
            Matches that people judged to be illegal are reported; --all-listed adds those on a list that nobody \
            judged otherwise, --match names them one by one. Without --picture only hashes are reported. A picture is \
            read here and when it is sent, and not kept; it is said to be viewed only if the library has that a person \
            was shown this very file. article13 and nca are documents for you to hand over, a signed JSON file and a \
            page. removal, blocking and account are requests to the messenger. With --dry-run the documents are \
            written into a folder for you to look at, and nothing else changes.
            """)

    @OptionGroup var actor: ActorOptions
    @OptionGroup var filing: FilingOptions
    @Option(help: "The deployment's report settings, a JSON file.") var settings: FileName
    @Option(parsing: .upToNextOption, help: "Only these matches.") var match: [Int] = []
    @Flag(help: "Also listed matches that nobody judged.") var allListed = false
    @Option(help: "When it happened, 2026-11-28T12:00:00Z; by your word, in place of the notes'.") var when: String?
    @Option(help: "Why it is urgent. Without, it is not said to be.") var urgent: String?
    @Option(parsing: .singleValue, help: "MATCH=FILE: the picture of a match, to be sent. Repeat it.")
    var picture: [String] = []
    @Option(help: "Of a request to the messenger: the case's request, which `reveal` wrote.") var request: FileName?
    @Option(help: "Where it is to go: then it goes nowhere else. The settings' address unless given.") var to: String?
    @Flag(help: "Write the documents, and nothing else.") var dryRun = false
    @Option(name: .shortAndLong, help: "The folder for --dry-run; it must not be there.") var output: FileName?

    func validate() throws {
        guard match.isEmpty || !allListed else { throw ValidationError("either --match or --all-listed") }
        guard Set(match).count == match.count else { throw ValidationError("--match: a match is named twice") }
        let pictured = picture.map { $0.prefix { $0 != "=" } }
        guard Set(pictured).count == pictured.count else {
            throw ValidationError("--picture: two pictures of one match; a match has one")
        }
        guard to == nil || ![.article13, .nca].contains(filing.kind) else {
            throw ValidationError("--to: a document goes nowhere: you hand it over")
        }
        guard dryRun == (output != nil) else { throw ValidationError("--dry-run and --output go together") }
        guard when.map({ ReportTime.seconds($0) != nil }) ?? true else {
            throw ValidationError("--when is a time with its zone: 2026-11-28T12:00:00Z")
        }
        guard filing.kind == .cybertipline || picture.isEmpty else {
            throw ValidationError("pictures go to the CyberTipline alone")
        }
    }

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let signer = try EventKey(actor.key)
            let filed = try FiledCase(store, actor.library, filing.number.number, filing.kind, signer: signer)
            try filed.check(actor.person)
            let settings = try reportSettings(settings)
            let choice: ReportFacts.Choice = !match.isEmpty ? .numbers(match) : allListed ? .allListed : .judged
            let facts = try reporting { () throws(ReportFailure) in
                try ReportFacts(
                    filed.found, filed.library.policy, choice, note: settings.note, account: try filed.account)
            }
            switch filing.kind {
            case .cybertipline: try prepareCyberTipline(facts, settings, filed)
            case .article13:
                try prepareDocument(
                    .article13(facts, settings, urgent: urgent, at: currentTime()), facts, filed, signer)
            case .nca:
                try prepareDocument(.nca(facts, settings, urgent: urgent, at: currentTime()), facts, filed, signer)
            case .removal, .blocking, .account: try prepareRequest(facts, settings, filed)
            }
            try about(actor.library.library.description) { try store.close() }
        }
    }

    private func prepareCyberTipline(
        _ facts: ReportFacts, _ settings: ReportSettings, _ filed: FiledCase
    ) throws {
        let pictures = try picture.map { try Picture($0) }
        let address = try (to ?? settings.cyberTipline?.url).map { text in
            try reporting { () throws(ReportFailure) in try ReportAddress(text) }
        }
        let report = try reporting { () throws(ReportFailure) in
            try CyberTiplineReport(
                facts, settings, given: when.flatMap { ReportTime.seconds($0) }.map { ($0, actor.person) },
                escalation: urgent,
                pictures: pictures.map {
                    CyberTiplineReport.Picture(match: $0.match, name: $0.file.path, sha256: $0.file.sha256)
                }, now: currentTime())
        }
        for remark in report.remarks { Terminal.print(remark) }
        if let output {
            var parts = [("report.xml", report.report.document)]
            for (place, picture) in report.files.enumerated() {
                let details = report.details(
                    of: picture, report: CyberTiplineFiling.reportMark, file: CyberTiplineFiling.fileMark)
                parts.append(("file-\(place).xml", details?.document ?? []))
            }
            return try write(parts, into: output)
        }
        try reporting { () throws(ReportFailure) in
            try filed.checkEarlierRounds()
            let journal = try filed.folder.open(filed.name)
            try CyberTiplineFiling.prepare(
                report, pictures: pictures.map(\.file.path), to: address, by: actor.person, in: journal,
                at: currentTime())
        }
        Terminal.print(
            "case \(facts.number): prepared for the CyberTipline: \(count(facts.matches.count, "match", "matches")), "
                + "\(count(pictures.count, "picture")), for "
                + "\(address?.text ?? "the first address that it is sent to"); nothing was sent")
    }

    private func prepareDocument(
        _ document: ReportDocument, _ facts: ReportFacts, _ filed: FiledCase, _ signer: EventKey
    ) throws {
        let signed = try about("case \(facts.number)") { try SignedReport.encoded(document.json, key: signer.key) }
        let parts = [("report.json", signed), ("report.html", document.page)]
        if let output { return try write(parts, into: output) }
        let places = try reporting { () throws(ReportFailure) in
            let journal = try filed.folder.open(filed.name)
            try journal.append(
                "prepared", at: currentTime(), ["by": .text(actor.person)],
                parts: parts.map { (name: $0.0, bytes: $0.1) })
            try journal.keep(by: actor.person, at: currentTime())
            return journal.entries.last.map { last in parts.map { journal.place(of: $0.0, last) } } ?? []
        }
        for place in places { Terminal.print("\(place): made; nothing was sent") }
        Terminal.print("hand it over, then: sealedmatch case reported \(facts.number) --report \(filing.kind.rawValue)")
    }

    private func prepareRequest(_ facts: ReportFacts, _ settings: ReportSettings, _ filed: FiledCase) throws {
        guard !dryRun else { throw Failure("--dry-run is for reports; a request is sent by `report send` alone") }
        guard let file = request else { throw Failure("--request: the case's request is needed") }
        let request = try about(file.description) {
            try ResolutionRequest(canonical: DurableFile.read(file.text, limit: ResolutionRequest.encodedCount))
        }
        guard request.pseudonym.encoded == filed.found.pseudonym, request.epoch == filed.found.epoch else {
            throw Failure("\(file): the request is of another case")
        }
        guard let text = to ?? settings.messenger else {
            throw Failure("where to? --to URL, or the settings' messenger")
        }
        try reporting { () throws(ReportFailure) in
            let filing = MessengerFiling(try filed.folder.open(filed.name))
            try filing.prepare(
                filed.kind.rawValue, to: try ReportAddress(text), facts, request: request, by: actor.person,
                at: currentTime())
        }
        Terminal.print("case \(facts.number): \(filing.kind.rawValue): prepared; nothing was sent")
    }

    private func write(_ parts: [(String, [UInt8])], into folder: FileName) throws {
        guard !DurableFile.exists(folder.text) else {
            throw Failure("\(folder): it is there already", code: Failure.badFile)
        }
        try about(folder.description) { try LockedDirectory.make(folder.text) }
        for (name, bytes) in parts {
            let place = "\(folder.text)/\(name)"
            try about(place) { try DurableFile.create(bytes, at: place, isSecret: true) }
            Terminal.print("\(place): written; nothing was sent")
        }
    }
}

/// A picture that goes with a report.
private struct Picture {
    let match: Int
    let file: ReportFile

    init(_ argument: String) throws {
        guard let sign = argument.firstIndex(of: "="), let match = Int(argument[..<sign]), match > 0,
            argument[..<sign] == "\(match)",
            let file = FileName(argument: String(argument[argument.index(after: sign)...])), !file.bytes.isEmpty
        else { throw Failure("--picture \(argument): is not MATCH=FILE") }
        self.match = match
        // Absolute: it may be sent from another folder.
        let text = file.text
        let path = text.hasPrefix("/") ? text : FileManager.default.currentDirectoryPath + "/" + text
        self.file = try reporting { () throws(ReportFailure) in try ReportFile(path) }
    }
}
