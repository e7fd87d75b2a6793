import Foundation
import Testing

/// The JSON Schema of a deployment's policy.
@Suite(
    .enabled(if: Reference.python != nil, "set SEALEDMATCH_PYTHON to a Python with Vectors/generate/requirements.txt"))
struct PolicySchemaTests {
    @Test func agreesWithTheCheck() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts/policy.py")
        let documents = Reference.repository.appending(path: "Docs")
        let result = try tool.python([
            script.path, Tool.executable.path, documents.appending(path: "policy.schema.json").path,
            documents.appending(path: "Reviewing.md").path,
        ])
        #expect(result.status == 0 && result.output.hasSuffix("passed\n"), "\(result.output) \(result.errors)")
    }
}
