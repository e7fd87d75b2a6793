internal import SealedMatchJSON

extension FilingJournal {
    /// How far a filing of a kind is, in words. Escape it where it is shown.
    package func summary(_ kind: String) -> String {
        switch kind {
        case "cybertipline":
            let progress = FilingProgress(entries)
            return CyberTiplineFiling.describe(progress) + (progress.isRecorded ? ", and is recorded" : "")
        case "article13", "nca":
            let made = entries.last { $0.kind == "prepared" }
            return made.map { "made at \(ReportTime.text($0.time)): \(place(of: "report.html", $0))" }
                ?? "nothing is made"
        default:
            let filing = MessengerFiling(self)
            return filing.words + (filing.isRecorded ? ", and is recorded" : "")
        }
    }
}

extension FilingJournal.Entry {
    /// The entry as it stands in its file.
    package var line: String { JSON.object(members).line }
}
