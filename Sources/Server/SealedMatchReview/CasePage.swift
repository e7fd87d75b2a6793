internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// A case: what was met, what people did with it, and what may be done next.
struct CasePage {
    let found: ReviewedCase
    /// Its case files.
    let files: [CaseFile]
    let events: [CaseEvent]
    let visit: Visit
    /// Only matches behind this number are shown.
    var after = 0
    /// What was chosen, of somebody who has gone back.
    var chosen: ReviewForm?

    static let limit = 20
    private static let maximumEvents = 10

    var title: String { "Case \(found.number): \(Words.state(found.state, found.outcome))" }

    var markup: Markup {
        guard found.state != .erased else {
            return "<p>Its content was erased, \(Words.time(found.changed)). Numbers and hashes are left.</p>"
        }
        return """
            \(facts)
            \(warnings)
            \(opinions)
            \(matches)
            \(acts)
            \(history)
            """
    }

    private var facts: Markup {
        let roots = found.roots.map { "<dd>\(Words.hexadecimal($0.bytes))</dd>" as Markup }
        let lists = files.flatMap(\.lists).map { list -> Markup in
            """
            <li>\(Told.text(list.name, limit: 100)), \(list.hashes) hashes, source
            <code>\(String(list.source.prefix(16)))…</code></li>
            """
        }
        return """
            <dl class="facts">
            <dt>Pseudonym</dt><dd>\(found.pseudonym.map { Words.hexadecimal($0.bytes) } ?? "–")</dd>
            <dt>Epoch</dt><dd>\(found.epoch ?? UInt32(0)), from \(Words.time(UInt64(found.epoch ?? 0) * Parameters.secondsPerEpoch))</dd>
            <dt>Matches</dt><dd>\(found.matches.count), \(found.listed) on a list, \(found.viewed) seen by somebody;
            threshold \(files.last?.threshold ?? 0)</dd>
            <dt>Whose</dt><dd>\(found.assignee ?? "nobody’s"); round \(found.round); since \(Words.time(found.changed))</dd>
            <dt>Sets</dt>\(roots)
            <dt>Lists</dt><dd><ul class="plain">\(lists)</ul></dd>
            </dl>
            """
    }

    private var warnings: Markup {
        let notice = files.first.map { "<p class=\"small\">\(Told.text($0.notice, limit: 800))</p>" as Markup }
        let lines = files.flatMap(\.warnings).map { "<li>\(Told.text($0, limit: 500))</li>" as Markup }
        guard !lines.isEmpty else { return notice ?? .none }
        return """
            <section class="warnings" aria-labelledby="warnings"><h2 id="warnings">Warnings</h2><ul>\(lines)</ul></section>
            \(notice)
            """
    }

    private var opinions: Markup {
        let said = found.opinions.map { opinion -> Markup in
            """
            <li><strong>\(Words.outcome(opinion.outcome))</strong>, \(opinion.by), \(Words.time(opinion.time)): \
            \(Told.text(opinion.why, limit: 4_096))</li>
            """
        }
        let reports = found.reports.map { report -> Markup in
            "<li>\(Words.report(report.kind)), \(Told.text(report.reference)), \(Words.time(report.time))</li>"
        }
        let asked = CaseOutcome.allCases.map { "\(Words.outcome($0)): \(visit.library.policy.reviewers[$0] ?? 2)" }
        return """
            <section aria-labelledby="opinions"><h2 id="opinions">Opinions</h2>
            \("<ol class=\"plain\">\(said)</ol>", if: !said.isEmpty)
            \("<p>None in this round.</p>", if: said.isEmpty)
            <p class="small">People who must agree: \(asked.joined(separator: "; ")).</p>
            \("<h3>Reports</h3><ul class=\"plain\">\(reports)</ul>", if: !reports.isEmpty)
            </section>
            """
    }

    private var matches: Markup {
        let shown = found.matches.dropFirst(after).prefix(Self.limit)
        let path = "/cases/\(found.number)"
        let open = found.matches.first { match in
            !match.judgements.contains { $0.by == visit.person } || match.viewedBy[visit.person] == nil
        }
        let next: Markup? =
            visit.may(.judge) && found.state.isOpen
            ? open.map {
                """
                <p><a class="next" href="\(path)/matches/\($0.number)" accesskey="m">Look at match \($0.number)\
                \(Page.key("m"))</a></p>
                """
            } : nil
        let lines = shown.map { match -> Markup in
            let said = match.judgements.map {
                "<li>\($0.by): \($0.category.rawValue), \(Words.standing($0.standing))</li>" as Markup
            }
            let seen = match.viewedBy.keys.sorted().joined(separator: ", ")
            let more: Markup =
                match.match.warnings.isEmpty
                ? ""
                : "<br><span class=\"small\">\(Page.count(match.match.warnings.count, "warning", "warnings"))</span>"
            return """
                <tr><th scope="row"><a href="\(path)/matches/\(match.number)">Match \(match.number)</a></th>
                <td>\(Words.finding(match.match.finding))\(more)</td>
                <td>\(match.match.label.map { Told.text($0, limit: 80) } ?? "–")</td>
                <td>\(seen.isEmpty ? "nobody" : seen)</td>
                <td>\("–", if: said.isEmpty)\("<ul class=\"plain\">\(said)</ul>", if: !said.isEmpty)</td></tr>
                """
        }
        let rest: Markup? =
            after + Self.limit < found.matches.count
            ? """
            <p><a href="\(path)?after=\(after + Self.limit)" rel="next" accesskey="n">Next matches\(Page.key("n"))</a></p>
            """ : nil
        return """
            <section aria-labelledby="matches"><h2 id="matches">Matches</h2>
            \(next)
            <div class="wide" role="region" aria-labelledby="matches" tabindex="0">
            <table><thead><tr><th scope="col">Match</th><th scope="col">Finding</th><th scope="col">Label</th>
            <th scope="col">Seen by</th><th scope="col">Judged</th></tr></thead>
            <tbody>\(lines)</tbody></table></div>
            \(rest)
            </section>
            """
    }

    private var history: Markup {
        let lines = events.suffix(Self.maximumEvents).map { EventList.line($0) }
        return """
            <section aria-labelledby="events"><h2 id="events">Events</h2>
            <ol class="events" start="\(max(1, events.count - Self.maximumEvents + 1))">\(lines)</ol>
            <p><a href="/cases/\(found.number)/events" accesskey="e">\(Page.count(events.count, "event", "events")) in all\(Page.key("e"))</a></p>
            </section>
            """
    }
}

/// Events, one a line.
enum EventList {
    /// Of a page.
    static let limit = 200

    static func line(_ event: CaseEvent) -> Markup {
        let why: Markup = event.why.isEmpty ? .none : ": \(Told.text(event.why, limit: 4_096))"
        return "<li>\(Words.time(event.time)) <strong>\(event.by)</strong> \(Words.step(event.step))\(why)</li>"
    }
}
