internal import SealedMatchFiles
internal import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchLists

/// Carries one report through the CyberTipline's API: submit, upload, fileinfo, finish. When a process is killed, the
/// next one goes on from what the journal says: what is not known is found out, or taken back and begun anew. No two
/// reports of one filing are finished. (Docs/Reporting.md, "A filing on the disk")
package struct CyberTiplineFiling {
    package let journal: FilingJournal
    private let address: ReportAddress
    private let sender: any HTTPSender
    private let now: () -> UInt64

    /// Seconds after which an unfinished report that nobody touched has vanished.
    package static let vanishes: UInt64 = 3_600
    /// Reports that one run begins, at most.
    private static let maximumSubmits = 3

    package init(
        _ journal: FilingJournal, to address: ReportAddress, by sender: any HTTPSender,
        now: @escaping () -> UInt64
    ) {
        self.journal = journal
        self.address = address
        self.sender = sender
        self.now = now
    }

    /// Puts the documents of a report into a journal.
    /// - Parameters:
    ///   - pictures: paths of the files, in the order of the report's.
    /// - Throws: `ReportFailure` where something is open at the receiver, or went out.
    package static func prepare(
        _ report: CyberTiplineReport, pictures: [String], by person: String, in journal: FilingJournal,
        at time: UInt64
    ) throws(ReportFailure) {
        let progress = FilingProgress(journal.entries)
        guard progress.isAtRest, !progress.isRecorded else {
            throw ReportFailure("\(describe(progress)): no other one is prepared")
        }
        var parts: [(name: String, bytes: [UInt8])] = [("report.xml", report.report.document)]
        var files: [JSON] = []
        for (place, picture) in report.files.enumerated() {
            let details = report.details(of: picture, report: reportMark, file: fileMark)
            parts.append(("file-\(place).xml", details?.document ?? []))
            files.append(
                .object([
                    "match": .integer(Int128(picture.match)), "sha256": .text(picture.sha256),
                    "path": .text(pictures[place]),
                ]))
        }
        try journal.append("prepared", at: time, ["by": .text(person), "files": .list(files)], parts: parts)
    }

    /// Stand in documents of files for what the receiver names.
    package static let reportMark = "REPORT-ID"
    package static let fileMark = "FILE-ID"

    /// Goes on until the report went out.
    /// - Parameter anew: who says that a report is begun although one may be open; nil: it is not, before that has
    ///   vanished.
    /// - Returns: the receiver's number of the report.
    /// - Throws: `ReportFailure`, with what is known and what to do.
    package func send(anew person: String?) throws(ReportFailure) -> String {
        var submits = 0
        var person = person
        while true {
            let progress = FilingProgress(journal.entries)
            switch progress.position {
            case .empty: throw ReportFailure("nothing is prepared: `sealedmatch report prepare` does it")
            case .prepared:
                guard submits < Self.maximumSubmits else {
                    throw ReportFailure("\(submits) reports were begun and none went out: later again", isPassing: true)
                }
                submits += 1
                try call("submit", type: Self.xml, body: document("report.xml", progress))
            case .maybeOpen(let since):
                if let name = person {
                    try journal.append("anew", at: now(), ["by": .text(name)])
                    person = nil
                } else if now() > since + Self.vanishes {
                    try journal.append("anew", at: now(), ["by": .null])
                } else {
                    throw ReportFailure(Self.describe(progress), isPassing: true)
                }
            case .open(let report): try goOn(progress, report)
            case .doubtful(let report), .maybeFinished(let report): try retract(report)
            case .finished(let report): return report
            case .unclear, .refused, .withdrawn: throw ReportFailure(Self.describe(progress))
            }
        }
    }

    /// Takes a report back that has not gone out.
    /// - Throws: `ReportFailure` where it went out, and where that is not known yet.
    package func withdraw(by person: String, why: String) throws(ReportFailure) {
        var progress = FilingProgress(journal.entries)
        switch progress.position {
        case .empty, .withdrawn, .finished, .unclear: throw ReportFailure(Self.describe(progress))
        default: break
        }
        try journal.append("withdrawn", at: now(), ["by": .text(person), "why": .text(why)])
        progress = FilingProgress(journal.entries)
        switch progress.position {
        case .open(let report), .doubtful(let report), .maybeFinished(let report): try retract(report)
        default: break
        }
        progress = FilingProgress(journal.entries)
        guard progress.position == .withdrawn else { throw ReportFailure(Self.describe(progress)) }
    }

    /// Writes down what a person found out of a report of which the receiver's API says nothing.
    package static func settle(
        _ journal: FilingJournal, finished: Bool, by person: String, why: String, at time: UInt64
    ) throws(ReportFailure) {
        let progress = FilingProgress(journal.entries)
        guard case .unclear = progress.position else { throw ReportFailure(describe(progress)) }
        try journal.append(
            "settled", at: time, ["finished": .boolean(finished), "by": .text(person), "why": .text(why)])
    }

    /// Writes down that the library has the event.
    package static func record(in journal: FilingJournal, at time: UInt64) throws(ReportFailure) {
        guard !FilingProgress(journal.entries).isRecorded else { return }
        try journal.append("recorded", at: time)
    }

    private static let xml = "text/xml; charset=utf-8"
    private static let form = "application/x-www-form-urlencoded"

    private func document(_ name: String, _ progress: FilingProgress) throws(ReportFailure) -> [UInt8] {
        guard let plan = progress.plan else { throw ReportFailure("\(journal.path): no document is there") }
        return try journal.part(name, of: plan)
    }

    private func goOn(_ progress: FilingProgress, _ report: String) throws(ReportFailure) {
        var files: [JSON] = []
        if case .list(let list)? = progress.plan?.members["files"] { files = list }
        for (place, file) in files.enumerated() {
            guard case .object(let file) = file, case .text(let path)? = file["path"],
                case .text(let sha256)? = file["sha256"]
            else { throw ReportFailure("\(journal.path): the plan names no file") }
            guard let identifier = progress.files[place] else {
                let bytes = try about(path) { () throws(SealedMatchError) in
                    try DurableFile.read(path, limit: Self.maximumPicture)
                }
                guard Hexadecimal.text(try FilingJournal.sha256(bytes).bytes) == sha256 else {
                    throw ReportFailure("\(path): is another file than the one that was prepared")
                }
                let boundary = "SealedMatch-\(sha256)"
                let head =
                    "--\(boundary)\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n\(report)\r\n"
                    + "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"match\"\r\n"
                    + "Content-Type: application/octet-stream\r\n\r\n"
                return try call(
                    "upload", type: "multipart/form-data; boundary=\(boundary)",
                    body: Array(head.utf8) + bytes + Array("\r\n--\(boundary)--\r\n".utf8), place: place,
                    writesBody: false)
            }
            guard progress.described.contains(place) else {
                let text = String(decoding: try document("file-\(place).xml", progress), as: UTF8.self)
                    .replacing("<reportId>\(Self.reportMark)<", with: "<reportId>\(report)<")
                    .replacing("<fileId>\(Self.fileMark)<", with: "<fileId>\(identifier)<")
                return try call("fileinfo", type: Self.xml, body: Array(text.utf8), place: place)
            }
        }
        try call("finish", type: Self.form, body: Array("id=\(report)".utf8))
    }

    /// Bytes of a picture or video that is sent, at most.
    package static let maximumPicture = 256 << 20

    private func retract(_ report: String) throws(ReportFailure) {
        try call("retract", type: Self.form, body: Array("id=\(report)".utf8))
        // What it refuses for another reason than the report's state, a wrong password for one, is for a person.
        if let last = journal.entries.last, last.text("outcome") == "refused",
            ![5001, 5101, 5102].contains(last.integer("code") ?? 0)
        {
            throw ReportFailure("the receiver refuses to take back report \(report): \(last.text("said") ?? "")")
        }
    }

    /// One request: on the disk before it leaves, its reply before anything follows.
    /// - Parameter writesBody: false for what holds a picture: its digest is kept, and it is not.
    private func call(
        _ call: String, type: String, body: [UInt8], place: Int? = nil, writesBody: Bool = true
    ) throws(ReportFailure) {
        var members: [String: JSON] = [
            "call": .text(call), "to": .text(address.text), "bytes": .integer(Int128(body.count)),
            "sha256": .text(Hexadecimal.text(try FilingJournal.sha256(body).bytes)),
        ]
        if let place { members["place"] = .integer(Int128(place)) }
        try journal.append("request", at: now(), members, parts: writesBody ? [("sent", body)] : [])
        let outcome = sender.send(HTTPRequest("POST", "\(address.text)/\(call)", contentType: type, body: body))
        let reply = CyberTiplineReply(outcome, to: call)
        var said: [String: JSON] = [
            "call": .text(call), "outcome": .text(reply.outcome.rawValue), "said": .text(reply.said),
            "status": .integer(Int128(reply.status)),
        ]
        if let place { said["place"] = .integer(Int128(place)) }
        if let code = reply.code { said["code"] = .integer(Int128(code)) }
        if let report = reply.report { said["report"] = .text(report) }
        if let file = reply.file { said["file"] = .text(file) }
        var parts: [(name: String, bytes: [UInt8])] = []
        if case .reply(_, let bytes) = outcome { parts = [("received", bytes)] }
        try journal.append("reply", at: now(), said, parts: parts)
        switch reply.outcome {
        case .done, .refused: break
        case .unsent: throw ReportFailure("\(call): nothing was sent: \(reply.said)", isPassing: true)
        case .unknown:
            // Whether it arrived is found out by taking the report back: at once, if the receiver answers.
            if call == "submit" || call == "retract" {
                let position = Self.describe(FilingProgress(journal.entries))
                throw ReportFailure("\(call): no reply is known: \(reply.said). \(position)", isPassing: true)
            }
        }
    }

    /// In words, for a person.
    package static func describe(_ progress: FilingProgress) -> String {
        switch progress.position {
        case .empty: "nothing is prepared"
        case .prepared: "prepared; nothing is open at the receiver"
        case .maybeOpen(let since):
            "a report was asked for at \(ReportTime.text(since)), and no reply is known. One may be open at the "
                + "receiver, without its number here. Nobody can finish it, and it vanishes within an hour, at "
                + "\(ReportTime.text(since + vanishes)) at the latest. A new one is begun then, or now with "
                + "--begin-anew"
        case .open(let report): "report \(report) is open at the receiver, and has not gone out"
        case .doubtful(let report):
            "report \(report) may be open at the receiver, and what it holds is not known. It has not gone out. It is "
                + "taken back before a new one is begun"
        case .maybeFinished(let report):
            "report \(report) was asked to go out, and no reply is known. Taking it back tells whether it did: no new "
                + "one is begun before that"
        case .unclear(let report):
            "report \(report) was asked to go out, and the receiver does not know it any more. Ask the receiver about "
                + "this number, then say `report settle --finished` or `--not-finished`. No new one is begun before"
        case .finished(let report):
            "report \(report) went out\(progress.isRecorded ? "" : ", and the library does not have it yet")"
        case .refused(let code, let said):
            "the receiver refused it with \(code), and nothing is open there: \(said). Prepare it again"
        case .withdrawn: "it was taken back before it went out. Prepare it again if it is to go out"
        }
    }
}
