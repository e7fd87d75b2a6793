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
    private let person: String
    private let claim: (String) throws(ReportFailure) -> String?
    private let now: () -> UInt64

    /// Seconds after which an unfinished report that nobody touched has vanished.
    package static let vanishes: UInt64 = 3_600
    /// Reports that one run begins, at most.
    private static let maximumSubmits = 3

    /// - Parameters:
    ///   - person: who sends it: named in the library.
    ///   - claim: takes a number that the receiver gave; gives the filing that has it already (`FilingFolder.claim`).
    package init(
        _ journal: FilingJournal, to address: ReportAddress, by sender: any HTTPSender, as person: String,
        claim: @escaping (String) throws(ReportFailure) -> String?, now: @escaping () -> UInt64
    ) {
        self.journal = journal
        self.address = address
        self.sender = sender
        self.person = person
        self.claim = claim
        self.now = now
    }

    /// Puts the documents of a report into a journal.
    /// - Parameters:
    ///   - pictures: paths of the files, in the order of the report's.
    ///   - address: where it is to go; nil: where its first request goes.
    /// - Throws: `ReportFailure` where something is open at the receiver, or went out.
    package static func prepare(
        _ report: CyberTiplineReport, pictures: [String], to address: ReportAddress? = nil, by person: String,
        in journal: FilingJournal, at time: UInt64
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
        var members: [String: JSON] = ["by": .text(person), "files": .list(files)]
        if let address { members["to"] = .text(address.text) }
        try journal.append("prepared", at: time, members, parts: parts)
        try journal.keep(by: person, at: time)
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
        try checkReceiver()
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
                // All of them before anything is open at the receiver.
                for (path, sha256) in try files(progress) { _ = try ReportFile(path, expecting: sha256) }
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
        try checkReceiver()
        try journal.append("withdrawn", at: now(), ["by": .text(person), "why": .text(why)])
        try journal.keep(by: person, at: now())
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
        try journal.keep(by: person, at: time)
    }

    /// A filing goes to one receiver: what is open at one can neither be finished nor taken back at another.
    private func checkReceiver() throws(ReportFailure) {
        let progress = FilingProgress(journal.entries)
        guard let text = progress.receiver else { return }
        let own = try ReportAddress(text)
        guard own != address else { return }
        let what =
            switch progress.position {
            case .prepared, .empty, .refused, .withdrawn:
                "Send it there, or prepare it again for the other (`report prepare --to`)"
            case .finished: "It went out there: give --to \(own.text)"
            default:
                "Go on there with --to \(own.text); or take it back there (`report retract --to \(own.text)`), and "
                    + "then prepare it again for the other"
            }
        throw ReportFailure(
            "this report goes to \(own.text), and not to \(address.text): \(Self.describe(progress)). \(what)")
    }

    /// The pictures of the plan: paths and digests.
    private func files(_ progress: FilingProgress) throws(ReportFailure) -> [(path: String, sha256: String)] {
        guard case .list(let list)? = progress.plan?.members["files"] else { return [] }
        var files: [(path: String, sha256: String)] = []
        for file in list {
            guard case .object(let file) = file, case .text(let path)? = file["path"],
                case .text(let sha256)? = file["sha256"]
            else { throw ReportFailure("\(journal.path): the plan names no file") }
            files.append((path, sha256))
        }
        return files
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
        for (place, (path, sha256)) in try files(progress).enumerated() {
            guard let identifier = progress.files[place] else {
                let bytes = try ReportFile(path, expecting: sha256).bytes
                let boundary = "SealedMatch-\(sha256)"
                let head =
                    "--\(boundary)\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n\(report)\r\n"
                    + "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"match\"\r\n"
                    + "Content-Type: application/octet-stream\r\n\r\n"
                return try call(
                    "upload", type: "multipart/form-data; boundary=\(boundary)",
                    body: Array(head.utf8) + bytes + Array("\r\n--\(boundary)--\r\n".utf8), of: report,
                    place: place, writesBody: false)
            }
            guard progress.described.contains(place) else {
                let text = String(decoding: try document("file-\(place).xml", progress), as: UTF8.self)
                    .replacing("<reportId>\(Self.reportMark)<", with: "<reportId>\(report)<")
                    .replacing("<fileId>\(Self.fileMark)<", with: "<fileId>\(identifier)<")
                return try call(
                    "fileinfo", type: Self.xml, body: Array(text.utf8), of: report, place: place, file: identifier)
            }
        }
        try call("finish", type: Self.form, body: Array("id=\(report)".utf8), of: report)
    }

    private func retract(_ report: String) throws(ReportFailure) {
        try call("retract", type: Self.form, body: Array("id=\(report)".utf8), of: report)
        // What it refuses for another reason than the report's state, a wrong password for one, is for a person.
        if let last = journal.entries.last, last.text("outcome") == "refused",
            ![5001, 5101, 5102].contains(last.integer("code") ?? 0)
        {
            throw ReportFailure("the receiver refuses to take back report \(report): \(last.text("said") ?? "")")
        }
    }

    /// Calls that change what is open at the receiver, or what goes out: the library knows of each before it leaves.
    private static let kept: Set = ["submit", "finish", "retract"]

    /// One request: on the disk before it leaves, its reply before anything follows.
    /// - Parameters:
    ///   - report: the report that it is about; nil of `submit`.
    ///   - writesBody: false for what holds a picture: its digest is kept, and it is not.
    private func call(
        _ call: String, type: String, body: [UInt8], of report: String? = nil, place: Int? = nil, file: String? = nil,
        writesBody: Bool = true
    ) throws(ReportFailure) {
        var members: [String: JSON] = [
            "call": .text(call), "to": .text(address.text), "bytes": .integer(Int128(body.count)),
            "sha256": .text(Hexadecimal.text(try FilingJournal.sha256(body).bytes)),
        ]
        if let place { members["place"] = .integer(Int128(place)) }
        let earlier = Set(journal.entries.filter { $0.text("call") == "submit" }.compactMap { $0.text("report") })
        try journal.append("request", at: now(), members, parts: writesBody ? [("sent", body)] : [])
        if Self.kept.contains(call) {
            do throws(ReportFailure) { try journal.keep(by: person, at: now()) } catch {
                // It did not leave, and will not: the next process need not find out.
                try answered(call, place, CyberTiplineReply(.unsent(error.description), to: call), [])
                throw error
            }
        }
        let outcome = sender.send(HTTPRequest("POST", "\(address.text)/\(call)", contentType: type, body: body))
        var reply = CyberTiplineReply(outcome, to: call, of: report, file: file)
        if call == "submit", let number = reply.report, reply.outcome == .done {
            // A number that is another report's is never used: taking it back would take back the other one.
            if earlier.contains(number) {
                reply = reply.contradicting("report \(number) is one that it gave for this case before")
            } else if let other = try claim(number) {
                reply = reply.contradicting("report \(number) is the number of another filing (\(other))")
            }
        }
        var parts: [(name: String, bytes: [UInt8])] = []
        if case .reply(_, let bytes) = outcome { parts = [("received", bytes)] }
        try answered(call, place, reply, parts)
        switch reply.outcome {
        case .done, .refused: break
        case .unsent: throw ReportFailure("\(call): nothing was sent: \(reply.said)", isPassing: true)
        case .unknown:
            let position = Self.describe(FilingProgress(journal.entries))
            if reply.isContradiction {
                throw ReportFailure(
                    "\(call): \(address.text) answers what cannot be: \(reply.said). It is in doubt what it did, "
                        + "and nothing is lost: \(position). Look at who answers there; `report send` goes on")
            }
            // Whether it arrived is found out by taking the report back: at once, if the receiver answers.
            if call == "submit" || call == "retract" {
                throw ReportFailure("\(call): no reply is known: \(reply.said). \(position)", isPassing: true)
            }
        }
    }

    private func answered(
        _ call: String, _ place: Int?, _ reply: CyberTiplineReply, _ parts: [(name: String, bytes: [UInt8])]
    ) throws(ReportFailure) {
        var said: [String: JSON] = [
            "call": .text(call), "outcome": .text(reply.outcome.rawValue), "said": .text(reply.said),
            "status": .integer(Int128(reply.status)),
        ]
        if let place { said["place"] = .integer(Int128(place)) }
        if let code = reply.code { said["code"] = .integer(Int128(code)) }
        if let report = reply.report { said["report"] = .text(report) }
        if let file = reply.file { said["file"] = .text(file) }
        try journal.append("reply", at: now(), said, parts: parts)
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
