import Foundation

/// One HTTP/1.1 connection that is kept: a request, its reply, the next request. Blocking.
final class Connection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// - Throws: `LoadFailure` when nobody listens.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw LoadFailure("a socket cannot be made: \(String(cString: strerror(errno)))") }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw LoadFailure("nobody listens on port \(port)")
        }
    }

    deinit { close(descriptor) }

    /// A port of this machine that nobody uses now.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw LoadFailure("a socket cannot be made") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard result else { throw LoadFailure("no port is free") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    /// Sends a whole request, and reads its reply.
    func exchange(_ request: [UInt8]) throws -> Reply {
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + sent, request.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw LoadFailure("the connection ended while a request was sent") }
            sent += count
        }
        while true {
            if let head = headEnd() {
                let text = String(decoding: buffer[..<head], as: UTF8.self).lowercased()
                let lines = text.split(separator: "\r\n")
                guard let status = lines.first.flatMap({ Int($0.split(separator: " ")[1]) }),
                    let length = lines.first(where: { $0.hasPrefix("content-length:") }).flatMap({
                        Int($0.dropFirst(15).drop { $0 == " " })
                    })
                else { throw LoadFailure("no reply of HTTP/1.1 with a length") }
                while buffer.count < head + 4 + length { try fill() }
                let body = Array(buffer[(head + 4)..<(head + 4 + length)])
                buffer.removeFirst(head + 4 + length)
                return Reply(status: status, head: String(text), body: body)
            }
            try fill()
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

    private func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw LoadFailure("the connection ended before the reply") }
        buffer += chunk[..<count]
    }
}

/// A reply as it came.
struct Reply: Equatable {
    let status: Int
    /// The header in lower case.
    let head: String
    let body: [UInt8]

    /// The body of a reply to an upload of so many vouchers, all of which are stored now.
    static func stored(_ vouchers: Int) -> [UInt8] {
        let outcomes = repeatElement(#"{"status":"stored"}"#, count: vouchers).joined(separator: ",")
        return Array((#"{"vouchers":["# + outcomes + "]}\n").utf8)
    }

    /// - Throws: `LoadFailure` unless it is a success with this body.
    func expect(_ body: [UInt8]) throws {
        guard status == 200, self.body == body else { throw LoadFailure("reply \(self)") }
    }
}

/// Why a measurement cannot be made.
struct LoadFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
