internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFront
internal import SealedMatchProtocol

extension ReviewFront {
    func queue(_ request: Request) async throws -> Response {
        let visit = try await visit(request)
        let query = QueuePage.Query(
            state: request.query("state"), assignee: request.query("assignee"), pseudonym: request.query("pseudonym"),
            label: request.query("label"), after: UInt64(request.query("after")) ?? 0)
        let page = try await reporting("/cases") {
            try await library.read { store in try QueuePage.read(query, store) }
        }
        return answer("Queue", page.markup(visit), visit, place: "/cases")
    }

    /// The number of a case in the path.
    func number(_ context: FrontContext) throws(Refusal) -> UInt64 {
        guard let number = context.parameters.get("number").flatMap({ UInt64($0) }), (1...1 << 53).contains(number)
        else {
            throw Refusal(SealedMatchError(.unknownCase, "no case has this number"), back: "/cases")
        }
        return number
    }

    /// A case with its files and events.
    func casePage(_ number: UInt64, _ visit: Visit, after: Int = 0, chosen: ReviewForm? = nil) async throws -> CasePage
    {
        try await reporting("/cases") {
            try await library.read { store in
                CasePage(
                    found: try store.read(number), files: try store.files(of: number),
                    events: try store.events(of: number),
                    visit: visit, after: after, chosen: chosen)
            }
        }
    }

    func showCase(_ request: Request, _ context: FrontContext) async throws -> Response {
        let visit = try await visit(request)
        let page = try await casePage(try number(context), visit, after: max(0, Int(request.query("after")) ?? 0))
        return answer(page.title, page.markup, visit, recorded: recorded(request, page.events, visit))
    }

    /// What this person has just recorded: the event that they were sent on with.
    private func recorded(_ request: Request, _ events: [CaseEvent], _ visit: Visit) -> Markup? {
        guard let place = Int(request.query("done")), place >= 1, place <= events.count,
            events[place - 1].by == visit.person
        else { return nil }
        return "\(visit.person) \(Words.step(events[place - 1].step))"
    }

    func showEvents(_ request: Request, _ context: FrontContext) async throws -> Response {
        let visit = try await visit(request)
        let number = try number(context)
        let events = try await reporting("/cases") {
            try await library.read { store in try store.events(of: number) }
        }
        let after = min(max(0, Int(request.query("after")) ?? 0), events.count)
        let shown = events.dropFirst(after).prefix(EventList.limit)
        let more: Markup? =
            after + shown.count < events.count
            ? """
            <p><a href="/cases/\(number)/events?after=\(after + shown.count)" rel="next" accesskey="n">Later events\
            \(Page.key("n"))</a></p>
            """ : nil
        return answer(
            "Case \(number): events",
            """
            <p class="steps"><a href="/cases/\(number)" accesskey="u">Case \(number)\(Page.key("u"))</a></p>
            <ol class="events" start="\(after + 1)">\(shown.map(EventList.line))</ol>
            \(more)
            """, visit)
    }

    // MARK: a match

    /// A match in the path.
    func matched(_ context: FrontContext) async throws -> (found: ReviewedCase, match: ReviewedMatch) {
        let number = try number(context)
        let found = try await reporting("/cases") {
            try await library.read { store in try store.read(number) }
        }
        guard let match = context.parameters.get("match").flatMap({ Int($0) }), match >= 1, match <= found.matches.count
        else {
            throw Refusal(.notFound, "No such match", "<p><a href=\"/cases/\(number)\" accesskey=\"b\">Back</a></p>")
        }
        return (found, found.matches[match - 1])
    }

    func showMatch(_ request: Request, _ context: FrontContext) async throws -> Response {
        let visit = try await visit(request)
        let (found, match) = try await matched(context)
        var shown = MatchPage.Shown.notAsked
        let asked = request.query("evidence")
        let name = Sessions.MatchName(number: found.number, match: match.number)
        // Whoever came here by no link of a page of this session is shown the page, and asks for the evidence there.
        if ["dim", "clear"].contains(asked), visit.may(.view), let evidence, Browsing.isAsked(request, for: "document"),
            let ticket = Hexadecimal.bytes32(request.query("once")),
            sessions.accept(ticket, of: name, in: visit.session)
        {
            switch await evidence.picture(of: MatchPage.note(match.match) ?? Array(match.match.note.utf8)) {
            case .picture(let picture):
                // It counts as shown once it was sent.
                let isClear = asked == "clear"
                let left = try await reporting {
                    try sessions.leave(picture, isClear: isClear, of: name, in: visit.session)
                }
                shown = .picture(isClear: isClear, ticket: left)
                Self.countEvidence("picture")
            case .notHeld:
                sessions.note(.notHeld, of: name, in: visit.session)
                shown = .notHeld
                Self.countEvidence("notHeld")
            case .failed(let why):
                context.logger.error("the evidence command: \(why)")
                sessions.note(.failed, of: name, in: visit.session)
                shown = .failed
                Self.countEvidence("failed")
            }
        }
        let page = try await matchPage(found, match, visit, shown)
        var events: [CaseEvent] = []
        if !request.query("done").isEmpty {
            events = try await reporting("/cases") {
                try await library.read { store in try store.events(of: found.number) }
            }
        }
        return answer(page.title, page.markup, visit, recorded: recorded(request, events, visit))
    }

