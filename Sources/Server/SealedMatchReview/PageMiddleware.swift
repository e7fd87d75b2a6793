internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Metrics
internal import SealedMatchFront

/// What every reply says of itself, and the page of each refusal.
struct PageMiddleware: RouterMiddleware {
    typealias Context = FrontContext

    /// Who sends a request, if it is known; for the navigation of a refusal.
    let visit: @Sendable (Request) async -> Visit?

    /// Nothing but this origin's own style, pictures and forms; no script at all.
    static let policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        + "base-uri 'none'"

    func handle(
        _ request: Request, context: FrontContext, next: (Request, FrontContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = Browsing.isAhead(request) ? Self.ahead : try await next(request, context)
        } catch is NotSignedIn {
            response = Self.signIn(request)
        } catch let refusal as Refusal {
            response = Self.page(refusal, await visit(request))
        } catch let problem as Problem {
            response = Self.page(
                Refusal(problem.status, "Not like this", "<p>\(problem.detail)</p>", retryAfter: problem.retryAfter),
                await visit(request))
        } catch let error as HTTPError {
            let isMissing = error.status == .notFound
            let refusal = Refusal(
                error.status, isMissing ? "No such page" : "Not like this",
                "<p><a href=\"/cases\" accesskey=\"b\">To the queue</a></p>")
            response = Self.page(refusal, isMissing ? await visit(request) : nil)
        } catch {
            context.logger.error("a request failed: \(type(of: error))")
            response = Self.page(Refusal(.internalServerError, "The server failed", "<p>Try again.</p>"))
        }
        if response.status.kind == .clientError || response.status.kind == .serverError, request.method == .post {
            // A body that was not read would have to be read to its end: the connection ends instead.
            response.headers[.connection] = "close"
        }
        response.headers[.policy] = Self.policy
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.frameOptions] = "DENY"
        // A page's forms name their origin; nobody else is told of it.
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.resourcePolicy] = "same-origin"
        response.headers[.openerPolicy] = "same-origin"
        response.headers[.permissionsPolicy] = "camera=(), microphone=(), geolocation=()"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        Counter(label: "sealedmatch_review_replies_total", dimensions: [("status", "\(response.status.code)")])
            .increment()
        return response
    }

    private static func page(_ refusal: Refusal, _ visit: Visit? = nil) -> Response {
        var response = Response.page(
            Page(title: refusal.title, body: refusal.words, visit: visit), status: refusal.status)
        if let seconds = refusal.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }

    /// Nobody has asked for this page yet; and it is nobody's visit.
    private static var ahead: Response {
        page(Refusal(.forbidden, "Not in advance", "<p>These pages are shown to whoever asks for them.</p>"))
    }

    private static func signIn(_ request: Request) -> Response {
        guard request.method == .get else {
            return page(
                Refusal(
                    .unauthorized, "You are not signed in",
                    "<p>Nothing was recorded.</p><p><a href=\"/sign-in\" accesskey=\"b\">Sign in</a></p>"))
        }
        let path = request.uri.path
        return .seeOther(SignInNext.isGood(path) && path != "/cases" ? "/sign-in?next=\(path)" : "/sign-in")
    }
}

/// Where people go on after signing in: a page of ours.
enum SignInNext {
    static func isGood(_ path: String) -> Bool {
        ["/cases", "/trail", "/statistics"].contains { path == $0 || path.hasPrefix($0 + "/") }
            && path.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }
}
