internal import Hummingbird
internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Ends a connection on which a request takes too long to come: one time for its header, one for its body; and one
/// whose reply nobody reads. So nobody holds a connection, or a part of the budget of bodies, by sending or reading
/// slowly. What ends before these times is `ConnectionRoom`'s business.
final class ConnectionDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Bytes that are read of a connection at a time.
    private static let partBytes = 4_096

    private let header: TimeAmount
    private let body: TimeAmount
    private let room: ConnectionRoom
    private var running: Scheduled<Void>?
    // A request whose end has come, and whose reply has not ended.
    private var isAnswering = false
    // The reply says that the connection ends with it.
    private var isClosing = false
    // Whoever wants to know what becomes of the reply under way.
    private var watch: ReplyWatch?
    // The other end sends nothing any more: it has most likely gone.
    private var isLeft = false
    // Looks whether a reply makes its way.
    private var looking: Scheduled<Void>?

    init(_ limits: FrontLimits, _ room: ConnectionRoom) {
        self.room = room
        header = .seconds(Int64(max(1, limits.headerSeconds)))
        body = .seconds(Int64(max(1, limits.bodySeconds)))
    }

    private func start(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        running?.cancel()
        let channel = context.channel
        running = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // What waits for whoever reads a body is ten parts, however long: so each has little.
        let options = context.channel.syncOptions
        try? options?.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.partBytes))
        try? options?.setOption(.maxMessagesPerRead, value: 1)
        do {
            try RequestForm.add(to: context.pipeline.syncOperations)
        } catch {
            return context.close(promise: nil)
        }
        guard context.channel.isActive else { return }
        room.enter(context.channel)
        start(header, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        running?.cancel()
        looking?.cancel()
        room.leave(context.channel)
        tell(false)
    }

    private func tell(_ isSent: Bool) {
        let watch = watch
        self.watch = nil
        watch?.tell(isSent)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let asked = event as? ReplyWatch else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        tell(false)
        watch = asked
        if !context.channel.isActive { tell(false) }
        promise?.succeed()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { isLeft = true }
        context.fireUserInboundEventTriggered(event)
    }

    /// - Parameter left: bytes that were still to be written at the last look.
    private func look(_ context: ChannelHandlerContext, left: Int?) {
        looking?.cancel()
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        looking = loop.scheduleTask(in: body) {
            let (handler, context) = bound.value
            let now = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
            if now > 0, now == left {
                context.close(promise: nil)
            } else {
                handler.look(context, left: now)
            }
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        room.enter(context.channel)
        start(header, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        running?.cancel()
        running = nil
        looking?.cancel()
        room.leave(context.channel)
        tell(false)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case _ where isClosing: break
        case .head:
            room.set(.incoming, context.channel)
            start(body, context)
        case .body: break
        case .end:
            room.set(.working, context.channel)
            running?.cancel()
            running = nil
            isAnswering = true
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var promise = promise
        if case .end = unwrapOutboundIn(data) {
            // Parts are written in their order: when the end is, all is.
            let written = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            written.futureResult.assumeIsolated().whenComplete { [self] result in
                looking?.cancel()
                // The next request may be there already.
                if !isAnswering { room.set(.incoming, channel) }
                if case .success = result { tell(!isLeft) } else { tell(false) }
            }
            promise = written
        }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if isAnswering { room.set(.replying, context.channel) }
            look(context, left: nil)
            isClosing = head.headerFields[.connection]?.lowercased() == "close"
        case .body: break
        case .end where isClosing:
            // What the client still sends is not looked at; it has a moment to read the reply.
            start(.seconds(2), context)
            let written = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(mode: .output, promise: nil) }
            return context.write(data, promise: written)
        case .end:
            // A reply that came before the request's end leaves the time of the body running.
            if isAnswering { start(header, context) }
            isAnswering = false
        }
        context.write(data, promise: promise)
    }
}
