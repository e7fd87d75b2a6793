internal import Foundation
internal import SealedMatchCases
internal import SealedMatchCrypto

/// How cases are printed.
enum CaseText {
    static func state(_ state: CaseState, _ outcome: CaseOutcome?) -> String {
        let word =
            switch state {
            case .new: "new"
            case .inReview: "in review"
            case .decided: "decided"
            case .reported: "reported"
            case .closed: "closed"
            case .erased: "erased"
            }
        return outcome.map { "\(word): \(Self.outcome($0))" } ?? word
    }

    static func outcome(_ outcome: CaseOutcome) -> String {
        switch outcome {
        case .confirmed: "confirmed"
        case .notConfirmed: "not confirmed"
        case .cannotBeJudged: "cannot be judged"
        }
    }

    /// 2026-11-28 12:00 UTC; "-" for none.
    static func time(_ seconds: UInt64) -> String {
        guard seconds > 0 else { return "-" }
        var clock = time_t(clamping: seconds)
        var parts = tm()
        guard gmtime_r(&clock, &parts) != nil else { return "\(seconds)" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)) UTC"
    }

    /// A text from outside, bounded. (`Terminal` escapes it.)
    static func bounded(_ text: String, to limit: Int = 200) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > limit else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(limit))) + "… (\(scalars.count) characters)"
    }
}
