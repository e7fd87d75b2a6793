package import Hummingbird
package import HummingbirdCore
internal import HTTPTypes
internal import Logging
internal import Metrics
internal import NIOCore
internal import SealedMatchCases
internal import SealedMatchCrypto
package import SealedMatchFront
internal import SealedMatchProtocol

/// The pages on which people review cases, before a library of them: HTML from this process alone, without any script.
/// Reading changes nothing. Each step is chosen, shown, and then recorded. (Docs/Reviewing.md, "The page")
package struct ReviewFront: Sendable {
    let library: ReviewLibrary
    let gate: ReviewGate
    let settings: ReviewSettings
    let sessions: Sessions
    let evidence: EvidenceCommand?

    package init(_ library: ReviewLibrary, _ gate: ReviewGate, _ settings: ReviewSettings, evidence: EvidenceCommand?) {
        self.library = library
        self.gate = gate
        self.settings = settings
        self.evidence = evidence
        sessions = Sessions(settings.sessions)
        // So that they are printed before there is any.
        for outcome in ["signedIn", "wrong", "limited", "failed"] { Self.countSignIn(outcome, by: 0) }
        for outcome in ["picture", "notHeld", "failed"] { Self.countEvidence(outcome, by: 0) }
        for outcome in ["recorded", "refused", "stale"] { Self.countStep("decided", outcome, by: 0) }
    }

    static func countSignIn(_ outcome: String, by count: Int = 1) {
        Counter(label: "sealedmatch_review_sign_ins_total", dimensions: [("outcome", outcome)]).increment(by: count)
    }

    static func countEvidence(_ outcome: String, by count: Int = 1) {
        Counter(label: "sealedmatch_review_evidence_total", dimensions: [("outcome", outcome)]).increment(by: count)
    }

    static func countStep(_ step: String, _ outcome: String, by count: Int = 1) {
        Counter(label: "sealedmatch_review_steps_total", dimensions: [("step", step), ("outcome", outcome)])
            .increment(by: count)
    }

    /// The pages, as a router.
    package func router() -> Router<FrontContext> {
        let router = Router(context: FrontContext.self)
        router.add(middleware: PageMiddleware { try? await visit($0) })
        router.get("style.css") { _, _ in Self.style }
        // Browsers ask for it; there is none.
        router.get("favicon.ico") { _, _ in Response(status: .noContent) }
        router.get("/") { _, _ in Response.seeOther("/cases") }
        router.get("sign-in") { request, _ in try await signInPage(request) }
        router.post("sign-in") { request, context in try await signIn(request, context) }
        router.post("sign-out") { request, context in try await signOut(request, context) }
        router.get("cases") { request, _ in try await queue(request) }
        router.get("cases/:number") { request, context in try await showCase(request, context) }
        router.get("cases/:number/events") { request, context in try await showEvents(request, context) }
        router.get("cases/:number/matches/:match") { request, context in try await showMatch(request, context) }
        router.get("cases/:number/matches/:match/picture") { request, context in try await picture(request, context) }
        router.get("cases/:number/matches/:match/note") { request, context in try await note(request, context) }
        router.get("cases/:number/matches/:match/file") { request, context in try await file(request, context) }
        router.post("cases/:number/check") { request, context in try await check(request, context) }
        router.post("cases/:number/back") { request, context in try await back(request, context) }
        router.post("cases/:number/commit") { request, context in try await commit(request, context) }
        router.get("trail") { request, _ in try await trail(request) }
        router.post("trail") { request, context in try await checkTrail(request, context) }
        router.get("statistics") { request, _ in try await statistics(request) }
        return router
    }

    /// Connections of a server before these pages: limits of headers and times.
    package func server(_ limits: FrontLimits) -> HTTPServerBuilder { limits.server() }

    private static let style = Response(
        status: .ok, headers: [.contentType: "text/css; charset=utf-8", .cacheControl: "private, max-age=300"],
        body: .init(byteBuffer: ByteBuffer(string: Style.text)))

    // MARK: who is there

    /// Who sends a request.
    /// - Throws: `NotSignedIn`, `Refusal`.
    func visit(_ request: Request) async throws -> Visit {
        let rules = try await reporting("/") {
            try await library.read { store in try store.library() }
        }
        let cookie = request.cookie(settings.cookie)
        var used = try await reporting { try sessions.use(cookie) }
        var newCookie: String?
        let signsIn: Bool
        switch gate {
        case .passwords(let signIn):
            signsIn = true
            guard let session = used?.session else { throw NotSignedIn() }
            guard try await reporting("/", { try signIn.isStill(session.kept, session.person) }) else {
                if let used { sessions.end(used.name) }
                throw NotSignedIn()
            }
        case .proxy(let name):
            signsIn = false
            guard let person = name(request.headers) else {
                throw Refusal(.unauthorized, "Who are you?", "<p>The reverse proxy has named nobody.</p>")
            }
            if used?.session.person != person {
                // A name that is none has no session.
                guard rules.people[person] != nil else { throw Self.noRole }
                let made = try await reporting { try sessions.begin(person) }
                used = try await reporting { try sessions.use(made) }
                newCookie = made
            }
        }
        guard let (name, session) = used else { throw NotSignedIn() }
        guard let role = rules.people[session.person] else { throw Self.noRole }
        let seen = try await reporting("/") { try await library.seenToday(by: session.person) }
        return Visit(
            person: session.person, role: role, library: rules, session: name, token: session.token, seenToday: seen,
            worked: sessions.needsBreak(session), signsIn: signsIn, newCookie: newCookie)
    }

    static let noRole = Refusal(
        .forbidden, "No role", "<p>You hold no role in this library. A lead gives roles.</p>")

    /// A form of somebody who is there: from a page of this origin and of this session.
    func form(_ request: Request, _ context: FrontContext, _ visit: Visit) async throws -> ReviewForm {
        let form = try await form(request, context)
        guard let token = Hexadecimal.bytes32(form["token"]), (token ^ visit.token).isZero else { throw Self.otherForm }
        return form
    }

    /// A form from a page of this origin.
    func form(_ request: Request, _ context: FrontContext) async throws -> ReviewForm {
        let origins = request.headers[values: .origin]
        guard origins.count <= 1, origins.first.map({ $0.lowercased() == settings.origin }) ?? true,
            ["same-origin", nil].contains(request.headers[.fetchSite])
        else { throw Self.otherForm }
        let count = try request.bodyCount(upTo: ReviewForm.maximumCount)
        let body = try await context.body(of: request, count: count)
        guard let form = ReviewForm(body) else {
            throw Refusal(.badRequest, "Not like this", "<p>This is no form of these pages.</p>")
        }
        return form
    }

    static let otherForm = Refusal(
        .forbidden, "Not from this page",
        """
        <p>The form is not of a page of this session. Nothing was recorded.</p>
        <p><a href="/cases" accesskey="b">To the queue</a></p>
        """)

    // MARK: answers

    func answer(
        _ title: String, _ body: Markup, _ visit: Visit, place: String = "", recorded: Markup? = nil
    ) -> Response {
        var response = Response.page(
            Page(title: title, body: body, visit: visit, place: place, recorded: recorded))
        if let cookie = visit.newCookie { response.headers[values: .setCookie].append(settings.setCookie(cookie)) }
        return response
    }

    /// Errors of the library as pages.
    /// - Parameters:
    ///   - back: where people go on from.
    ///   - form: the way back that keeps what they wrote.
    func reporting<Answer>(
        _ back: String = "/", form: Markup? = nil, _ work: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await work()
        } catch let error as SealedMatchError {
            throw Refusal(error, back: back, form: form)
        }
    }
}

