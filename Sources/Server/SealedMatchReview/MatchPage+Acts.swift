internal import SealedMatchCases
internal import SealedMatchCrypto

/// What the page knows of it when somebody says to have seen a match.
enum ViewBasis: Equatable {
    /// Recorded with the event, which needs no more words where a picture was shown.
    case known(CaseViewBasis)
    /// There is a picture, and this session was not shown it.
    case none

    init(_ evidence: Sessions.Evidence?, hasCommand: Bool) {
        switch evidence {
        case .shown(let type, let count, let digest, isClear: true):
            self = .known(.shown(type: type, bytes: count, digest: digest))
        case .notHeld: self = .known(.stated(.notHeld))
        case .failed: self = .known(.stated(.notShown))
        case nil where !hasCommand: self = .known(.stated(.noEvidence))
        default: self = .none
        }
    }
}

extension MatchPage {
    var acts: Markup {
        guard found.state.isOpen else { return .none }
        let forms: [Markup?] = [view, judge]
        let given = forms.compactMap { $0 }
        guard !given.isEmpty else { return .none }
        return "<section aria-labelledby=\"acts\"><h2 id=\"acts\">What you can do</h2>\(given)</section>"
    }

    private func form(_ step: String, _ title: String, _ fields: Markup) -> Markup {
        """
        <form method="post" action="/cases/\(found.number)/check" class="act">
        \(visit.formToken)<input type="hidden" name="step" value="\(step)">
        <input type="hidden" name="seen" value="\(found.events)">
        <input type="hidden" name="match" value="\(match.number)">
        <fieldset><legend>\(title)</legend>\(fields)</fieldset></form>
        """
    }

    private func earlier(_ step: String, _ name: String) -> String {
        guard let chosen, chosen["step"] == step else { return "" }
        return chosen[name]
    }

    private var view: Markup? {
        guard visit.may(.view), match.viewedBy[visit.person] == nil else { return nil }
        // The browser asks for this page's picture next; that it did is looked at when this is recorded.
        var isShown = false
        if case .picture(isClear: true, _) = shown { isShown = true }
        let basis = ViewBasis(evidence, hasCommand: hasCommand)
        if case .known(.shown) = basis { isShown = true }
        switch basis {
        case _ where isShown:
            return form(
                "view", "I have seen it",
                """
                <p>Courts rely on this. Say it of what you have seen yourself.</p>
                \(Page.button("I have seen match \(match.number)", key: "s"))
                """)
        case .known:
            return form(
                "view", "I have seen it elsewhere",
                """
                <p>Courts rely on this. Say it of what you have seen yourself.</p>
                <div><label for="why-view">Where and how you saw it</label>
                <textarea id="why-view" name="why" rows="2" maxlength="2000" required>\(earlier("view", "why"))</textarea>
                </div>\(Page.button("I have seen match \(match.number)", key: "s"))
                """)
        case .none:
            return "<p class=\"small\">To record that you have seen it, show the evidence without blur first.</p>"
        }
    }

    private var judge: Markup? {
        guard visit.may(.judge), !match.judgements.contains(where: { $0.by == visit.person }) else { return nil }
        let categories = zip(CaseJudgement.Class.allCases, 1...).map { category, key in
            radio("class", category.rawValue, Words.category(category), "\(key)")
        }
        let standings = zip(CaseJudgement.Standing.allCases, 6...).map { standing, key in
            radio("standing", standing.rawValue, Words.standing(standing), "\(key)")
        }
        return form(
            "judge", "What is it?",
            """
            <div class="choices"><div role="radiogroup" aria-label="Class">\(categories)</div>
            <div role="radiogroup" aria-label="What the law says">\(standings)</div></div>
            <div><label for="why-judge">Why (may be empty)\(Page.key("w"))</label>
            <textarea id="why-judge" name="why" rows="2" maxlength="2000" accesskey="w">\(earlier("judge", "why"))</textarea>
            </div>\(Page.button("Judge match \(match.number)", key: "j"))
            """)
    }

    private func radio(_ name: String, _ value: String, _ words: String, _ key: String) -> Markup {
        let chosen: Markup = earlier("judge", name) == value ? " checked" : ""
        let id = "\(name)-\(value)"
        return """
            <div class="choice"><input type="radio" id="\(id)" name="\(name)" value="\(value)" accesskey="\(key)" \
            required\(chosen)> <label for="\(id)">\(words)\(Page.key(key))</label></div>
            """
    }
}
