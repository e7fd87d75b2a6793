import SealedMatchFingerprint
import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchTestSupport
import Testing

@Suite struct ReadmeTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    @Test func snippetIsTheOneThatIsCompiled() throws {
        let readme = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        let start = try #require(readme.range(of: "```swift\n"))
        let end = try #require(readme.range(of: "\n```", range: start.upperBound..<readme.endIndex))
        let snippet = Self.lines(readme[start.upperBound..<end.lowerBound])
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "ReadmeSnippet.swift")
        let compiled = Self.lines(try String(contentsOf: source, encoding: .utf8))
        let imports = snippet.filter { $0.hasPrefix("import ") }
        #expect(imports.allSatisfy { compiled.contains($0) })
        let code = Array(snippet.filter { !$0.hasPrefix("import ") })
        #expect(code.count >= 12)
        let first = try #require(compiled.firstIndex(of: code[0]))
        #expect(Array(compiled[first..<min(compiled.count, first + code.count)]) == code)
    }

    /// What the articles of a product's catalogue show of Swift stands in the same compiled snippet.
    @Test func articlesShowCompiledLines() throws {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "ReadmeSnippet.swift")
        let compiled = Set(Self.lines(try String(contentsOf: source, encoding: .utf8)))
        let sources = Self.root.appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var shown = 0
        for case let file as URL in files where file.path.contains(".docc/") && file.pathExtension == "md" {
            let parts = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```")
            for part in parts where part.hasPrefix("swift\n") {
                for line in Self.lines(part.dropFirst("swift\n".count)) {
                    shown += 1
                    #expect(compiled.contains(line), "\(file.lastPathComponent): \(line)")
                }
            }
        }
        #expect(shown >= 4)
    }

    @Test func snippetSealsAVoucher() throws {
        // The snippet's policy has the default floors: a set of 1,000 entries and more.
        var random = SeededRandom(11)
        let listed = (0..<1100).map { _ in
            ListedHash.pdq(PDQHash(words: (random.next(), random.next(), random.next(), random.next())))
        }
        let set = try SmallSet(lists: [listed, listed])
        let pixels = random.bytes(1280 * 720 * 3)
        var registrations: [Registration] = []
        var uploads: [[UInt8]] = []
        let account = AccountID(canonical: try random.bytes32())
        func run(now: UInt64) throws {
            try readmeSnippet(
                sources: set.trust.sources, setFile: set.path, directory: set.directory.file("client"),
                account: account,
                rgb: pixels.span.bytes, note: [1, 2, 3], now: now, register: { registrations.append($0) },
                upload: { uploads.append($0) })
        }
        try run(now: SmallSet.now)
        // A day later the first voucher is due at the latest.
        try run(now: SmallSet.now + 86_400)
        #expect(registrations.count == 2 && registrations[0].account == account)
        #expect(uploads.count >= 1 && uploads.count <= 2)
        let voucher = try SealedVoucher(canonical: uploads[0])
        #expect(voucher.header.account == account)
        #expect(voucher.header.setRoot == (try set.built.header.root()))
    }
}
