internal import Foundation
internal import SealedMatchCases
internal import SealedMatchProtocol

/// The words of the pages.
enum Words {
    static func state(_ state: CaseState) -> String { state == .inReview ? "in review" : state.rawValue }

    static func state(_ state: CaseState, _ outcome: CaseOutcome?) -> String {
        outcome.map { "\(Self.state(state)): \(Self.outcome($0))" } ?? Self.state(state)
    }

    static func outcome(_ outcome: CaseOutcome) -> String {
        switch outcome {
        case .confirmed: "confirmed"
        case .notConfirmed: "not confirmed"
        case .cannotBeJudged: "cannot be judged"
        }
    }

    static func category(_ category: CaseJudgement.Class) -> String {
        switch category {
        case .a1: "A1: prepubescent minor, sex act"
        case .a2: "A2: prepubescent minor, lascivious exhibition"
        case .b1: "B1: pubescent minor, sex act"
        case .b2: "B2: pubescent minor, lascivious exhibition"
        case .unclassified: "none of these"
        }
    }

    static func standing(_ standing: CaseJudgement.Standing) -> String {
        switch standing {
        case .baseline: "illegal nearly everywhere"
        case .nationallyIllegal: "illegal here"
        case .notIllegal: "not illegal"
        case .unsaid: "not said"
        }
    }

    static func report(_ report: CaseReport) -> String {
        switch report {
        case .cybertipline: "CyberTipline"
        case .article13: "EU, Article 13"
        case .nca: "UK, NCA"
        case .removal: "removal by the messenger"
        case .blocking: "blocking by the messenger"
        }
    }

    static func role(_ role: CaseRole) -> String { role == .second ? "second reviewer" : role.rawValue }

    static func finding(_ finding: String) -> Markup {
        switch finding {
        case "key": "on a list, by its key"
        case "near": "near an entry, not by its key"
        case "exact": "on a list, exactly"
        case "notListed": "on no list"
        case "noFingerprint": "no fingerprint was sent"
        default: Told.text(finding, limit: 32)
        }
    }

    /// 2026-11-28 12:00 UTC
    static func time(_ seconds: UInt64) -> Markup {
        guard seconds > 0, seconds < 1 << 53 else { return "–" }
        var clock = time_t(clamping: seconds)
        var parts = tm()
        guard gmtime_r(&clock, &parts) != nil else { return "\(seconds)" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let text =
            "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min))"
        return "<time>\(text) UTC</time>"
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> Markup {
        "<code>\(Hexadecimal.text(bytes))</code>"
    }

    /// On what it rests that somebody saw a match: what the page itself says of it.
    private static func basis(_ basis: CaseViewBasis) -> Markup {
        switch basis {
        case .shown(let type, let bytes, let digest):
            " <span class=\"basis\">shown on the page: \(type), \(bytes) bytes, SHA-256 \(hexadecimal(digest.bytes))</span>"
        case .file(let type, let bytes, let digest):
            " <span class=\"basis\">says that it was this file: \(type), \(bytes) bytes, SHA-256 \(hexadecimal(digest.bytes))</span>"
        case .stated(.notHeld): " <span class=\"basis\">stated; the evidence is not held</span>"
        case .stated(.notShown): " <span class=\"basis\">stated; the evidence could not be shown</span>"
        case .stated(.noEvidence): " <span class=\"basis\">stated; no evidence is held here</span>"
        }
    }

    /// What an event is, in the words of a sentence that begins with a name.
    static func step(_ step: CaseStep) -> Markup {
        switch step {
        case .founded: "founded the library"
        case .appointed(let person, let role):
            "gave \(person) the role \(role.map(Self.role) ?? "of nobody")"
        case .governed: "put a policy in force"
        case .imported(let bytes, _): "took in a case file of \(bytes) bytes"
        case .assigned(let person): "gave the case to \(person)"
        case .viewed(let match, let basis): "saw match \(match)\(basis.map(Self.basis))"
        case .judged(let match, let category, let standing):
            "judged match \(match): \(Self.category(category)); \(Self.standing(standing))"
        case .decided(let outcome): "gave the opinion “\(Self.outcome(outcome))”"
        case .reported(let kind, let reference):
            "recorded a report: \(Self.report(kind)), \(Told.text(reference))"
        case .filed(let filing):
            filing.entries == 0
                ? "gave a filing up as lost: \(filing.kind.rawValue), round \(filing.round)"
                : "went on with a filing: \(filing.kind.rawValue), round \(filing.round), \(filing.entries) entries"
        case .closed: "closed the case"
        case .reopened: "opened the case again"
        case .notified(let notice): "ordered the notice \(notice.kind.rawValue)"
        case .fedBack: "made the file for a source"
        case .erased(let early): early ? "erased the case early" : "erased the case"
        }
    }
}