    func matchPage(
        _ found: ReviewedCase, _ match: ReviewedMatch, _ visit: Visit, _ shown: MatchPage.Shown = .notAsked,
        chosen: ReviewForm? = nil
    ) async throws -> MatchPage {
        let name = Sessions.MatchName(number: found.number, match: match.number)
        let known = sessions.evidence(of: name, in: visit.session)
        let offer = try await reporting { try sessions.offer(name, in: visit.session) }
        return MatchPage(
            found: found, match: match, visit: visit, hasCommand: evidence != nil, shown: shown, offer: offer,
            evidence: known, chosen: chosen)
    }

    func picture(_ request: Request, _ context: FrontContext) async throws -> Response {
        let visit = try await visit(request)
        let (found, match) = try await matched(context)
        guard visit.may(.view), evidence != nil else {
            throw Refusal(.forbidden, "Not for your role", "<p>Whoever may not review sees no evidence.</p>")
        }
        guard Browsing.isAsked(request, for: "image") else {
            throw Refusal(.forbidden, "Not from this page", "<p>Evidence is a part of the page of its match.</p>")
        }
        let name = Sessions.MatchName(number: found.number, match: match.number)
        guard let ticket = Hexadecimal.bytes32(request.query("once")),
            let waiting = sessions.take(ticket, of: name, in: visit.session)
        else {
            throw Refusal(
                .notFound, "No evidence",
                """
                <p>It is shown once. The page of the match shows it again.</p>
                <p><a href="/cases/\(found.number)/matches/\(match.number)" accesskey="b">To the match</a></p>
                """)
        }
        let picture = waiting.picture
        let shown = Sessions.Evidence.shown(
            type: picture.type, count: picture.bytes.count, digest: try SHA256.digest(of: picture.bytes),
            isClear: waiting.isClear)
        sessions.send(name, in: visit.session)
        try await context.whenSent { [sessions] isSent in
            sessions.sent(isSent ? shown : nil, of: name, in: visit.session)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: picture.type, .contentLength: "\(picture.bytes.count)", .contentDisposition: "inline",
            ], body: .init(byteBuffer: ByteBuffer(bytes: picture.bytes)))
    }

    func note(_ request: Request, _ context: FrontContext) async throws -> Response {
        _ = try await visit(request)
        let (found, match) = try await matched(context)
        return .saved(
            MatchPage.note(match.match) ?? Array(match.match.note.utf8), type: "text/plain; charset=utf-8",
            name: "case-\(found.number)-match-\(match.number)-note.txt")
    }

    /// A match as its case file has it.
    func file(_ request: Request, _ context: FrontContext) async throws -> Response {
        _ = try await visit(request)
        let (found, match) = try await matched(context)
        return .saved(
            try match.match.document, type: "text/plain; charset=utf-8",
            name: "case-\(found.number)-match-\(match.number).txt")
    }

    // MARK: the library

    func trail(_ request: Request) async throws -> Response {
        let visit = try await visit(request)
        return try await trail(visit, before: UInt64(request.query("before")))
    }

    private func trail(_ visit: Visit, before: UInt64? = nil, result: Markup? = nil) async throws -> Response {
        let said = try await reporting("/trail") {
            try await library.read { store in
                try store.said(before: before, limit: TrailPage.limit)
            }
        }
        return answer(
            "Audit trail", TrailPage(said: said, visit: visit, result: result).markup, visit, place: "/trail")
    }

    /// Checks the whole chain; that changes nothing, and takes long.
    func checkTrail(_ request: Request, _ context: FrontContext) async throws -> Response {
        let visit = try await visit(request)
        let form = try await form(request, context, visit)
        var kept: ChainHead?
        let text = form.words("kept")
        if !text.isEmpty {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = UInt64(parts[0]), let hash = Hexadecimal.bytes32(String(parts[1]))
            else {
                throw Refusal(
                    SealedMatchError(.parameterOutOfRange, "the end of a chain is NUMBER:HASH, as it was printed"),
                    back: "/trail")
            }
            kept = ChainHead(number: number, hash: hash)
        }
        let end = kept
        let result: Markup
        do {
            let head = try await library.read { store in try store.verify(kept: end) }
            result = """
                <p class="good" role="status"><strong>The chain holds.</strong> \(head.number) events are checked\
                \(", and it has the end that you kept", if: end != nil). Its end: \
                <code>\(head.number):\(Hexadecimal.text(head.hash.bytes))</code>. Keep it elsewhere.</p>
                """
        } catch let error as SealedMatchError {
            guard error.code == .brokenChain || error.code == .damagedStore else {
                throw Refusal(error, back: "/trail")
            }
            result = """
                <p class="problem" role="alert"><strong>The chain is broken:</strong> \(error.reason.description) \
                [error \(error.code.rawValue)]. Stop work on this library, and tell whoever runs it.</p>
                """
        }
        return try await trail(visit, result: result)
    }

    func statistics(_ request: Request) async throws -> Response {
        let visit = try await visit(request)
        let page = try await reporting("/statistics") {
            try await library.read { store in
                StatisticsPage(counts: try store.counts(), head: try store.head(), visit: visit)
            }
        }
        return answer("Statistics", page.markup, visit, place: "/statistics")
    }
}
