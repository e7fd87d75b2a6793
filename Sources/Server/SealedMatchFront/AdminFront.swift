internal import HTTPTypes
public import Hummingbird
public import HummingbirdCore
internal import Logging
internal import Metrics
public import SealedMatchCollector
public import SealedMatchCrypto
internal import SealedMatchJSON
public import SealedMatchProtocol
internal import Synchronization

/// What an operator may ask of a role: each is nil where the role has nothing of it.
public struct AdminActions: Sendable {
    /// Forgets an account at the collector, and where this process keeps openings, there, too.
    public var erase: (@Sendable (AccountID) async throws -> [AccountEpoch])?
    /// Forgets openings of names that a collector has erased.
    public var eraseOpenings: (@Sendable ([AccountEpoch]) async throws -> Void)?
    /// Has the collector forget epochs before this one.
    public var expire: (@Sendable (UInt32) async throws -> ExpiredCounts)?
    /// Forgets openings of epochs before this one.
    public var expireOpenings: (@Sendable (UInt32) async throws -> Void)?
    /// Has the collector keep a notice for an account.
    public var notify: (@Sendable (NoticeOrder, _ day: UInt32) async throws -> IntakeOutcome)?
    /// How much was opened, by epoch and set.
    public var opened: (@Sendable () async throws -> [OpenedCount])?
    /// Seconds since 1970.
    public var now: @Sendable () -> UInt64

    /// None.
    public init(now: @escaping @Sendable () -> UInt64) { self.now = now }
}

/// What keeps a process from its work now, by part; empty if and only if it is ready.
public final class Readiness: Sendable {
    private let problems = Mutex<[String: String]>([:])

    /// Everything is ready.
    public init() {}

    /// Says what keeps a part from its work; nil: nothing does.
    public func set(_ part: String, _ problem: String?) {
        problems.withLock { $0[part] = problem }
        Gauge(label: "sealedmatch_ready", dimensions: [("part", part)]).record(problem == nil ? 1 : 0)
    }

    var current: [String: String] { problems.withLock { $0 } }
}

/// The calls of an operator's own port (Docs/Operating.md): health, metrics, erasure of an account, expiry of epochs.
/// Never where others reach it: loopback or a Unix socket. What changes something needs the operator's token.
public struct AdminFront: Sendable {
    private let token: Bytes32?
    private let actions: AdminActions
    private let readiness: Readiness
    private let metrics: MetricsRegistry

    /// - Parameters:
    ///   - token: what `Authorization: Bearer` has to hold, 16 bytes at least; nil refuses every change.
    /// - Throws: `parameterOutOfRange` for a shorter one.
    public init(
        token: [UInt8]?, actions: AdminActions, readiness: Readiness, metrics: MetricsRegistry
    ) throws(SealedMatchError) {
        if let token {
            guard token.count >= 16 else {
                throw SealedMatchError(.parameterOutOfRange, "the operator's token has less than 16 bytes")
            }
        }
        self.token = if let token { try KDF.plainDigest(of: token) } else { nil }
        self.actions = actions
        self.readiness = readiness
        self.metrics = metrics
    }

    /// The calls, as a router.
    public func router() -> Router<FrontContext> {
        let router = Router(context: FrontContext.self)
        router.add(
            middleware: ProblemMiddleware(
                counters: nil,
                methods: [
                    (["healthz"], [.get]), (["readyz"], [.get]), (["metrics"], [.get]),
                    (["v1", "accounts", "*"], [.delete]), (["v1", "erasures"], [.post]),
                    (["v1", "epochs", "*", "expire"], [.post]), (["v1", "notices"], [.post]),
                    (["v1", "opened"], [.get]),
                ]))
        router.get("healthz") { _, _ in Response.json(.object(["alive": .boolean(true)])) }
        router.get("readyz") { _, _ in
            let problems = readiness.current
            return Response.json(
                .object([
                    "ready": .boolean(problems.isEmpty), "problems": .object(problems.mapValues { .text($0) }),
                ]), status: problems.isEmpty ? .ok : .serviceUnavailable)
        }
        router.get("metrics") { _, _ in
            let text = metrics.text
            return Response(
                status: .ok,
                headers: [
                    .contentType: "text/plain; version=0.0.4; charset=utf-8", .contentLength: "\(text.utf8.count)",
                ], body: .init(byteBuffer: .init(string: text)))
        }
        router.delete("v1/accounts/:id") { request, context in try await erase(request, context) }
        router.post("v1/erasures") { request, context in try await eraseOpenings(request, context) }
        router.post("v1/epochs/:epoch/expire") { request, context in try await expire(request, context) }
        router.post("v1/notices") { request, context in try await notify(request, context) }
        router.get("v1/opened") { request, _ in try await opened(request) }
        return router
    }

    /// Connections of a server before these calls: limits of headers and times.
    public func server() -> HTTPServerBuilder { FrontLimits().server() }

    private func check(_ request: Request) throws(Problem) {
        guard let token else {
            throw Problem(.forbidden, "no operator's token is set: changes are not possible; see admin-token-file")
        }
        let fields = request.headers[values: .authorization]
        guard fields.count == 1, let field = fields.first, field.prefix(7).lowercased() == "bearer ",
            (try? KDF.plainDigest(of: Array(field.dropFirst(7).utf8))) == token
        else {
            throw Problem(
                .unauthorized, "the operator's token is needed: Authorization: Bearer …",
                fields: [.wwwAuthenticate: "Bearer"])
        }
    }

