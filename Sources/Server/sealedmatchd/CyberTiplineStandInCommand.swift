internal import ArgumentParser
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchReports
internal import ServiceLifecycle

struct CyberTiplineStandInCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cybertipline-stand-in",
        abstract: "Answers like NCMEC's CyberTipline API, for tests. It sends nothing on.",
        discussion: """
            The calls are those of the API, at the address's root: /status, /submit, /upload, /fileinfo, /finish, \
            /retract. Any user and password are taken, and one is needed. Everything is in memory. \
            GET /stand-in/received tells what came, POST /stand-in/clock with {"seconds": N} moves the clock, POST \
            /stand-in/faults with {"call": "finish", "faults": ["reset"]} makes the next calls fail. \
            Docs/Reporting.md lists the faults. It is made after public documentation, and is not NCMEC's.
            """)

    @Option(help: "HOST:PORT on loopback. Default: 127.0.0.1:8090.") var listen: String?

    func run() async throws {
        try await reportingFailures {
            let listen = try Address(self.listen ?? "127.0.0.1:8090", "listen")
            guard listen.isLocal, !listen.isUnix else { throw Failure("listen: is not HOST:PORT on loopback") }
            let standIn = CyberTiplineStandIn { UInt64(max(0, Date().timeIntervalSince1970)) }
            let front = StandInFront(standIn: standIn)
            var logger = Logger(label: "stand-in")
            logger.logLevel = .warning
            let application = Application(
                router: front.router(),
                configuration: ApplicationConfiguration(address: try listen.bound()), logger: logger)
            do {
                try await application.runService()
            } catch {
                throw Failure("the stand-in ended: \(error)")
            }
        }
    }
}

/// What a call knows: the connection that it came on, to end it.
private struct StandInContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

private struct StandInFront: Sendable {
    let standIn: CyberTiplineStandIn

    func router() -> Router<StandInContext> {
        let router = Router(context: StandInContext.self)
        router.get("status") { request, context in try await answer("status", request, context) }
        for call in ["submit", "upload", "fileinfo", "finish", "retract"] {
            router.post(RouterPath(call)) { request, context in try await answer(call, request, context) }
        }
        router.get("stand-in/received") { _, _ in Self.json(standIn.received) }
        router.post("stand-in/clock") { request, _ in
            guard let members = try await Self.members(request), case .integer(let seconds)? = members["seconds"],
                (0...1 << 32).contains(seconds)
            else { return Response(status: .badRequest) }
            standIn.move(UInt64(seconds))
            return Self.json(.object([:]))
        }
        router.post("stand-in/faults") { request, _ in
            guard let members = try await Self.members(request), case .text(let call)? = members["call"],
                case .list(let list)? = members["faults"]
            else { return Response(status: .badRequest) }
            var faults: [CyberTiplineStandIn.Fault] = []
            for item in list {
                guard case .text(let name) = item, let fault = CyberTiplineStandIn.Fault(rawValue: name) else {
                    return Response(status: .badRequest)
                }
                faults.append(fault)
            }
            standIn.fail(call, faults)
            return Self.json(.object([:]))
        }
        return router
    }

    private func answer(_ call: String, _ request: Request, _ context: StandInContext) async throws -> Response {
        let fields = request.headers[values: .authorization]
        let body = Array(try await request.body.collect(upTo: 300 << 20).readableBytesView)
        guard fields.count == 1, fields[0].lowercased().hasPrefix("basic ") else {
            return Response(status: .unauthorized, headers: [.wwwAuthenticate: "Basic"])
        }
        let reply = standIn.answer(call, type: request.headers[.contentType] ?? "", body: body)
        switch reply.fault {
        case .silence:
            // An hour, or until the program is asked to end.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(3_600)) }
            try? await context.channel.close()
            return Response(status: .noContent)
        case .reset, .lost:
            try await context.channel.close()
            // The connection is gone: whatever is returned goes nowhere.
            return Response(status: .noContent)
        case .truncated:
            let half = ByteBuffer(bytes: reply.body.prefix(reply.body.count / 2))
            let channel = context.channel
            return Response(
                status: .ok, headers: [.contentType: "text/xml", .contentLength: "\(reply.body.count)"],
                body: ResponseBody { writer in
                    try await writer.write(half)
                    try await channel.close()
                    try await writer.finish(nil)
                })
        default: break
        }
        return Response(
            status: .init(code: reply.status),
            headers: [.contentType: "text/xml; charset=utf-8", .contentLength: "\(reply.body.count)"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
    }

    private static func members(_ request: Request) async throws -> [String: JSON]? {
        let body = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
        guard case .object(let members)? = try? JSON(parsing: body) else { return nil }
        return members
    }

    private static func json(_ value: JSON) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: value.line + "\n")))
    }
}