extension ReviewSettings {
    /// What a browser is told of a cookie. It ends with the browser, and at the latest with the session.
    func setCookie(_ value: String) -> String { field(cookie, value) }
    func setStartCookie(_ value: String) -> String { field(startCookie, value) }
    var removedCookies: [String] { [cookie, startCookie].map { field($0, "") + "; Max-Age=0" } }

    private func field(_ name: String, _ value: String) -> String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")"
    }
}

extension Request {
    /// The cookie's value; empty for none, and for several.
    func cookie(_ name: String) -> String {
        let pairs: [Substring] = headers[values: .cookie].flatMap { (field: String) in
            field.split(separator: ";").map { (pair: Substring) in pair.drop { $0 == " " } }
        }
        let values = pairs.filter { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
        return values.count == 1 ? values[0] : ""
    }

    /// A parameter of the query, as forms send them; empty where there is none.
    func query(_ name: String) -> String { ReviewForm(Array((uri.query ?? "").utf8))?[name] ?? "" }
}

extension Response {
    static func page(_ page: Page, status: HTTPResponse.Status = .ok) -> Response {
        let bytes = ByteBuffer(string: page.markup.text)
        return Response(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8", .contentLength: "\(bytes.readableBytes)"],
            body: .init(byteBuffer: bytes))
    }

    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .contentLength: "0"])
    }

    /// Bytes that a browser saves.
    static func saved(_ bytes: [UInt8], type: String, name: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .contentLength: "\(bytes.count)",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension HTTPField.Name {
    private static func known(_ name: String) -> HTTPField.Name {
        guard let known = HTTPField.Name(name) else { preconditionFailure("a name of a field") }
        return known
    }
    static let fetchSite = known("Sec-Fetch-Site")
    static let fetchDestination = known("Sec-Fetch-Dest")
    static let secPurpose = known("Sec-Purpose")
    static let purpose = known("Purpose")
    static let xPurpose = known("X-Purpose")
    static let xMoz = known("X-Moz")
    static let resourcePolicy = known("Cross-Origin-Resource-Policy")
    static let openerPolicy = known("Cross-Origin-Opener-Policy")
    static let referrerPolicy = known("Referrer-Policy")
    static let permissionsPolicy = known("Permissions-Policy")
    static let frameOptions = known("X-Frame-Options")
    static let policy = known("Content-Security-Policy")
}
