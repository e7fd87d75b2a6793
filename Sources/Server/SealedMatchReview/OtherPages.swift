internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchSQLite

/// What a person is about to record: chosen, and not yet done.
struct ConfirmPage {
    let step: CaseStep
    let number: UInt64
    let form: ReviewForm
    let visit: Visit
    /// What is recorded as the reason.
    let why: String

    var markup: Markup {
        let fields = Step.fields.filter { !form[$0].isEmpty }.map { name -> Markup in
            "<input type=\"hidden\" name=\"\(name)\" value=\"\(form[name])\">"
        }
        return """
            <form method="post" action="/cases/\(number)/commit" class="act">
            \(visit.formToken)\(fields)
            <p>This is recorded in case \(number):</p>
            <blockquote id="recorded"><p><strong>\(visit.person)</strong> \(Words.step(step)).</p>
            \("<p>Why: \(Told.text(why, limit: 4_096))</p>", if: !why.isEmpty)
            \("<p>Without a reason.</p>", if: why.isEmpty)</blockquote>
            <p>It is signed, and cannot be taken back.</p>
            <div class="buttons">\(Page.button("Record it", key: "y", more: " aria-describedby=\"recorded\""))
            <button class="plain" accesskey="b" formaction="/cases/\(number)/back" formnovalidate>Go back\
            \(Page.key("b"))</button></div>
            </form>
            """
    }
}

/// The way back to a form, as it was filled in.
enum BackForm {
    /// - Parameter events: how many the case has now.
    static func markup(_ name: String, _ number: UInt64, _ events: Int, _ form: ReviewForm, _ visit: Visit) -> Markup {
        let fields = Step.fields.filter { !form[$0].isEmpty }.map { name -> Markup in
            let value = name == "seen" ? "\(events)" : form[name]
            return "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
        }
        return """
            <form method="post" action="/cases/\(number)/back">\(visit.formToken)\(fields)
            \(Page.button(name, key: "b"))</form>
            """
    }
}

/// A form that was made for a case as it is no more.
enum StalePage {
    static func refusal(
        _ found: ReviewedCase, _ events: [CaseEvent], _ step: Step, _ form: ReviewForm, _ visit: Visit
    ) -> Refusal {
        let lines = events.dropFirst(step.seen).map { EventList.line($0) }
        let what: Markup =
            lines.isEmpty
            ? "<p>The case is not the one that you saw.</p>"
            : "<p>Since you saw the case:</p><ol class=\"events\">\(lines)</ol>"
        // What was chosen is kept, for the case as it is now.
        return Refusal(
            .conflict, "The case has changed",
            """
            <p>Nothing was recorded.</p>\(what)
            \(BackForm.markup("Look at it again", found.number, found.events, form, visit))
            """)
    }
}

/// The form for signing in.
enum SignInPage {
    static func markup(token: String, next: String, name: String = "", problem: String? = nil) -> Markup {
        let said: Markup? = problem.map { "<p class=\"problem\" role=\"alert\" id=\"problem\">\($0)</p>" }
        let described: Markup = problem == nil ? "" : " aria-describedby=\"problem\""
        // The form is all that there is: what is typed goes into it. A wrong password is typed again.
        let (first, second): (Markup, Markup) = name.isEmpty ? (" autofocus", "") : ("", " autofocus")
        return """
            \(said)
            <form method="post" action="/sign-in" class="act">
            <input type="hidden" name="token" value="\(token)"><input type="hidden" name="next" value="\(next)">
            <div><label for="name">Name</label>
            <input id="name" name="name" value="\(name)" required maxlength="64" autocomplete="username"
            autocapitalize="none" spellcheck="false"\(described)\(first)></div>
            <div><label for="password">Password</label>
            <input id="password" name="password" type="password" required maxlength="256"
            autocomplete="current-password"\(described)\(second)></div>
            <button>Sign in</button>
            </form>
            """
    }
}

/// All events of the library, the latest first, and whether the chain holds.
struct TrailPage {
    static let limit = 50
    let said: [SaidEvent]
    let visit: Visit
    /// What checking it gave.
    var result: Markup?

    var markup: Markup {
        let lines = said.map { said -> Markup in
            let about: Markup =
                said.subject == 0 ? "library" : "<a href=\"/cases/\(said.subject)\">case \(said.subject)</a>"
            let event = said.event
            let what: Markup =
                event.map {
                    "\(Words.step($0.step))\(": \(Told.text($0.why))", if: !$0.why.isEmpty)"
                } ?? "erased"
            return """
                <tr><th scope="row" class="number">\(said.number)</th><td>\(event.map { Words.time($0.time) } ?? "–")</td>
                <td class="about">\(about)</td><td>\(event?.by ?? "–")</td><td>\(what)</td></tr>
                """
        }
        let more: Markup? =
            said.count == Self.limit
            ? said.last.map {
                "<p><a href=\"/trail?before=\($0.number)\" rel=\"next\" accesskey=\"n\">Earlier events\(Page.key("n"))</a></p>"
            } : nil
        return """
            \(result)
            <form method="post" action="/trail" class="act">\(visit.formToken)
            <fieldset><legend>Check the whole chain</legend>
            <div><label for="kept">An end that you kept, NUMBER:HASH (may be empty)</label>
            <input id="kept" name="kept" maxlength="90" autocomplete="off"></div>
            \(Page.button("Check", key: "c"))</fieldset></form>
            <div class="wide" role="region" aria-label="Events" tabindex="0">
            <table><caption>The latest first</caption><thead><tr><th scope="col" class="number">Event</th>
            <th scope="col">When</th>
            <th scope="col">About</th><th scope="col">Who</th><th scope="col">What</th></tr></thead>
            <tbody>\(lines)</tbody></table></div>
            \(more)
            """
    }
}

/// How many cases there are.
struct StatisticsPage {
    let counts: [CaseCount]
    let head: ChainHead
    let visit: Visit

    var markup: Markup {
        let lines = counts.map { row -> Markup in
            """
            <tr><th scope="row">\(Words.state(row.state, row.outcome))</th><td class="number">\(row.count)</td></tr>
            """
        }
        let policy = visit.library.policy
        let people = visit.library.people.sorted { $0.key < $1.key }.map { person, role -> Markup in
            "<li>\(person), \(Words.role(role))</li>"
        }
        return """
            <table class="narrow"><caption>Cases</caption><thead><tr><th scope="col">State</th><th scope="col" class="number">Cases</th>
            </tr></thead><tbody>\(lines)</tbody></table>
            <h2>Policy</h2>
            <p>\(Told.text(policy.name)), mode \(policy.mode.rawValue).</p>
            <h2>People</h2><ul class="plain">\(people)</ul>
            <h2>Events</h2><p>\(head.number), the last one’s hash \(Words.hexadecimal(head.hash.bytes))</p>
            """
    }
}
