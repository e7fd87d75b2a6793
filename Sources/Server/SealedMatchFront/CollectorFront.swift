internal import HTTPTypes
public import Hummingbird
public import HummingbirdCore
internal import Logging
internal import NIOCore
public import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchProtocol

/// The collector's HTTP calls of version 1 (Docs/openapi.yaml), before any intake. It is stateless, but for a bucket an
/// account that limits its rate: any number of fronts stand side by side.
///
/// A reply depends on a request's form, the registration and the amount only. Nothing of an account, address or time is
/// logged.
public struct CollectorFront<Store: Intake>: Sendable {
    private let intake: Store
    private let authenticator: any Authenticator
    private let limits: FrontLimits
    private let limiter: RateLimiter
    private let budget: BodyBudget
    private let maximumBody: Int
    private let sets: SetShelf
    private let notices: (any NoticeBoard)?
    private let counters = FrontCounters()

    /// - Parameters:
    ///   - intake: where registrations and vouchers go.
    ///   - policy: the intake's; from its sets follows how long a body may be.
    ///   - authenticator: who sends.
    ///   - sets: what is given out; nil gives none.
    ///   - notices: what accounts are told; nil tells none.
    ///   - limits: what one front bears.
    public init(
        intake: Store, policy: CollectorPolicy, authenticator: any Authenticator, sets: SetShelf,
        notices: (any NoticeBoard)? = nil, limits: FrontLimits = FrontLimits()
    ) {
        self.intake = intake
        self.authenticator = authenticator
        self.limits = limits
        self.sets = sets
        self.notices = notices
        limiter = RateLimiter(burst: limits.burst, perSecond: limits.vouchersPerSecond)
        budget = BodyBudget(
            limits.bodyBytes, share: limits.bodyBytes / 8, patience: .seconds(limits.turnSeconds))
        maximumBody = FrontLimits.maximumBody(policy)
    }

    /// The media type of vouchers back to back.
    static var vouchers: String { "application/vnd.sealedmatch.vouchers" }
    /// The media type of a registration.
    static var registration: String { "application/vnd.sealedmatch.registration" }

    /// The calls, as a router.
    public func router() -> Router<FrontContext> {
        let router = Router(context: FrontContext.self)
        router.add(
            middleware: ProblemMiddleware(
                counters: counters,
                methods: [
                    (["v1", "registrations", "*"], [.put]), (["v1", "vouchers"], [.post]),
                    (["v1", "notices"], [.get, .head]), (["v1", "sets", "*"], [.get, .head]),
                ]))
        router.put("v1/registrations/:epoch") { request, context in try await register(request, context) }
        router.post("v1/vouchers") { request, context in try await store(request, context) }
        router.get("v1/notices") { request, _ in try await tell(request) }
        router.head("v1/notices") { request, _ in try await tell(request) }
        sets.add(to: router)
        return router
    }

    /// Connections of a server before this front: limits of headers and times.
    public func server() -> HTTPServerBuilder { limits.server() }

    // MARK: Calls

    private func register(_ request: Request, _ context: FrontContext) async throws -> Response {
        let account = try await authenticator.account(request.headers)
        guard let epoch = context.parameters.get("epoch").flatMap({ UInt32($0) }),
            "\(epoch)" == context.parameters.get("epoch")
        else { throw Problem(.notFound, "an epoch is a decimal number below 2^32") }
        let outcome = try await withBody(
            request, context, account, Self.registration, Registration.maximumEncodedCount
        ) { body in
            try take(1, account)
            do throws(SealedMatchError) {
                let registration = try Registration(canonical: body)
                guard registration.epoch == epoch else {
                    throw SealedMatchError(.parameterOutOfRange, "the registration is of another epoch than the path")
                }
                return try await intake.register(registration, authenticatedAs: account)
            } catch {
                counters.registrationRefused(error)
                throw Problem(error)
            }
        }
        counters.registered(outcome)
        return .json(.object(["status": .text(outcome.name)]), status: outcome == .stored ? .created : .ok)
    }

    private func store(_ request: Request, _ context: FrontContext) async throws -> Response {
        let account = try await authenticator.account(request.headers)
        let answers: [JSON] = try await withBody(request, context, account, Self.vouchers, maximumBody) { body in
            let batch = try VoucherBatch(body)
            try take(max(1, batch.vouchers.count), account)
            var outcomes: [Result<IntakeOutcome, SealedMatchError>] = []
            if !batch.vouchers.isEmpty {
                do throws(SealedMatchError) {
                    outcomes = try await intake.store(all: batch.vouchers, authenticatedAs: account)
                } catch {
                    throw Problem(error)
                }
            }
            if let rest = batch.rest { outcomes.append(.failure(rest)) }
            counters.stored(outcomes)
            return outcomes.map(Self.answer)
        }
        return .json(.object(["vouchers": .list(answers)]))
    }

    private func tell(_ request: Request) async throws -> Response {
        let account = try await authenticator.account(request.headers)
        try take(1, account)
        var told: [Notice] = []
        do throws(SealedMatchError) {
            told = try await notices?.notices(of: account) ?? []
        } catch {
            throw Problem(error)
        }
        return .json(.object(["notices": .list(told.map(\.json))]), headers: [.cacheControl: "no-store"])
    }

    private static func answer(_ outcome: Result<IntakeOutcome, SealedMatchError>) -> JSON {
        switch outcome {
        case .success(let outcome): .object(["status": .text(outcome.name)])
        case .failure(let error):
            .object([
                "status": .text("refused"), "type": .text(Problem.type(of: error)),
                "detail": .text("\(error.reason)"),
            ])
        }
    }

    private func take(_ count: Int, _ account: AccountID) throws(Problem) {
        guard let seconds = limiter.take(count, from: account) else { return }
        throw Problem(
            .tooManyRequests, "the account sends faster than is allowed; the vouchers are not stored",
            retryAfter: seconds)
    }

    /// Reads a body of a known type and length, within the budget of all bodies.
    private func withBody<Answer>(
        _ request: Request, _ context: FrontContext, _ account: AccountID, _ type: String, _ limit: Int,
        _ work: ([UInt8]) async throws -> Answer
    ) async throws -> Answer {
        let shown = request.headers[.contentType].map { $0.prefix { $0 != ";" }.lowercased() }
        guard shown.map({ $0.trimmingBlanks == type }) == true else {
            throw Problem(.unsupportedMediaType, "the Content-Type has to be \(type)")
        }
        guard request.headers[.contentEncoding] == nil else {
            throw Problem(.unsupportedMediaType, "a body is not compressed: Content-Encoding cannot be used")
        }
        let count = try request.bodyCount(upTo: limit)
        return try await budget.with(count, of: account, end: { context.end() }) { room in
            let body = try await context.body(of: request, count: count, received: room.received)
            room.isWhole()
            return try await work(body)
        }
    }
}

extension IntakeOutcome {
    /// As replies say it.
    var name: String {
        switch self {
        case .stored: "stored"
        case .alreadyStored: "alreadyStored"
        }
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanks: SubSequence {
        var rest = self[...]
        while rest.first == " " || rest.first == "\t" { rest = rest.dropFirst() }
        while rest.last == " " || rest.last == "\t" { rest = rest.dropLast() }
        return rest
    }
}
