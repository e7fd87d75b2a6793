import Foundation
import Testing

/// The real command line tool in a process of its own, in a directory of its own.
struct Tool {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "sealedmatch-tool-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    /// The tool as SwiftPM put it beside the test bundle.
    static var executable: URL {
        get throws {
            let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            let found = [here, here.deletingLastPathComponent()].map { $0.appendingPathComponent("sealedmatch") }
                .first { FileManager.default.isExecutableFile(atPath: $0.path) }
            return try #require(found, "the tool was not built beside the tests")
        }
    }

    struct Result {
        let status: Int32
        let wasKilled: Bool
        let output: String
        let errors: String
    }

    func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = try Self.executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardInput = FileHandle.nullDevice
        return process
    }

    @discardableResult
    func run(_ arguments: String...) throws -> Result { try run(arguments) }

    @discardableResult
    func run(_ arguments: [String]) throws -> Result { try finish(start(arguments)) }

    /// Runs to the end. Output goes through files, so that no pipe can fill up.
    func finish(_ process: Process) throws -> Result {
        let out = file("stdout-\(UUID().uuidString)")
        let errors = file("stderr-\(UUID().uuidString)")
        for path in [out, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: out))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        try process.run()
        process.waitUntilExit()
        defer { for path in [out, errors] { try? FileManager.default.removeItem(atPath: path) } }
        return Result(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: try String(contentsOfFile: out, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8))
    }

    func file(_ name: String) -> String { directory + "/" + name }
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
    }
    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: file(name))) }
    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name)))) }
    /// The one file in the folder of sets' secrets.
    func secrets() throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: file("secrets"))
        try #require(names.count == 1, "\(names)")
        return "secrets/" + names[0]
    }
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
}
