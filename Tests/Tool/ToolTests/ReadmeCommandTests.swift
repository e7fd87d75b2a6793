import Foundation
import Testing

/// README's section "Operate it", typed as it is printed.
@Suite struct ReadmeCommandTests {
    /// The section's indented lines, without the indentation.
    private static func commands() throws -> [String] {
        let readme = try String(contentsOf: Reference.repository.appending(path: "README.md"), encoding: .utf8)
        let start = try #require(readme.range(of: "\n## Operate it\n"))
        let end = try #require(readme.range(of: "\n## ", range: start.upperBound..<readme.endIndex))
        return readme[start.upperBound..<end.lowerBound].split(separator: "\n")
            .filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
    }

    @Test func fromAnEmptyFolderToAName() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let commands = try Self.commands()
        #expect(commands.count >= 10 && commands.contains { $0.hasPrefix("sealedmatch reveal ") })
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-e", "-c", commands.joined(separator: "\n")]
        process.currentDirectoryURL = URL(fileURLWithPath: tool.directory)
        let folder = try Tool.executable.deletingLastPathComponent().path
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PATH": folder + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")]) { $1 }
        process.standardInput = FileHandle.nullDevice
        let result = try tool.finish(process)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("REVEALED") && result.output.contains("This is a sample"))
        // Every copy that is sent is found, and nothing else.
        #expect(result.output.contains("RELEASED") && result.output.contains("which is carol"))
        let cases = try FileManager.default.contentsOfDirectory(atPath: tool.file("cases")).filter {
            $0.hasSuffix(".json")
        }
        #expect(cases.count == 1)
        let file = try JSONSerialization.jsonObject(with: Data(tool.bytes("cases/\(cases[0])"))) as? [String: Any]
        #expect(file?["matchCount"] as? Int == 36 && file?["listedMatchCount"] as? Int == 36)
        // A second sample in the same folder replaces nothing.
        let list = try tool.bytes("alice.txt")
        try tool.write("mine\n", to: "bob.txt")
        #expect(try tool.run("sample", ".").status == 66)
        #expect(try tool.bytes("alice.txt") == list && tool.bytes("bob.txt") == Array("mine\n".utf8))
    }
}
