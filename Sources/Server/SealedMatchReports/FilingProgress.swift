/// How far a report to the CyberTipline is, by the entries of its journal. Nothing of it is stored.
/// (Docs/Reporting.md, "A filing on the disk")
package struct FilingProgress: Equatable, Sendable {
    /// Where it stands.
    package enum Position: Equatable, Sendable {
        /// There is nothing to send yet.
        case empty
        /// Its documents are there, and nothing is open at the receiver.
        case prepared
        /// A report was asked for at this time, and no reply is known: one may be open there, of which nobody knows the
        /// number. Nobody can finish it, and it vanishes.
        case maybeOpen(since: UInt64)
        /// A report is open there.
        case open(String)
        /// It is open there, or was; what it holds is not known.
        case doubtful(String)
        /// It was asked to be finished, and no reply is known.
        case maybeFinished(String)
        /// It was asked to be finished, and now the receiver knows nothing of it: a person has to ask.
        case unclear(String)
        /// It went out.
        case finished(String)
        /// The receiver refused it; nothing is open there.
        case refused(code: Int, said: String)
        /// It was taken back before it went out.
        case withdrawn
    }

    package private(set) var position = Position.empty
    /// The entry with the documents.
    package private(set) var plan: FilingJournal.Entry?
    /// File identifiers of pictures that were sent, by their place.
    package private(set) var files: [Int: String] = [:]
    /// Pictures of which was said what they are.
    package private(set) var described: Set<Int> = []
    /// Where it goes: as it was prepared, or where the first request after that went.
    package private(set) var receiver: String?
    /// The library has the event.
    package private(set) var isRecorded = false
    /// Reports that were begun at the receiver.
    package private(set) var submits = 0
    private var before = Position.empty
    private var receiverBefore: String?
    private var finishAsked = false
    private var isWithdrawn = false
    private var refusal: (code: Int, said: String)?

    package static func == (a: FilingProgress, b: FilingProgress) -> Bool {
        a.position == b.position && a.files == b.files && a.described == b.described && a.isRecorded == b.isRecorded
    }

    package init(_ entries: [FilingJournal.Entry]) { for entry in entries { take(entry) } }

    /// Nothing is open at the receiver, and nothing was sent that may be.
    package var isAtRest: Bool {
        switch position {
        case .empty, .prepared, .refused, .withdrawn: true
        case .finished: isRecorded
        default: false
        }
    }

    /// Whether it is known that it went out, or that it did not.
    package var isCertain: Bool {
        switch position {
        case .empty, .prepared, .refused, .withdrawn, .finished: true
        case .maybeOpen, .open, .doubtful, .maybeFinished, .unclear: false
        }
    }

    private var report: String? {
        switch position {
        case .open(let report), .doubtful(let report), .maybeFinished(let report), .unclear(let report),
            .finished(let report):
            report
        default: nil
        }
    }

    package mutating func take(_ entry: FilingJournal.Entry) {
        switch entry.kind {
        case "prepared":
            (plan, position) = (entry, .prepared)
            (isWithdrawn, refusal) = (false, nil)
            receiver = entry.text("to")
        case "request":
            receiverBefore = receiver
            receiver = receiver ?? entry.text("to")
            ask(entry)
        case "reply": answer(entry)
        case "withdrawn":
            isWithdrawn = true
            switch position {
            case .prepared, .maybeOpen, .refused: position = .withdrawn
            default: break
            }
        case "anew": position = .prepared
        case "settled":
            if let report { position = entry.boolean("finished") == true ? .finished(report) : .prepared }
        case "recorded": isRecorded = true
        default: break
        }
    }

    private mutating func ask(_ entry: FilingJournal.Entry) {
        before = position
        switch (entry.text("call"), report) {
        case ("submit", _):
            position = .maybeOpen(since: entry.time)
            (files, described, finishAsked) = ([:], [], false)
            submits += 1
        case ("upload", let report?), ("fileinfo", let report?): position = .doubtful(report)
        case ("finish", let report?):
            position = .maybeFinished(report)
            finishAsked = true
        case ("retract", let report?): position = finishAsked ? .maybeFinished(report) : .doubtful(report)
        default: break
        }
    }

    private mutating func answer(_ entry: FilingJournal.Entry) {
        let code = entry.integer("code") ?? entry.integer("status") ?? 0
        switch (entry.text("call"), entry.text("outcome")) {
        case (_, "unsent"): (position, receiver) = (before, receiverBefore)
        case ("submit", "done"): position = .open(entry.text("report") ?? "")
        case ("submit", "refused"): position = .refused(code: code, said: entry.text("said") ?? "")
        case ("upload", "done"):
            position = before
            if let place = entry.integer("place"), let file = entry.text("file") { files[place] = file }
        case ("fileinfo", "done"):
            position = before
            if let place = entry.integer("place") { described.insert(place) }
        case ("finish", "done"): position = report.map { .finished($0) } ?? position
        case ("finish", "refused") where code == 5102: position = report.map { .finished($0) } ?? position
        case ("retract", "done"): gone()
        case ("retract", "refused") where code == 5101: gone()
        case ("retract", "refused") where code == 5102: position = report.map { .finished($0) } ?? position
        case ("retract", "refused") where code == 5001:
            if finishAsked, let report { position = .unclear(report) } else { gone() }
        case ("upload", "refused"), ("fileinfo", "refused"), ("finish", "refused"):
            finishAsked = false
            if code == 5001 || code == 5101 {
                // It vanished there before it was finished.
                gone()
            } else if let report {
                refusal = (code, entry.text("said") ?? "")
                position = .doubtful(report)
            }
        default: break
        }
    }

    /// The report is open there no more, and did not go out.
    private mutating func gone() {
        finishAsked = false
        if isWithdrawn {
            position = .withdrawn
        } else if let refusal {
            position = .refused(code: refusal.code, said: refusal.said)
        } else {
            position = .prepared
        }
    }
}
