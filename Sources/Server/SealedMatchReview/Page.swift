/// A whole page.
struct Page {
    let title: String
    let body: Markup
    var visit: Visit?
    /// The navigation's own place.
    var place = ""
    /// What was just recorded: said first, in the window's title too, which screen readers read.
    var recorded: Markup?

    var markup: Markup {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\("Recorded. ", if: recorded != nil)\(title) – SealedMatch review</title>
        <link rel="stylesheet" href="/style.css">
        </head>
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        \(visit.map(header) ?? .none)
        <main id="main" tabindex="-1">
        <h1>\(title)</h1>
        \(recorded.map { "<p class=\"good\" role=\"status\"><strong>Recorded:</strong> \($0).</p>" as Markup })
        \(visit.flatMap(rest))
        \(body)
        </main>
        \(visit.map(footer) ?? .none)
        </body>
        </html>

        """
    }

    private func header(_ visit: Visit) -> Markup {
        let links = [
            ("/cases", "Queue", "q"), ("/trail", "Audit trail", "a"), ("/statistics", "Statistics", "t"),
        ].map { path, name, key -> Markup in
            let current: Markup = path == place ? " aria-current=\"page\"" : ""
            return """
                <li><a href="\(path)" accesskey="\(key)"\(current)>\(name)\(Self.key(key))</a></li>
                """
        }
        let out: Markup = """
            <form method="post" action="/sign-out">\(visit.formToken)<button class="plain">Sign out</button></form>
            """
        return """
            <header>
            <nav aria-label="Pages"><ul>\(links)</ul></nav>
            <div class="who"><span>\(visit.person), \(Words.role(visit.role))</span>\(out, if: visit.signsIn)</div>
            </header>
            """
    }

    private func rest(_ visit: Visit) -> Markup? {
        guard let worked = visit.worked else { return nil }
        return """
            <p class="rest" role="status"><strong>Take a break.</strong> You have worked for \
            \(worked.components.seconds / 60) minutes without a pause of five minutes.</p>
            """
    }

    private func footer(_ visit: Visit) -> Markup {
        let count = Self.count(visit.seenToday, "match", "matches")
        return """
            <footer><p>You have recorded \(count) as seen today (UTC). This is no goal.</p>
            <p class="small">Keys: hold Alt (on a Mac Control and Option; in Firefox Alt and Shift) and press the \
            letter in the box behind a name.</p></footer>
            """
    }

    /// The key of a link or button, behind its name.
    static func key(_ key: String) -> Markup { "<kbd aria-hidden=\"true\">\(key)</kbd>" }

    /// “1 match”, “2 matches”
    static func count(_ number: Int, _ one: String, _ many: String) -> String {
        number == 1 ? "1 \(one)" : "\(number) \(many)"
    }

    /// A button that sends its form.
    static func button(_ name: String, key: String, more: Markup = .none) -> Markup {
        "<button accesskey=\"\(key)\"\(more)>\(name)\(Self.key(key))</button>"
    }
}
