internal import SealedMatchCases
internal import SealedMatchCrypto

extension CasePage {
    /// What this person may do now. What is not offered is refused, too: the library has the rules.
    var acts: Markup {
        let forms: [Markup?] = [take, opinion, report, close, reopen, assign]
        let given = forms.compactMap { $0 }
        guard !given.isEmpty else { return .none }
        return "<section aria-labelledby=\"acts\"><h2 id=\"acts\">What you can do</h2>\(given)</section>"
    }

    private func form(_ step: String, _ title: String, _ fields: Markup) -> Markup {
        """
        <form method="post" action="/cases/\(found.number)/check" class="act">
        \(visit.formToken)<input type="hidden" name="step" value="\(step)">
        <input type="hidden" name="seen" value="\(found.events)">
        <fieldset><legend>\(title)</legend>\(fields)</fieldset></form>
        """
    }

    /// What was written before somebody went back.
    private func earlier(_ step: String, _ name: String) -> String {
        guard let chosen, chosen["step"] == step else { return "" }
        return chosen[name]
    }

    private func reason(_ step: String, needed: Bool, key: String? = nil) -> Markup {
        let id = "why-\(step)"
        let required: Markup = needed ? " required" : ""
        let access = key.map { " accesskey=\"\($0)\"" as Markup } ?? .none
        return """
            <div><label for="\(id)">Why\(needed ? "" : " (may be empty)")\(key.map { Page.key($0) } ?? .none)</label>
            <textarea id="\(id)" name="why" rows="3" maxlength="2000"\(required)\(access)>\(earlier(step, "why"))</textarea>
            </div>
            """
    }

    private var take: Markup? {
        guard found.state.isOpen, visit.may(.takeOn), found.assignee != visit.person else { return nil }
        return form("take", "Take the case on", Page.button("It is mine", key: "k"))
    }

    private var opinion: Markup? {
        guard found.state.isOpen, visit.may(.decide) else { return nil }
        guard !found.opinions.contains(where: { $0.by == visit.person }) else {
            return "<p>You have given your opinion in this round.</p>"
        }
        let differ = Set(found.opinions.map(\.outcome)).count > 1
        guard visit.may(differ ? .settle : found.opinions.isEmpty ? .decide : .decideSecond) else {
            return "<p>The next opinion is \(differ ? "a lead’s" : "a second reviewer’s or a lead’s").</p>"
        }
        let buttons = zip(CaseOutcome.allCases, ["c", "o", "j"]).map { outcome, key -> Markup in
            let name = Words.outcome(outcome)
            return Page.button(
                name.prefix(1).uppercased() + name.dropFirst(), key: key,
                more: " name=\"outcome\" value=\"\(outcome.rawValue)\"")
        }
        return form(
            "decide", differ ? "Settle it: your opinion" : "Your opinion",
            "\(reason("decide", needed: true, key: "w"))<div class=\"buttons\">\(buttons)</div>")
    }

    private var report: Markup? {
        guard found.state == .decided || found.state == .reported, found.outcome == .confirmed, visit.may(.report)
        else {
            return nil
        }
        let made = Set(found.reports.filter { $0.round == found.round }.map(\.kind))
        let kinds = CaseReport.allCases.filter { visit.library.policy.reports.contains($0) && !made.contains($0) }
        guard !kinds.isEmpty else { return nil }
        let options = kinds.map { kind -> Markup in
            let chosen: Markup = earlier("report", "report") == kind.rawValue ? " selected" : ""
            return "<option value=\"\(kind.rawValue)\"\(chosen)>\(Words.report(kind))</option>"
        }
        return form(
            "report", "Record a report that was made",
            """
            <div><label for="report">To whom</label><select id="report" name="report">\(options)</select></div>
            <div><label for="reference">The receiver’s reference</label>
            <input id="reference" name="reference" maxlength="256" required autocomplete="off"
            value="\(earlier("report", "reference"))"></div>
            \(reason("report", needed: false))\(Page.button("Record the report", key: "r"))
            """)
    }

    private var close: Markup? {
        guard found.state == .decided || found.state == .reported, visit.may(.close) else { return nil }
        return form("close", "Close the case", "\(reason("close", needed: false))\(Page.button("Close", key: "x"))")
    }

    private var reopen: Markup? {
        guard !found.state.isOpen, visit.may(.reopen) else { return nil }
        return form(
            "reopen", "Open the case again",
            "\(reason("reopen", needed: true))\(Page.button("Open again", key: "p"))")
    }

    private var assign: Markup? {
        guard found.state.isOpen, visit.may(.assign) else { return nil }
        let people = visit.library.people.filter { $0.value.may(.decide) }.keys.sorted().map { person -> Markup in
            let chosen: Markup = earlier("assign", "to") == person ? " selected" : ""
            return "<option value=\"\(person)\"\(chosen)>\(person)</option>"
        }
        return form(
            "assign", "Give the case to somebody",
            """
            <div><label for="to">To whom</label><select id="to" name="to">\(people)</select></div>
            \(reason("assign", needed: false))\(Page.button("Give it", key: "g"))
            """)
    }
}
