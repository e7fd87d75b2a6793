import Foundation
import SealedMatchProtocol
import SealedMatchCrypto
import Testing

/// The labels in the sources, in `Label.all` and in the specification's table are the same, and no label is used
/// without standing in `Labels.swift`.
@Suite struct LabelTests {
    private let all = Set(Label.all.map { "\($0.text)" })

    @Test func specificationHasTheSameLabels() throws {
        let text = try String(contentsOf: VectorFolder.repository.appending(path: "Docs/Protocol.md"), encoding: .utf8)
        let start = try #require(text.firstRange(of: "### Labels\n")).upperBound
        let end = try #require(text[start...].firstRange(of: "### Streams\n")).lowerBound
        let rows = text[start..<end].split(separator: "\n").compactMap {
            $0.firstMatch(of: /^\| `([a-z ]+)` \|/).map { String($0.1) }
        }
        #expect(rows.count == all.count && Set(rows) == all)
        #expect(Label.all.count == all.count)
    }

    @Test func sourcesHaveNoOtherLabel() throws {
        var found: [String] = []
        let directory = VectorFolder.repository.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: /Label\("([^"]*)"\)/) {
                #expect(file.lastPathComponent == "Labels.swift")
                found.append(String(match.1))
            }
        }
        #expect(found.count == all.count && Set(found) == all)
    }
}
