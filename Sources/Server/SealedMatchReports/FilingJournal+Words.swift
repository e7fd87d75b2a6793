internal import SealedMatchJSON

extension FilingJournal {
    /// How far a filing of a kind is, in words. Escape it where it is shown.
    package func summary(_ kind: String) -> String {
        switch kind {
        case "cybertipline":
            let progress = FilingProgress(entries)
            let recorded = progress.isRecorded ? ", and is recorded" : ""
            return CyberTiplineFiling.describe(progress) + recorded
        default: return "\(entries.count) entries"
        }
    }
}

extension FilingJournal.Entry {
    /// The entry as it stands in its file.
    package var line: String { JSON.object(members).line }
}
