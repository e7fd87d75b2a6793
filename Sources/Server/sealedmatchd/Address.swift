internal import Foundation
internal import Hummingbird

/// Where a server listens: `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`.
enum Address: CustomStringConvertible {
    case network(host: String, port: Int)
    case unix(String)

    init(_ text: String, _ setting: String) throws {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard (1...107).contains(path.utf8.count) else {
                throw Failure("\(setting): a Unix socket's path has 1 to 107 bytes")
            }
            self = .unix(path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw Failure("\(setting): “\(text)” is neither HOST:PORT nor unix:PATH") }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty else { throw Failure("\(setting): “\(text)” names no host") }
        self = .network(host: host, port: port)
    }

    /// As it is written in a setting: in messages.
    var description: String {
        switch self {
        case .network(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    var isUnix: Bool { if case .unix = self { true } else { false } }

    /// Nobody from outside this machine reaches it.
    var isLocal: Bool {
        switch self {
        case .unix: true
        case .network(let host, _): ["127.0.0.1", "::1", "localhost"].contains(host)
        }
    }

    /// What hummingbird binds. A socket that a process left which is gone is removed before.
    func bound() throws -> BindAddress {
        switch self {
        case .network(let host, let port): return .hostname(host, port: port)
        case .unix(let path):
            try Self.removeStale(path)
            return .unixDomainSocket(path: path)
        }
    }

    private static func removeStale(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw Failure("\(path): there is a file of this name") }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("\(path): a socket cannot be made") }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let isAnswered = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard !isAnswered else { throw Failure("\(path): another process listens there") }
        guard unlink(path) == 0 else { throw Failure("\(path): the socket of an earlier run cannot be removed") }
    }
}
