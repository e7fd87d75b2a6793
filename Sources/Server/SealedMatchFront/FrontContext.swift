internal import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import NIOHTTPTypes

/// What a call knows beside its request: the connection that it came on.
public struct FrontContext: RequestContext {
    /// Hummingbird's own part.
    public var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    /// The context of one request.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Reads a body whose length the request says. A client that asks first is told to go on (RFC 9110, 10.1.1): so
    /// this is called when nothing but the body is missing. Who was refused before keeps it.
    ///
    /// Requests of a connection are answered one after the other: nothing of an earlier reply is still to be written.
    /// - Parameters:
    ///   - count: of the body, by Content-Length.
    ///   - received: told how many more bytes are there.
    /// - Throws: `Problem` 499, which nobody reads, where the client breaks off in the middle.
    package func body(
        of request: Request, count: Int, received: (Int) -> Void = { _ in }
    ) async throws -> [UInt8] {
        if count > 0, request.headers[values: .expect].contains(where: { $0.lowercased() == "100-continue" }) {
            try await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
        }
        // The room is taken once: a buffer that grows would have several times as much.
        var body: [UInt8] = []
        body.reserveCapacity(count)
        do {
            for try await part in request.body {
                guard part.readableBytes <= count - body.count else {
                    throw Problem(.contentTooLarge, "the body has more bytes than its Content-Length says")
                }
                body.append(contentsOf: part.readableBytesView)
                received(part.readableBytes)
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            // Whatever it is, it comes from the connection: it ended, or what came on it is no HTTP.
            logger.debug("a client broke off: \(type(of: error))")
            throw Problem(.clientLeft, "the body ended too early")
        }
        guard body.count == count else { throw Problem(.clientLeft, "the body ended too early") }
        return body
    }

    /// Ends the connection: for somebody who sends too slowly while others wait.
    func end() { channel.close(promise: nil) }

    /// Tells what becomes of the reply to this request: called before it is given, and when nothing can fail any more.
    ///
    /// `true`: this machine's network took every byte of it, and until then the other end had closed nothing. It does
    /// not say that the other end got or looked at it: behind a proxy the other end is the proxy.
    /// - Parameter tell: called once, also where the connection ends before the reply.
    package func whenSent(_ tell: @escaping @Sendable (Bool) -> Void) async throws {
        try await channel.triggerUserOutboundEvent(ReplyWatch(tell: tell))
    }
}

extension HTTPResponse.Status {
    /// The client went before its request was whole. No reply reaches it; it is counted as its doing.
    static let clientLeft = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
}

extension Request {
    /// The body's length, as the request says it.
    /// - Throws: `Problem` 411 without one, 413 for one that is greater than `limit`.
    package func bodyCount(upTo limit: Int) throws(Problem) -> Int {
        guard let count = headers[.contentLength].flatMap({ Int($0) }), count >= 0 else {
            throw Problem(.lengthRequired, "a Content-Length is needed")
        }
        guard count <= limit else { throw Problem(.contentTooLarge, "the body has more than \(limit) bytes") }
        return count
    }
}
