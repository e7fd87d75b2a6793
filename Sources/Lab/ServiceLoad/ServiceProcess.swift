import Foundation

/// A `sealedmatchd` of its own.
final class ServiceProcess {
    private let process = Process()
    private let adminPort: Int

    /// Starts it and waits until it is ready.
    init(_ program: String, _ arguments: [String], adminPort: Int, log: String) throws {
        self.adminPort = adminPort
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + ["--admin", "127.0.0.1:\(adminPort)"]
        guard FileManager.default.createFile(atPath: log, contents: nil) else {
            throw LoadFailure("\(log) cannot be made")
        }
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        for _ in 0..<600 {
            guard process.isRunning else {
                throw LoadFailure("the service ended: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
            }
            if let reply = try? get("/readyz"), reply.status == 200 { return }
            usleep(50_000)
        }
        throw LoadFailure("the service did not become ready in 30 seconds")
    }

    private func get(_ path: String) throws -> Reply {
        try Connection(port: adminPort).exchange(Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
    }

    /// One number of its metrics; 0 if it is not there yet.
    func metric(_ name: String) throws -> Int {
        let text = String(decoding: try get("/metrics").body, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
    }

    /// Waits until openers together have opened so many vouchers.
    static func wait(for openers: [ServiceProcess], toOpen count: Int) throws {
        let name = "sealedmatch_opened_total{outcome=\"opened\"}"
        let start = ContinuousClock.now
        while try openers.reduce(0, { try $0 + $1.metric(name) }) < count {
            guard ContinuousClock.now - start < .seconds(300) else {
                throw LoadFailure("the openers did not open \(count) vouchers in five minutes")
            }
            // Seldom: two hundred questions a second were a third of the opener's processor time.
            usleep(100_000)
        }
    }

    /// Processor time so far, in seconds.
    func processorTime() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw LoadFailure("the kernel does not say how long the service ran")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident bytes: the most since it began.
    func peakMemory() throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
                Int($0)
            })
        else { throw LoadFailure("the kernel does not say how much memory the service has") }
        return kilobytes * 1_024
    }

    /// Moves it, with all its threads, into a control group, which bounds its processor time.
    /// - Parameter folder: the group's.
    func join(group folder: String) throws {
        let path = folder + "/cgroup.procs"
        guard let file = FileHandle(forWritingAtPath: path) else { throw LoadFailure("\(path) cannot be written") }
        try file.write(contentsOf: Data("\(process.processIdentifier)\n".utf8))
        try file.close()
    }

    /// Stops it where it is, until `goOn`.
    func pause() throws { try signal(SIGSTOP) }

    func goOn() throws { try signal(SIGCONT) }

    private func signal(_ number: Int32) throws {
        guard kill(process.processIdentifier, number) == 0 else { throw LoadFailure("a process is not there any more") }
    }

    // One that was not ended, because something failed.
    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Ends it politely, or with SIGKILL.
    func end(killing: Bool = false) throws {
        kill(process.processIdentifier, killing ? SIGKILL : SIGTERM)
        process.waitUntilExit()
        guard killing || process.terminationStatus == 0 else {
            throw LoadFailure("the service ended with \(process.terminationStatus)")
        }
    }
}
