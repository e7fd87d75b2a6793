import Foundation
import SealedMatchTesting

@testable import SealedMatchKit
import Testing

@Suite struct ErrorNameTests {
    private struct Registry: Decodable {
        struct Entry: Decodable {
            let name: String
            let code: Int32
        }
        let errors: [Entry]
    }

    @Test func namesAreTheRegistrys() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let registry = try JSONDecoder().decode(
            Registry.self, from: Data(contentsOf: root.appending(path: "Vectors/registry.json")))
        let names = Dictionary(uniqueKeysWithValues: registry.errors.map { ($0.code, $0.name) })
        #expect(names == ErrorName.all && ErrorName.code("testSet") == .testSet)
    }
}
