internal import Foundation
internal import SealedMatchCrypto
internal import SealedMatchReports

/// HTTP by the program `curl`, so that TLS and proxies are the system's. Answers are bounded in size and time.
enum LogTransfer {
    private static let seconds = 30

    /// Posts a body: status and what was answered, at most 128 KiB.
    static func post(_ url: String, _ body: [UInt8]) throws -> (status: Int, body: [UInt8]) {
        let file = FileManager.default.temporaryDirectory.appending(path: "sealedmatch-\(UUID().uuidString)")
        try Data(body).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try run(url, limit: 131_072, ["--data-binary", "@\(file.path)", "--header", "Content-Type: text/plain"])
    }

    /// The file at a URL; nil where there is none.
    static func get(_ url: String, limit: Int) throws -> [UInt8]? {
        let reply = try run(url, limit: limit, [])
        if reply.status == 404 { return nil }
        guard reply.status == 200 else {
            throw Failure("\(url): status \(reply.status)", code: Failure.badFile)
        }
        return reply.body
    }

    private static func run(_ url: String, limit: Int, _ more: [String]) throws -> (status: Int, body: [UInt8]) {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw Failure("\(url): not a URL that begins with http:// or https://")
        }
        _ = try reporting { () throws(ReportFailure) in try WebAddress(url) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            [
                "curl", "--globoff", "--silent", "--show-error", "--proto", "=http,https", "--max-time", "\(seconds)",
                "--max-filesize", "\(limit)", "--write-out", "\n%{http_code}",
            ] + more + ["--", url]
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw Failure("curl cannot be started: \(error.localizedDescription)", code: Failure.unavailable)
        }
        // A server that does not say how long its answer is could go on for ever: what is too long is not kept.
        var bytes: [UInt8] = []
        while bytes.count <= limit + 16, let data = try output.fileHandleForReading.read(upToCount: 65_536),
            !data.isEmpty
        {
            bytes += data
        }
        if bytes.count > limit + 16 { process.terminate() }
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus != 127 else {
            throw Failure("\(url): the answer is too long, or curl is not installed", code: Failure.unavailable)
        }
        guard process.terminationStatus == 0, let end = bytes.lastIndex(of: 0x0A),
            let status = Int(String(decoding: bytes[(end + 1)...], as: UTF8.self))
        else { throw Failure("\(url): curl ended with \(process.terminationStatus)", code: Failure.badFile) }
        return (status, Array(bytes[..<end]))
    }
}
