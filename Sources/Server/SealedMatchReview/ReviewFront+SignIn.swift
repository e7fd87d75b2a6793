internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import SealedMatchCrypto
internal import SealedMatchFront
internal import SealedMatchProtocol

extension ReviewFront {
    func signInPage(_ request: Request) async throws -> Response {
        guard case .passwords = gate else { return .seeOther("/cases") }
        return try startPage(request, next: request.query("next"))
    }

    /// The form with a token that its own cookie has, too: nobody else's page can make a browser sign in here.
    private func startPage(
        _ request: Request, next: String, name: String = "", problem: String? = nil, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        var token = request.cookie(settings.startCookie)
        var isNew = false
        if Hexadecimal.bytes32(token) == nil {
            var random = SystemRandom()
            token = Hexadecimal.text(try random.bytes32().bytes)
            isNew = true
        }
        let next = SignInNext.isGood(next) ? next : ""
        var response = Response.page(
            Page(title: "Sign in", body: SignInPage.markup(token: token, next: next, name: name, problem: problem)),
            status: status)
        if isNew { response.headers[values: .setCookie].append(settings.setStartCookie(token)) }
        return response
    }

    func signIn(_ request: Request, _ context: FrontContext) async throws -> Response {
        guard case .passwords(let signIn) = gate else { throw Self.otherForm }
        let form = try await form(request, context)
        guard let token = Hexadecimal.bytes32(form["token"]),
            let expected = Hexadecimal.bytes32(request.cookie(settings.startCookie)), (token ^ expected).isZero
        else { throw Self.otherForm }
        let name = form["name"]
        guard (1...64).contains(name.utf8.count), form["password"].utf8.count <= PasswordFile.length.upperBound else {
            throw Refusal(.badRequest, "Not like this", "<p>A name has 1 to 64 characters, a password at most 256.</p>")
        }
        let outcome: SignIn.Outcome
        do {
            outcome = try await signIn.check(
                name, form["password"], from: settings.address(request.headers).flatMap { ClientAddress($0) })
        } catch {
            context.logger.error("nobody can sign in: \(error)")
            Self.countSignIn("failed")
            throw Refusal(
                .serviceUnavailable, "Nobody can sign in now", "<p>Whoever runs this finds in the log why.</p>",
                retryAfter: 10)
        }
        switch outcome {
        case .person(let kept):
            Self.countSignIn("signedIn")
            let secret = try sessions.begin(name, kept)
            if let old = try sessions.use(request.cookie(settings.cookie)) { sessions.end(old.name) }
            var response = Response.seeOther(SignInNext.isGood(form["next"]) ? form["next"] : "/cases")
            response.headers[values: .setCookie].append(settings.setCookie(secret))
            return response
        case .wrong:
            Self.countSignIn("wrong")
            return try startPage(
                request, next: form["next"], name: name, problem: "Name or password are wrong.", status: .forbidden)
        case .wait(let seconds):
            Self.countSignIn("limited")
            var response = try startPage(
                request, next: form["next"], name: name,
                problem: "There were too many tries. Wait \(seconds) seconds.", status: .tooManyRequests)
            response.headers[.retryAfter] = "\(seconds)"
            return response
        }
    }

    func signOut(_ request: Request, _ context: FrontContext) async throws -> Response {
        let visit = try await visit(request)
        _ = try await form(request, context, visit)
        sessions.end(visit.session)
        var response = Response.seeOther("/sign-in")
        for cookie in settings.removedCookies { response.headers[values: .setCookie].append(cookie) }
        return response
    }
}
