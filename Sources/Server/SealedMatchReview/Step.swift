internal import SealedMatchCases
internal import SealedMatchCrypto

/// What a person chose on a form, before it is recorded.
struct Step {
    let step: CaseStep
    let why: String
    /// How many events the case had when it was shown.
    let seen: Int

    /// - Returns: nil for a form that chooses nothing, or not all of it.
    init?(_ form: ReviewForm, by person: String) {
        guard let seen = form.number("seen"), seen >= 0 else { return nil }
        let match = form.number("match")
        let step: CaseStep? =
            switch form["step"] {
            case "take": .assigned(to: person)
            case "assign": form["to"].isEmpty ? nil : .assigned(to: form["to"])
            case "view": match.map { .viewed(match: $0) }
            case "judge":
                if let match, let category: CaseJudgement.Class = form.word("class"),
                    let standing: CaseJudgement.Standing = form.word("standing")
                {
                    .judged(match: match, category: category, standing: standing)
                } else {
                    nil
                }
            case "decide": form.word("outcome", CaseOutcome.self).map { .decided($0) }
            case "report":
                form.word("report", CaseReport.self).map { .reported($0, reference: form.words("reference")) }
            case "close": .closed
            case "reopen": .reopened
            default: nil
            }
        guard let step else { return nil }
        self.step = step
        self.seen = seen
        why = form.words("why")
    }

    /// The fields that say the same again.
    static let fields = [
        "step", "seen", "match", "class", "standing", "outcome", "report", "reference", "to", "why",
    ]

    /// Where people go on, and are told what was recorded.
    func next(_ found: ReviewedCase) -> String { "\(nextPath(found))?done=\(found.events)" }

    private func nextPath(_ found: ReviewedCase) -> String {
        let path = "/cases/\(found.number)"
        switch step {
        case .viewed(let match, _): return "\(path)/matches/\(match)"
        case .judged(let match, _, _): return match < found.matches.count ? "\(path)/matches/\(match + 1)" : path
        default: return path
        }
    }

    /// Where it was chosen.
    func back(_ number: UInt64) -> String {
        switch step {
        case .viewed(let match, _), .judged(let match, _, _): "/cases/\(number)/matches/\(match)"
        default: "/cases/\(number)"
        }
    }

    /// The match that it is about.
    var match: Int? {
        switch step {
        case .viewed(let match, _), .judged(let match, _, _): match
        default: nil
        }
    }
}
