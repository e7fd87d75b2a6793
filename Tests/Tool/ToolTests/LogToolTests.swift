import Foundation
import Testing

@Suite struct LogToolTests {
    /// A log of the tool beside witnesses and a monitor of the independent implementation: published, killed, forked.
    @Test(.enabled(if: Reference.python != nil)) func logStandsUpToWitnessesAndKills() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let script = Reference.repository.appending(path: "Tests/Tool/ToolTests/Scripts/log.py").path
        let folder = tool.file("log-test")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let result = try tool.python(["-B", script, Tool.executable.path, folder])
        #expect(result.status == 0 && result.output.contains("all holds"), "\(result.output)\(result.errors)")
    }
}
