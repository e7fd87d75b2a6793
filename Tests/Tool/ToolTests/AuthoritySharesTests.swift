import Foundation
import Testing

/// `sealedmatch authority shares`: what `log add --custodians` takes, from a record.
@Suite struct AuthoritySharesTests {
    private struct Vectors: Decodable {
        struct Group: Decodable {
            let type: String
            let tests: [Test]
        }
        struct Test: Decodable {
            struct Input: Decodable { let record: String? }
            struct Output: Decodable { let shareKeys: [String]? }
            let input: Input
            let output: Output?
        }
        let testGroups: [Group]
    }

    /// Of every record in the vectors: the points that the independent implementation computed, or a refusal.
    @Test func recordsOfTheVectors() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let file = Reference.repository.appending(path: "Vectors/custodians/custodians.json")
        let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
        let tests = try #require(vectors.testGroups.first { $0.type == "VerifyRecord" }).tests
        var sound = 0
        for test in tests {
            try tool.write(bytes(#require(test.input.record)), to: "record")
            let result = try tool.run("authority", "shares", "record")
            if let keys = test.output?.shareKeys {
                sound += 1
                #expect(result.status == 0 && result.output == keys.joined(separator: "\n") + "\n")
                #expect(result.errors.contains(keys.count == 3 ? "2 of 3, table " : "5 of 8, table "))
            } else {
                #expect(result.status == 65 && result.output.isEmpty, "\(result)")
            }
        }
        #expect(sound == 2 && tests.count > 10)
        #expect(try tool.run("authority", "shares", "missing").status == 66)
    }

    private func bytes(_ digits: String) -> [UInt8] {
        stride(from: 0, to: digits.count, by: 2).map {
            let start = digits.index(digits.startIndex, offsetBy: $0)
            return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)!
        }
    }
}
