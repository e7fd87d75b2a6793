internal import CSealedMatchNATS
internal import Foundation
package import SealedMatchJetStream
internal import SealedMatchTestSupport
internal import Synchronization
internal import Testing

/// Three nats-server processes on loopback, replicated, each with its files in a temporary directory.
package final class Cluster: Sendable {
    private let scratch: TemporaryDirectory
    private let ports: [Int]
    private let servers: Mutex<[Server?]>
    private let names = Atomic(0)
    package let password: String

    /// The program: `SEALEDMATCH_NATS_SERVER` names it.
    package static var program: String? { ProcessInfo.processInfo.environment["SEALEDMATCH_NATS_SERVER"] }

    package init(servers: Int = 3, maximumStore: String = "1GB") throws {
        let program = try #require(Self.program, "SEALEDMATCH_NATS_SERVER names no nats-server")
        try #require(FileManager.default.isExecutableFile(atPath: program), "\(program) cannot be run")
        scratch = TemporaryDirectory()
        ports = try Self.freePorts(2 * servers)
        password = UUID().uuidString
        let routes = ports[servers...].map { "\"nats://127.0.0.1:\($0)\"" }.joined(separator: ", ")
        for index in 0..<servers {
            let cluster =
                servers == 1
                ? "" : "cluster { name: tests, listen: \"127.0.0.1:\(ports[servers + index])\", routes: [\(routes)] }"
            let text = """
                server_name: "n\(index)"
                listen: "127.0.0.1:\(ports[index])"
                authorization { user: tests, password: "\(password)" }
                jetstream {
                    store_dir: "\(scratch.path)/\(index)", sync_interval: always, max_file_store: \(maximumStore)
                }
                \(cluster)
                """
            try text.write(toFile: "\(scratch.path)/\(index).conf", atomically: false, encoding: .utf8)
        }
        self.servers = Mutex([Server?](repeating: nil, count: servers))
        self.program = program
        for index in 0..<servers { try start(index) }
    }

    private let program: String

    deinit { for index in ports.indices.prefix(ports.count / 2) { kill(index) } }

    package var count: Int { ports.count / 2 }

    /// A server and its files end with this process, however that ends: a shell sees its input end.
    /// It must not wait for a child: the signal that tells of one may be blocked here.
    private static let shell = """
        "$0" "$@" < /dev/null > /dev/null 2>&1 &
        echo $!
        while read -r line; do :; done
        kill -9 $!
        exec rm -rf "${2%/*}"
        """

    package func start(_ index: Int) throws {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", Self.shell, program, "-c", "\(scratch.path)/\(index).conf", "-l", "\(scratch.path)/\(index).log",
        ]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let identifier = try #require(Int32(line.trimmingCharacters(in: .newlines)))
        servers.withLock { $0[index] = Server(shell: process, input: input, identifier: identifier) }
    }

    private struct Server {
        let shell: Process
        let input: Pipe
        let identifier: Int32
    }

    /// SIGKILL.
    package func kill(_ index: Int) {
        let server = servers.withLock { servers in
            defer { servers[index] = nil }
            return servers[index]
        }
        guard let server else { return }
        // The shell first: the files stay.
        _ = Foundation.kill(server.shell.processIdentifier, SIGKILL)
        _ = Foundation.kill(server.identifier, SIGKILL)
        try? server.input.fileHandleForWriting.close()
        server.shell.waitUntilExit()
    }

    /// What a server that starts later asks of clients.
    /// - Parameter permissions: of the user of the tests, in the server's words; by default it may do all.
    package func admit(_ index: Int, password: String, permissions: String = "") throws {
        let path = "\(scratch.path)/\(index).conf"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("authorization") }
        let user = "user: tests, password: \"\(password)\""
        let changed = text.replacing(
            try #require(line),
            with: permissions.isEmpty
                ? "authorization { \(user) }"
                : "authorization { users: [{ \(user), permissions: { \(permissions) } }] }")
        try changed.write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// Stops a server where it is (SIGSTOP), or lets it go on (SIGCONT).
    package func signal(_ index: Int, _ signal: Int32) {
        guard let identifier = servers.withLock({ $0[index]?.identifier }) else { return }
        _ = Foundation.kill(identifier, signal)
    }

    /// Options of a new deployment.
    package func options(_ name: String? = nil) -> JetStreamOptions {
        var options = JetStreamOptions(
            servers: (0..<count).map { "nats://127.0.0.1:\(ports[$0])" },
            name: name ?? "d\(names.add(1, ordering: .relaxed).newValue)")
        options.credentials = .user("tests", password: password)
        options.replicas = count
        options.patience = 30
        return options
    }

    /// One request to the servers' interface, as an operator's tools send it.
    package func request(_ subject: String, _ body: String = "") throws -> String {
        var (connection, answer): (OpaquePointer?, OpaquePointer?)
        let address = (0..<count).map { "nats://tests:\(password)@127.0.0.1:\(ports[$0])" }.joined(separator: ",")
        try #require(natsConnection_ConnectTo(&connection, address) == NATS_OK)
        defer { natsConnection_Destroy(connection) }
        try #require(
            natsConnection_Request(&answer, connection, "$JS.API." + subject, body, Int32(body.utf8.count), 10_000)
                == NATS_OK)
        defer { natsMsg_Destroy(answer) }
        return String(
            decoding: UnsafeRawBufferPointer(
                start: natsMsg_GetData(answer), count: Int(natsMsg_GetDataLength(answer))), as: UTF8.self)
    }

    /// Which server leads a stream.
    package func leader(of stream: String) throws -> Int? {
        let info = try request("STREAM.INFO." + stream)
        guard let start = info.range(of: "\"leader\":\"n") else { return nil }
        return Int(info[start.upperBound...].prefix { $0.isNumber })
    }

    /// Ports that were free a moment ago.
    private static func freePorts(_ count: Int) throws -> [Int] {
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            descriptors.append(descriptor)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(descriptor, address, length) + getsockname(descriptor, address, &length)
                }
            }
            try #require(descriptor >= 0 && result == 0)
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }
}
