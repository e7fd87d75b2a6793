internal import Glibc
internal import SealedMatchCrypto

/// One HTTP/1.1 connection to a custodian, kept for the next request. Blocking, with a time for each wait, and one for
/// a request and its reply together. Whoever is at the other end may send what he likes (`ReplyHead`).
@safe
final class CustodianConnection {
    private let descriptor: Int32
    private let seconds: Int
    private var buffer: [UInt8] = []
    /// Nothing follows the last reply.
    private var isKept = true

    /// A reply.
    struct Reply {
        let status: Int
        let body: [UInt8]
    }

    /// - Parameter seconds: for which nothing may happen. A request and its reply may take twice that.
    /// - Throws: `fileFailed` when nobody listens.
    init(_ address: CustodianAddress, seconds: Int) throws(SealedMatchError) {
        let family = if case .unix = address { AF_UNIX } else { AF_INET }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("a socket cannot be made") }
        var on: Int32 = 1
        if family == AF_INET {
            // What fails here is slower, and nothing else.
            _ = unsafe setsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        guard Self.limit(descriptor, .seconds(seconds)), Self.connect(descriptor, address) else {
            let error = Self.failure("nobody listens at the custodian's address")
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.seconds = seconds
    }

    deinit { close(descriptor) }

    /// Whether an error says that nothing came in time: the custodian may be at work, and is not asked the same twice.
    static func isLate(_ error: SealedMatchError) -> Bool { error.systemError == EAGAIN }

    private static func failure(_ reason: StaticString) -> SealedMatchError {
        SealedMatchError(.fileFailed, reason, systemError: errno)
    }

    private static func connect(_ descriptor: Int32, _ address: CustodianAddress) -> Bool {
        func connect<Address>(_ address: Address) -> Bool {
            unsafe withUnsafeBytes(of: address) { raw in
                unsafe Glibc.connect(
                    descriptor, raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count)) == 0
            }
        }
        switch address {
        case .loopback(let port):
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_port = port.bigEndian
            place.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            return connect(place)
        case .unix(let path):
            var place = sockaddr_un()
            place.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &place.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
            return connect(place)
        }
    }

    /// How long one wait may take.
    private static func limit(_ descriptor: Int32, _ time: Duration) -> Bool {
        let (seconds, rest) = time.components
        var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(rest / 1_000_000_000_000))
        return [SO_RCVTIMEO, SO_SNDTIMEO].allSatisfy { option in
            unsafe setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size)) == 0
        }
    }

    /// Whether it can take another request: nothing is left of the last reply, and nobody has said or ended anything
    /// since.
    var isIdle: Bool {
        guard isKept, buffer.isEmpty else { return false }
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
    }

    /// Posts a body, and reads the reply.
    /// - Parameter limit: the most bytes of a reply's body.
    /// - Throws: `fileFailed` where the connection ends or nothing comes in time; `wrongLength` for a reply that is
    ///   longer, or none of HTTP/1.1 with one length.
    func post(_ path: String, _ body: [UInt8], limit: Int) throws(SealedMatchError) -> Reply {
        isKept = false
        let end = ContinuousClock.now + .seconds(2 * seconds)
        let head =
            "POST \(path) HTTP/1.1\r\nHost: custodian\r\nContent-Type: application/octet-stream\r\n"
            + "Content-Length: \(body.count)\r\n\r\n"
        try send(Array(head.utf8) + body, until: end)
        var searched = 0
        while true {
            if let count = ReplyHead.count(in: buffer, from: searched) {
                let head = try ReplyHead(parsing: buffer[..<count])
                guard head.length <= limit else {
                    throw SealedMatchError(.wrongLength, "a custodian's reply is too long")
                }
                while buffer.count < count + head.length { try fill(until: end) }
                let reply = Reply(status: head.status, body: Array(buffer[count..<(count + head.length)]))
                isKept = !head.closes && buffer.count == count + head.length
                buffer = []
                return reply
            }
            guard buffer.count < ReplyHead.maximumCount else {
                throw SealedMatchError(.wrongLength, "a custodian's reply has too long a header")
            }
            searched = max(0, buffer.count - 3)
            try fill(until: end)
        }
    }

    /// - Throws: `fileFailed` when the time is over.
    private func wait(until end: ContinuousClock.Instant) throws(SealedMatchError) {
        let rest = min(ContinuousClock.now.duration(to: end), .seconds(seconds))
        // Zero would be without a limit.
        guard rest > .milliseconds(1) else {
            throw SealedMatchError(
                .fileFailed, "the custodian's reply did not come in time", systemError: EAGAIN)
        }
        guard Self.limit(descriptor, rest) else { throw Self.failure("a time cannot be set for a connection") }
    }

    private func send(_ bytes: [UInt8], until end: ContinuousClock.Instant) throws(SealedMatchError) {
        var sent = 0
        while sent < bytes.count {
            try wait(until: end)
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.send(descriptor, raw.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("the connection ended while a request was sent") }
            sent += count
        }
    }

    private func fill(until end: ContinuousClock.Instant) throws(SealedMatchError) {
        try wait(until: end)
        let before = buffer.count
        buffer += [UInt8](repeating: 0, count: Self.chunk)
        let count = unsafe buffer.withUnsafeMutableBytes { raw in
            unsafe recv(descriptor, raw.baseAddress! + before, Self.chunk, 0)
        }
        let error = errno
        buffer.removeLast(Self.chunk - max(0, count))
        if count < 0 && error == EINTR { return }
        guard count > 0 else {
            throw SealedMatchError(
                .fileFailed, "the connection ended, or nothing came in time, before the reply",
                systemError: count < 0 ? error : 0)
        }
    }

    private static let chunk = 65_536
}
