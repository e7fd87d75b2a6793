internal import Foundation
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// A match: what was sealed, which entry it met, its evidence, and what people said of it.
struct MatchPage {
    /// What the page shows of the evidence.
    enum Shown {
        /// The command was not asked.
        case notAsked
        /// A picture is there; `isClear`: it is shown as it is. The browser gets it with the ticket, once.
        case picture(isClear: Bool, ticket: Bytes32)
        case notHeld
        case failed
    }

    let found: ReviewedCase
    let match: ReviewedMatch
    let visit: Visit
    /// Whether an evidence command is set.
    let hasCommand: Bool
    let shown: Shown
    /// What the page's link to the evidence has, once.
    let offer: Bytes32
    /// What this session was shown of it before.
    let evidence: Sessions.Evidence?
    /// What was chosen, of somebody who has gone back.
    var chosen: ReviewForm?

    var title: String { "Case \(found.number), match \(match.number) of \(found.matches.count)" }
    private var path: String { "/cases/\(found.number)/matches/\(match.number)" }

    private func evidencePath(_ how: String) -> String {
        "\(path)?evidence=\(how)&once=\(Hexadecimal.text(offer.bytes))#evidence"
    }

    /// The bytes of the note; nil for what is no base64.
    static func note(_ match: CaseMatch) -> [UInt8]? { Data(base64Encoded: match.note).map { [UInt8]($0) } }

    var markup: Markup {
        let before = match.number > 1 ? other(match.number - 1, "Match before", "prev", "p") : nil
        let next = match.number < found.matches.count ? other(match.number + 1, "Next match", "next", "n") : nil
        return """
            <p class="steps"><a href="/cases/\(found.number)" accesskey="u">Case \(found.number)\(Page.key("u"))</a>
            \(before) \(next)</p>
            \(warnings)
            <div class="columns"><div>\(facts)\(note)</div><div>\(pictured)\(said)\(acts)</div></div>
            """
    }

    private func other(_ number: Int, _ name: String, _ relation: String, _ key: String) -> Markup {
        """
        <a href="/cases/\(found.number)/matches/\(number)" rel="\(relation)" accesskey="\(key)">\(name)\(Page.key(key))</a>
        """
    }

    private var warnings: Markup {
        guard !match.match.warnings.isEmpty else { return .none }
        let lines = match.match.warnings.map { "<li>\(Told.text($0, limit: 500))</li>" as Markup }
        return "<section class=\"warnings\" aria-label=\"Warnings\"><ul>\(lines)</ul></section>"
    }

    private var facts: Markup {
        let file = match.match
        let sources = file.sources.map { "<dd>\(Told.text($0, limit: 64))</dd>" as Markup }
        return """
            <section aria-labelledby="met"><h2 id="met">What was met</h2><dl class="facts">
            <dt>Finding</dt><dd>\(Words.finding(file.finding))</dd>
            <dt>Label</dt><dd>\(file.label.map { Told.text($0) } ?? "–")</dd>
            <dt>Entry’s key</dt><dd>\(file.key.map { Told.text($0, limit: 80) } ?? "–")</dd>
            <dt>Distances</dt><dd>key \(file.keyDistance.map { "\($0) bits" } ?? "–"); hash
            \(file.distance.map { "\($0) bits" } ?? "–")</dd>
            <dt>Sources</dt>\(sources)\("<dd>–</dd>", if: sources.isEmpty)
            <dt>Fingerprint</dt><dd>\(Told.text(file.fingerprintKind, limit: 16)), quality \(file.quality):
            \(Told.text(file.fingerprint, limit: 64))</dd>
            <dt>Voucher</dt><dd>\(Told.text(file.voucherID, limit: 32)), slot \(file.slot)</dd>
            <dt>Set</dt><dd>\(Told.text(file.setRoot, limit: 64))</dd>
            </dl>
            <p><a href="\(path)/file" download>All of this as a file</a></p></section>
            """
    }

    private var note: Markup {
        let bytes = Self.note(match.match)
        let text: Markup =
            if let bytes { bytes.isEmpty ? "<p>There is none.</p>" : Told.bytes(bytes) } else {
                "<p>It is no base64: \(Told.text(match.match.note))</p>"
            }
        return """
            <section aria-labelledby="note"><h2 id="note">Note</h2>
            <p class="small">The client software wrote it. A modified client can invent it.</p>
            <div class="note">\(text)</div>
            <p><a href="\(path)/note" download>The whole note as a file</a>, \(bytes?.count ?? 0) bytes</p></section>
            """
    }

    private var pictured: Markup {
        guard visit.may(.view) else { return .none }
        let body: Markup =
            switch shown {
            case _ where !hasCommand: "<p>No evidence is held here.</p>"
            case .notAsked:
                """
                <p>Small, grey and blurred at first.</p>
                <p><a class="next" href="\(evidencePath("dim"))" accesskey="e">Show the evidence\(Page.key("e"))</a></p>
                """
            case .notHeld: "<p>The evidence is not held.</p>"
            case .failed: "<p>The evidence could not be shown. Whoever runs this finds in the log why.</p>"
            case .picture(let isClear, let ticket): figure(isClear: isClear, ticket)
            }
        return
            "<section aria-labelledby=\"evidence\"><h2 id=\"evidence\" tabindex=\"-1\">Evidence</h2>\(body)</section>"
    }

    private func figure(isClear: Bool, _ ticket: Bytes32) -> Markup {
        let other: Markup =
            isClear
            ? "<a href=\"\(evidencePath("dim"))\" accesskey=\"d\">Blur it again\(Page.key("d"))</a>"
            : "<a href=\"\(evidencePath("clear"))\" accesskey=\"d\">Show it without blur\(Page.key("d"))</a>"
        return """
            <div class="evidence">
            <input type="checkbox" id="large" accesskey="l" autocomplete="off"><label for="large">large\(Page.key("l"))</label>
            <input type="checkbox" id="colour" accesskey="f" autocomplete="off"><label for="colour">in colour\(Page.key("f"))</label>
            \(other)
            <figure class="\(isClear ? "clear" : "dim")"><img src="\(path)/picture?once=\(Hexadecimal.text(ticket.bytes))"
            alt="Evidence of match \(match.number)\(isClear ? "" : ", blurred")"></figure>
            </div>
            """
    }

    private var said: Markup {
        let seen = match.viewedBy.sorted { $0.key < $1.key }.map { person, time -> Markup in
            "<li>\(person), \(Words.time(time))</li>"
        }
        let judged = match.judgements.map { judgement -> Markup in
            """
            <li><strong>\(judgement.by)</strong>, \(Words.time(judgement.time)): \(Words.category(judgement.category)); \
            \(Words.standing(judgement.standing))\
            \(": \(Told.text(judgement.why, limit: 4_096))", if: !judgement.why.isEmpty)</li>
            """
        }
        return """
            <section aria-labelledby="said"><h2 id="said">What people said</h2>
            <h3>Seen by</h3>\("<ul class=\"plain\">\(seen)</ul>", if: !seen.isEmpty)\("<p>Nobody.</p>", if: seen.isEmpty)
            <h3>Judged</h3>\("<ul class=\"plain\">\(judged)</ul>", if: !judged.isEmpty)
            \("<p>By nobody in this round.</p>", if: judged.isEmpty)
            </section>
            """
    }
}

extension CaseMatch {
    /// The match as a case file has it.
    var document: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }
}
