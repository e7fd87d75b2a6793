internal import Glibc
internal import SealedMatchCrypto

/// One HTTP/1.1 connection to a custodian, kept for the next request. Blocking, with a time for each wait.
@safe
final class CustodianConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// A reply.
    struct Reply {
        let status: Int
        let body: [UInt8]
    }

    /// - Parameter seconds: for which nothing may happen.
    /// - Throws: `fileFailed` when nobody listens.
    init(_ address: CustodianAddress, seconds: Int) throws(SealedMatchError) {
        let family = if case .unix = address { AF_UNIX } else { AF_INET }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("a socket cannot be made") }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        var on: Int32 = 1
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = unsafe setsockopt(
                descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        if family == AF_INET {
            _ = unsafe setsockopt(
                descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        guard Self.connect(descriptor, address) else {
            let error = Self.failure("nobody listens at the custodian's address")
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
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

    /// Posts a body, and reads the reply.
    /// - Parameter limit: the most bytes of a reply's body.
    /// - Throws: `fileFailed` where the connection ends or nothing comes in time; `wrongLength` for a reply that is
    ///   longer, or none of HTTP/1.1 with a length.
    func post(_ path: String, _ body: [UInt8], limit: Int) throws(SealedMatchError) -> Reply {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: custodian\r\nContent-Type: application/octet-stream\r\n"
            + "Content-Length: \(body.count)\r\n\r\n"
        try send(Array(head.utf8) + body)
        while true {
            if let end = headEnd() {
                let lines = String(decoding: buffer[..<end], as: UTF8.self).lowercased().split(separator: "\r\n")
                let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
                let length = lines.first { $0.hasPrefix("content-length:") }.flatMap { line in
                    Int(line.dropFirst(15).drop { $0 == " " })
                }
                guard let status, let length, length >= 0, length <= limit else {
                    throw SealedMatchError(.wrongLength, "a custodian's reply is too long, or has no length")
                }
                while buffer.count < end + 4 + length { try fill() }
                let reply = Reply(status: status, body: Array(buffer[(end + 4)..<(end + 4 + length)]))
                buffer.removeFirst(end + 4 + length)
                return reply
            }
            guard buffer.count < 65_536 else {
                throw SealedMatchError(.wrongLength, "a custodian's reply has too long a header")
            }
            try fill()
        }
    }

    private func send(_ bytes: [UInt8]) throws(SealedMatchError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.send(descriptor, raw.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("the connection ended while a request was sent") }
            sent += count
        }
    }

    private func headEnd() -> Int? {
        guard buffer.count >= 4 else { return nil }
        for at in 0...(buffer.count - 4)
        where buffer[at] == 13 && buffer[at + 1] == 10 && buffer[at + 2] == 13 && buffer[at + 3] == 10 {
            return at
        }
        return nil
    }

    private func fill() throws(SealedMatchError) {
        var chunk = [UInt8](repeating: 0, count: 262_144)
        let count = unsafe chunk.withUnsafeMutableBytes { raw in
            unsafe recv(descriptor, raw.baseAddress!, raw.count, 0)
        }
        if count < 0 && errno == EINTR { return }
        guard count > 0 else { throw Self.failure("the connection ended, or nothing came in time, before the reply") }
        buffer += chunk[..<count]
    }
}
