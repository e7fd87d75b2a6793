internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import SealedMatchCrypto

/// Every refusal is a problem (RFC 9457), also those of the router: a path that is not there, a method that is not
/// allowed. What nobody expected is a 500 without a word of why; the log says what it was.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    /// Nil where nothing is counted: an operator's port.
    let counters: FrontCounters?
    /// The methods of each path: its parts, "*" for any one.
    let methods: [(path: [String], allowed: [HTTPRequest.Method])]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let problem as Problem {
            response = problem.response
        } catch let error as HTTPError where error.status == .notFound {
            response = missing(request).response
        } catch let error as HTTPError {
            response = Problem(error.status, "the request cannot be answered", fields: error.headers).response
        } catch {
            // The connection ended, most likely. Nothing of the request is in the log.
            context.logger.error("a request failed: \(type(of: error))")
            response = Problem(.internalServerError, "the server failed").response
        }
        // A body that was not read would have to be read to its end: the connection ends instead.
        if response.status.kind != .successful, request.method != .get, request.method != .head {
            response.headers[.connection] = "close"
        }
        counters?.answered(response.status)
        return response
    }

    /// A path that is not there, or a method that is not for it.
    private func missing(_ request: Request) -> Problem {
        let parts = request.uri.path.split(separator: "/").map(String.init)
        let known = methods.first { entry in
            entry.path.count == parts.count && zip(entry.path, parts).allSatisfy { $0 == "*" || $0 == $1 }
        }
        guard let known, !known.allowed.contains(request.method) else {
            return Problem(.notFound, "there is nothing of this name; see Docs/openapi.yaml")
        }
        let allowed = known.allowed.map(\.rawValue).joined(separator: ", ")
        return Problem(.methodNotAllowed, "the methods of this path: \(allowed)", fields: [.allow: allowed])
    }
}