    private func erase(_ request: Request, _ context: FrontContext) async throws -> Response {
        try check(request)
        guard let erase = actions.erase else { throw Problem(.notFound, "this role keeps no accounts") }
        guard let id = context.parameters.get("id").flatMap(Hexadecimal.bytes32) else {
            throw Problem(.badRequest, "an account is 64 hexadecimal digits; `sealedmatch account-id` tells a name's")
        }
        let names = try await reporting { try await erase(AccountID(canonical: id)) }
        // What another process needs to forget the openings: nothing finds it again.
        return .json(
            .object([
                "erased": .list(names.map(Self.json)), "openingsErased": .boolean(actions.eraseOpenings != nil),
            ]))
    }

    private func eraseOpenings(_ request: Request, _ context: FrontContext) async throws -> Response {
        try check(request)
        guard let erase = actions.eraseOpenings else { throw Problem(.notFound, "this role keeps no openings") }
        let body = try await context.body(of: request, count: request.bodyCount(upTo: 1 << 20))
        guard case .object(let fields)? = try? JSON(parsing: body),
            case .list(let list)? = fields["erased"], let names = Self.names(list)
        else {
            throw Problem(.badRequest, "the reply of DELETE /v1/accounts/… is expected: {\"erased\": […]}")
        }
        try await reporting { try await erase(names) }
        return .json(.object(["erased": .list(names.map(Self.json)), "openingsErased": .boolean(true)]))
    }

    private func expire(_ request: Request, _ context: FrontContext) async throws -> Response {
        try check(request)
        guard let epoch = context.parameters.get("epoch").flatMap({ UInt32($0) }) else {
            throw Problem(.badRequest, "an epoch is a decimal number below 2^32")
        }
        let running = try Parameters.epoch(at: actions.now())
        guard epoch < running else {
            throw Problem(.unprocessableContent, "the running epoch is \(running); only epochs before it expire")
        }
        guard actions.expire != nil || actions.expireOpenings != nil else {
            throw Problem(.notFound, "this role keeps nothing that expires")
        }
        var reply: [String: JSON] = ["firstEpoch": .integer(Int128(epoch) + 1)]
        let asked = request.uri.queryParameters
        guard asked.allSatisfy({ $0.key == "openings" && ["true", "false"].contains($0.value) }), asked.count <= 1
        else {
            throw Problem(.badRequest, "behind the path stands nothing, ?openings=true or ?openings=false")
        }
        let openings = asked["openings"] == "true"
        if let expire = actions.expire {
            let counts = try await reporting { try await expire(epoch + 1) }
            reply["registrations"] = .integer(Int128(counts.registrations))
            reply["vouchers"] = .integer(Int128(counts.vouchers))
        }
        // Openings of a past epoch can still be revealed: they stay unless this is asked for.
        if let expireOpenings = actions.expireOpenings, openings {
            try await reporting { try await expireOpenings(epoch + 1) }
        }
        reply["openings"] = .boolean(openings && actions.expireOpenings != nil)
        return .json(.object(reply))
    }

    private func notify(_ request: Request, _ context: FrontContext) async throws -> Response {
        try check(request)
        guard let notify = actions.notify else { throw Problem(.notFound, "this role tells accounts nothing") }
        let parameters = request.uri.queryParameters
        let (roots, kinds) = (parameters[values: "set"], parameters[values: "kind"])
        guard roots.count == 1, kinds.count == 1, let root = Hexadecimal.bytes32(String(roots[0])),
            let kind = Notice.Kind(name: kinds[0])
        else {
            throw Problem(
                .badRequest,
                "?set=ROOT&kind=KIND is needed, each once: the set's root, 64 hexadecimal digits; revealed or notConfirmed"
            )
        }
        let body = try await context.body(of: request, count: request.bodyCount(upTo: 4_096))
        let order = try await reporting {
            NoticeOrder(
                request: try ResolutionRequest(canonical: body),
                root: SetRoot(canonical: root), kind: kind)
        }
        let outcome = try await reporting { try await notify(order, UInt32(clamping: actions.now() / 86_400)) }
        return .json(.object(["status": .text(outcome.name)]), status: outcome == .stored ? .created : .ok)
    }

    private func opened(_ request: Request) async throws -> Response {
        try check(request)
        guard let opened = actions.opened else { throw Problem(.notFound, "this role opens nothing") }
        let counts = try await reporting { try await opened() }
        return .json(
            .object([
                "opened": .list(
                    counts.map { count in
                        .object([
                            "epoch": .integer(Int128(count.epoch)),
                            "set": .text(Hexadecimal.text(count.root.encoded.bytes)),
                            "vouchers": .integer(Int128(count.vouchers)), "slots": .integer(Int128(count.slots)),
                        ])
                    })
            ]))
    }

    private func reporting<Answer>(_ work: () async throws -> Answer) async throws -> Answer {
        do {
            return try await work()
        } catch let error as SealedMatchError {
            throw Problem(error)
        }
    }

    private static func json(_ name: AccountEpoch) -> JSON {
        .object([
            "pseudonym": .text(Hexadecimal.text(name.pseudonym.encoded.bytes)), "epoch": .integer(Int128(name.epoch)),
        ])
    }

    private static func names(_ list: [JSON]) -> [AccountEpoch]? {
        var names: [AccountEpoch] = []
        for case .object(let fields) in list {
            guard case .text(let digits)? = fields["pseudonym"], let pseudonym = Hexadecimal.bytes32(digits),
                case .integer(let epoch)? = fields["epoch"], let epoch = UInt32(exactly: epoch)
            else { return nil }
            names.append(AccountEpoch(pseudonym: Pseudonym(canonical: pseudonym), epoch: epoch))
        }
        return names.count == list.count ? names : nil
    }
}
