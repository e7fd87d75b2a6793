internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypesHTTP1
internal import SealedMatchJSON

/// Refuses requests that two servers one after the other might read in two ways: what stands before a front may have
/// taken them for something else. It sees them as they came, before what is read of them is kept.
///
/// What the parser of HTTP refuses, and what is refused here, is answered by a problem, after the replies to what came
/// before on the connection; then the connection ends.
final class RequestForm: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    // Why nothing more is read of this connection.
    private var refusal: Problem?

    /// Puts one before the handler that keeps of a request what requests of every version have.
    /// - Throws: what the pipeline says: the connection has ended.
    static func add(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHandler(
            RequestForm(), position: .before(pipeline.handler(type: HTTP1ToHTTPServerCodec.self)))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard refusal == nil else { return }
        if case .head(let head) = unwrapInboundIn(data), let refusal = Self.refusal(of: head) {
            self.refusal = refusal
            // As the parser does: whoever reads the connection ends it in its turn.
            return context.fireErrorCaught(HTTPParserError.unknown)
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if refusal == nil, let error = error as? HTTPParserError { refusal = Self.refusal(of: error) }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // A 400 without a word is not ours: it ends a connection that cannot be read any more.
        guard let refusal, case .head(let head) = unwrapOutboundIn(data), head.status == .badRequest,
            head.headers["Content-Length"] == ["0"]
        else { return context.write(data, promise: promise) }
        let body = context.channel.allocator.buffer(string: refusal.json.line + "\n")
        let fields: [(String, String)] = [
            ("Content-Type", "application/problem+json"), ("Content-Length", "\(body.readableBytes)"),
            ("Connection", "close"),
        ]
        let status = HTTPResponseStatus(statusCode: refusal.status.code, reasonPhrase: refusal.status.reasonPhrase)
        let own = HTTPResponseHead(version: .http1_1, status: status, headers: HTTPHeaders(fields))
        context.write(wrapOutboundOut(.head(own)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: promise)
    }

    private static func refusal(of error: HTTPParserError) -> Problem {
        switch error {
        case .invalidVersion: version
        case .headerOverflow: Problem(.requestHeaderFieldsTooLarge, "the request's header is too long")
        default: Problem(.badRequest, "this is no request of HTTP/1.1")
        }
    }

    private static var version: Problem { Problem(.httpVersionNotSupported, "HTTP/1.1 is needed") }

    /// What speaks against a request's first lines.
    private static func refusal(of head: HTTPRequestHead) -> Problem? {
        guard head.version == .http1_1 else { return version }
        // A full address in the first line names a host once more.
        guard head.uri.hasPrefix("/"), !head.uri.hasPrefix("//") else {
            return Problem(.badRequest, "the first line has to name a path, which begins with one /")
        }
        let hosts = head.headers["Host"]
        guard hosts.count == 1, let host = hosts.first, host.utf8.allSatisfy(isOfHost) else {
            return Problem(.badRequest, "exactly one Host is needed, with a name and perhaps a port")
        }
        let codings = head.headers["Transfer-Encoding"]
        guard codings.isEmpty || codings.count == 1 && codings[0].lowercased() == "chunked" else {
            return Problem(.badRequest, "no Transfer-Encoding but chunked is known")
        }
        guard codings.isEmpty || !head.headers.contains(name: "Content-Length") else {
            return Problem(.badRequest, "a body has a Transfer-Encoding or a Content-Length, not both")
        }
        return nil
    }

    /// Letters, digits, and what stands in addresses: no user, path or second host.
    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: ".-_~%:[]".utf8.contains(byte)
        }
    }
}
