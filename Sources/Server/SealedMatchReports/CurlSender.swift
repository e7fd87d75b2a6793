internal import Foundation

/// HTTP by the program `curl`, as where the log is published: TLS, its certificates and proxies are the system's, and a
/// program with Swift's runtime linked in needs no other library. Each request is a process of its own, so that no
/// connection is used twice: a library that finds one ended may send a request again by itself.
package struct CurlSender: HTTPSender {
    /// A netrc file with user and password; nil: none are sent.
    private let credentials: String?
    private let seconds: Int
    private let maximumReply: Int

    /// - Parameters:
    ///   - credentials: a netrc file.
    ///   - seconds: for each request, from its begin to the reply's end.
    ///   - maximumReply: bytes of a reply; a longer one is not taken.
    package init(credentials: String?, seconds: Int, maximumReply: Int = 1 << 18) {
        self.credentials = credentials
        self.seconds = seconds
        self.maximumReply = maximumReply
    }

    /// Codes by which curl says that nothing of a request left: an address that is none, no host, no connection, no
    /// TLS, no certificate that is trusted.
    private static let unsent: Set<Int32> = [
        1, 2, 3, 4, 5, 6, 7, 26, 35, 51, 53, 54, 58, 59, 60, 66, 77, 80, 83, 90, 91,
    ]

    package func send(_ request: HTTPRequest) -> HTTPOutcome {
        let address: ReportAddress
        do throws(ReportFailure) { address = try ReportAddress(request.url) } catch {
            return .unsent(error.description)
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        var arguments = [
            "curl", "--disable", "--globoff", "--silent", "--show-error", "--proto",
            address.isPlain ? "=http" : "=https",
            "--max-time", "\(seconds)", "--request", request.method, "--write-out", "\n%{http_code}",
            "--header", "Expect:",
        ]
        if address.isLoopback { arguments += ["--noproxy", "*"] }
        if let credentials { arguments += ["--netrc-file", credentials] }
        if let type = request.contentType { arguments += ["--header", "Content-Type: \(type)"] }
        for field in request.fields { arguments += ["--header", "\(field.name): \(field.value)"] }
        if request.method == "POST" { arguments += ["--data-binary", "@-"] }
        process.arguments = arguments + ["--", request.url]
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        do { try process.run() } catch { return .unsent("curl cannot be started: \(error.localizedDescription)") }
        // The body goes in while the reply comes out: neither pipe can fill and stop the other.
        // Where curl ends before it has read all, this thread gets an error, and the process no signal.
        let writer = Thread {
            var signals = sigset_t()
            _ = unsafe sigemptyset(&signals)
            _ = unsafe sigaddset(&signals, SIGPIPE)
            guard unsafe pthread_sigmask(SIG_BLOCK, &signals, nil) == 0 else { return }
            try? input.fileHandleForWriting.write(contentsOf: Data(request.body))
            try? input.fileHandleForWriting.close()
        }
        writer.start()
        var bytes: [UInt8] = []
        while bytes.count <= maximumReply + 16,
            let data = try? output.fileHandleForReading.read(upToCount: 65_536), !data.isEmpty
        {
            bytes += data
        }
        let isTooLong = bytes.count > maximumReply + 16
        if isTooLong { process.terminate() }
        let said = (try? errors.fileHandleForReading.readToEnd()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        process.waitUntilExit()
        let why = VisibleText.of(said.split(separator: "\n").first.map(String.init) ?? "", limit: 300)
        guard !isTooLong else { return .unknown("the reply is longer than \(maximumReply) bytes") }
        guard process.terminationReason == .exit else { return .unknown("curl was ended") }
        let status = process.terminationStatus
        guard status == 0 else {
            if status == 127 { return .unsent("the program curl is not installed") }
            return Self.unsent.contains(status) ? .unsent(why) : .unknown(why)
        }
        guard let end = bytes.lastIndex(of: 0x0A), let code = Int(String(decoding: bytes[(end + 1)...], as: UTF8.self)),
            code >= 100
        else { return .unknown("curl did not say what the reply was") }
        return .reply(status: code, body: Array(bytes[..<end]))
    }
}
