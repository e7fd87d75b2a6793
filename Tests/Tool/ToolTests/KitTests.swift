import Foundation
import Testing

/// The test kit for other languages, over its standard input and output.
@Suite(
    .enabled(if: Reference.python != nil, "set SEALEDMATCH_PYTHON to a Python with Vectors/generate/requirements.txt"))
struct KitTests {
    /// Every call, many wrong uses, and that a seed gives the same bytes; each message is of the schema.
    @Test func speaksItsSchema() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts/kit.py")
        let schema = Reference.repository.appending(path: "Sources/Testing/SealedMatchKit/kit.schema.json")
        let result = try Tool().python([script.path, Tool.executable.path, schema.path])
        #expect(result.status == 0 && result.output.hasSuffix("passed\n"), "\(result.output) \(result.errors)")
    }
}
