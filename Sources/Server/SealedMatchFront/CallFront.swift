internal import Dispatch
package import HTTPTypes
package import Hummingbird
package import HummingbirdCore
internal import Metrics
internal import NIOCore
package import SealedMatchCrypto

/// Calls whose bodies and answers are bytes that carry their own authentication: each a `POST`. What is behind a call
/// blocks; it runs on threads of its own, as many at a time as there are cores.
package struct CallFront: Sendable {
    /// One call.
    package struct Call: Sendable {
        let path: String
        let maximumBody: Int
        let work: @Sendable ([UInt8]) throws(CallFailure) -> [UInt8]

        /// - Parameters:
        ///   - path: below the server's root: `v1/evaluations`.
        ///   - maximumBody: bytes of the longest body.
        ///   - work: gives the answer to a body. What it throws is answered as a problem.
        package init(
            _ path: String, maximumBody: Int,
            _ work: @escaping @Sendable ([UInt8]) throws(SealedMatchError) -> [UInt8]
        ) {
            self.init(
                path, maximumBody: maximumBody,
                naming: { (body) throws(CallFailure) in
                    do throws(SealedMatchError) {
                        return try work(body)
                    } catch {
                        throw CallFailure(error)
                    }
                })
        }

        /// The same of a call whose failures may be a party's fault.
        public init(
            _ path: String, maximumBody: Int, naming work: @escaping @Sendable ([UInt8]) throws(CallFailure) -> [UInt8]
        ) {
            self.path = path
            self.maximumBody = maximumBody
            self.work = work
        }
    }

    private let calls: [Call]
    private let limits: FrontLimits
    private let budget: BodyBudget
    private let status: @Sendable (SealedMatchError.Code) -> HTTPResponse.Status?
    private let counters = FrontCounters()

    /// - Parameters:
    ///   - limits: what one front bears.
    ///   - status: of errors that `Problem` does not know; nil: it may pass later.
    package init(
        _ calls: [Call], limits: FrontLimits = FrontLimits(),
        status: @escaping @Sendable (SealedMatchError.Code) -> HTTPResponse.Status?
    ) {
        self.calls = calls
        self.limits = limits
        self.status = status
        budget = BodyBudget(limits.bodyBytes)
    }

    /// The calls, as a router.
    package func router() -> Router<FrontContext> {
        let router = Router(context: FrontContext.self)
        router.add(
            middleware: ProblemMiddleware(
                counters: counters,
                methods: calls.map { ($0.path.split(separator: "/").map(String.init), [.post]) }))
        for call in calls {
            router.post(RouterPath(call.path)) { request, context in try await answer(request, context, call) }
        }
        return router
    }

    /// Connections of a server before this front: limits of headers and times.
    package func server() -> HTTPServerBuilder { limits.server() }

    private func answer(_ request: Request, _ context: FrontContext, _ call: Call) async throws -> Response {
        let count = try request.bodyCount(upTo: call.maximumBody)
        let result = try await budget.with(count) {
            let body = try await context.body(of: request, count: count)
            return await Self.onThread(body, call.work)
        }
        let outcome =
            if case .failure(let failure) = result { "error \(failure.error.code.rawValue)" } else { "answered" }
        Counter(label: "sealedmatch_calls_total", dimensions: [("call", call.path), ("outcome", outcome)]).increment()
        switch result {
        case .success(let answer):
            return Response(
                status: .ok,
                headers: [.contentType: "application/octet-stream", .contentLength: "\(answer.count)"],
                body: .init(byteBuffer: ByteBuffer(bytes: answer)))
        case .failure(let failure):
            var problem = status(failure.error.code).map { Problem(failure.error, $0) } ?? Problem(failure.error)
            problem.party = failure.party
            throw problem
        }
    }

    private static func onThread(
        _ body: [UInt8], _ work: @escaping @Sendable ([UInt8]) throws(CallFailure) -> [UInt8]
    ) async -> Result<[UInt8], CallFailure> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Result { () throws(CallFailure) in try work(body) })
            }
        }
    }
}

/// Why a call was refused, and of calls between several parties whose fault it is.
public struct CallFailure: Error {
    /// What is wrong.
    public let error: SealedMatchError
    /// The number of the party whose message is wrong, 1 to 16; nil where it is nobody's.
    public let party: UInt8?

    /// The fields.
    public init(_ error: SealedMatchError, party: UInt8? = nil) {
        self.error = error
        self.party = party
    }
}
