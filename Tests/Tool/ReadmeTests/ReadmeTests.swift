import Foundation
import SealedMatchAuthority
import SealedMatchClient
import SealedMatchLists
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

    /// The Swift test of Docs/Testing.md is the one that the consumer package runs.
    @Test func testingSnippetIsTheOneThatRuns() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("Docs/Testing.md"), encoding: .utf8)
        let snippets = page.components(separatedBy: "```").filter { $0.hasPrefix("swift\n") }
        let run = try String(
            contentsOf: Self.root.appendingPathComponent("Tests/Consumer/Tests/ConsumerTests/ThresholdTests.swift"),
            encoding: .utf8)
        #expect(snippets.map { String($0.dropFirst("swift\n".count)) } == [run])
    }

    /// What the articles of the products' catalogues show of Swift stands in the snippets that are compiled.
    @Test func articlesShowCompiledLines() throws {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let compiled = Set(
            try ["ReadmeSnippet.swift", "ArticleSnippets.swift", "FrontSnippet.swift"].flatMap {
                Self.lines(try String(contentsOf: here.appendingPathComponent($0), encoding: .utf8))
            })
        let sources = Self.root.appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var catalogues: Set<String> = []
        for case let file as URL in files where file.path.contains(".docc/") && file.pathExtension == "md" {
            let parts = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```")
            for part in parts where part.hasPrefix("swift\n") {
                catalogues.insert(file.deletingLastPathComponent().lastPathComponent)
                for line in Self.lines(part.dropFirst("swift\n".count)) {
                    #expect(compiled.contains(line), "\(file.path): \(line)")
                }
            }
        }
        #expect(catalogues.count == 12)
    }

    /// The articles' snippets in a row: two lists, a set that both sources sign, a client, a collector, an authority.
    @Test func articlesSnippetsWorkTogether() async throws {
        let directory = TemporaryDirectory()
        var random = SeededRandom(12)
        let now = SmallSet.now
        let text = (0..<1100).map { _ in
            PDQHash(words: (random.next(), random.next(), random.next(), random.next())).hexadecimal
        }.joined(separator: "\n")
        var files: [SourceLists.Files] = []
        for name in ["alice", "bob"] {
            try SourceKeyFile.create(SigningKey.random(), at: directory.file(name))
            try text.write(toFile: directory.file(name + ".txt"), atomically: true, encoding: .utf8)
            files.append(SourceLists.Files(key: directory.file(name + ".pub"), list: directory.file(name + ".txt")))
        }
        let lists = try listsSnippet(files[0], files[1])
        let signers = try files.map { file in
            let place = try #require(lists.paths.firstIndex(of: file.list))
            return (key: String(file.key.dropLast(4)), place: place)
        }
        let setFile = directory.file("known.smset")
        let key = try setsSnippet(lists, Parameters(), setFile: setFile, now: now, signers: signers)
        let header = try SetFile(path: setFile).header
        let (collector, authority) = try storesSnippet(
            header, collectorFile: directory.file("collector"), authorityFile: directory.file("authority"))

        let account = AccountID(canonical: try random.bytes32())
        let pixels = random.bytes(1280 * 720 * 3)
        var registrations: [UInt8] = []
        var uploads: [[UInt8]] = []
        for moment in [now + 1, now + 86_401] {
            try readmeSnippet(
                sources: lists.keys, setFile: setFile, directory: directory.file("client"), account: account,
                rgb: pixels.span.bytes, note: [1], now: moment, register: { registrations += $0.encoded },
                upload: { uploads.append($0) })
        }
        try #require(!uploads.isEmpty)
        let outcomes = try await collectorSnippet(
            collector, account: account, registrations: registrations, vouchers: uploads)
        #expect(outcomes.suffix(uploads.count) == uploads.map { _ in .success(.stored) }[...])
        // The second of two registrations of one epoch is a retry.
        #expect(outcomes.first == .success(.stored) && outcomes.allSatisfy { (try? $0.get()) != nil })
        let progress = try authoritySnippet(key, header, source: collector, store: authority)
        #expect(progress?.vouchers == uploads.count && progress?.isComplete == true)
        #expect(try revealSnippet(source: collector, store: authority).decisions.isEmpty)
        let folder = try casesSnippet(
            [], source: lists.keys[0], list: lists.lists[0], header: header, path: directory.file("cases"))
        #expect(folder.path == directory.file("cases"))
        let bob = AccountID(canonical: Bytes32())
        let (pseudonym, token) = (Pseudonym(canonical: Bytes32()), ResolutionToken(canonical: Bytes32()))
        let registration = Registration(
            account: bob, epoch: 7, pseudonym: pseudonym,
            commitment: try token.commitment(pseudonym: pseudonym, epoch: 7))
        _ = try collector.register(registration, authenticatedAs: bob)
        let asked = ResolutionRequest(epoch: 7, pseudonym: pseudonym, token: token).encoded
        #expect(
            try await releaseSnippet(collector, request: asked, key: SigningKey.random()).registration == registration)
        #expect(try await expirySnippet(collector, firstEpoch: .max).vouchers == uploads.count)
        try await testingSnippet(LocalEvaluator(MatchingKey.random()))
        try worldSnippet()
        try ownClientSnippet(URL(filePath: directory.file("test.smset")), folder: directory.file("own"))
    }

    /// A front with an authenticator of one's own answers a real client.
    @Test func frontSnippetServes() async throws {
        // Other tests hold the common threads: a server among them would answer when they are over.
        let threads = OwnThreads()
        try await Task(executorPreference: threads) { try await serve(on: threads) }.value
    }

    private final class OwnThreads: TaskExecutor {
        private let queue = DispatchQueue(label: "own threads", attributes: .concurrent)

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    private func serve(on threads: OwnThreads) async throws {
        var random = SeededRandom(14)
        let list = (0..<3).map { _ in ListedHash.pdq(PDQHash(words: (random.next(), random.next(), 0, 1))) }
        let set = try SmallSet(lists: [list, list])
        let directory = set.directory
        let socket = directory.file("front.sock")
        let server = Task(executorPreference: threads) {
            try await frontSnippet(
                [set.path], collectorFile: directory.file("front.sqlite"), socket: socket, now: SmallSet.now,
                authenticator: Sessions(names: ["session=7": "alice"]))
        }
        let alice = try AccountID(name: Array("alice".utf8))
        let epoch = UInt32(SmallSet.now / Parameters.secondsPerEpoch)
        let registration = Registration(
            account: alice, epoch: epoch, pseudonym: Pseudonym(canonical: Bytes32()),
            commitment: Commitment(canonical: Bytes32()))
        try Data(registration.encoded).write(to: URL(filePath: directory.file("registration")))
        func put(_ session: String) async throws -> String {
            let client = Process()
            client.executableURL = URL(filePath: "/usr/bin/curl")
            client.arguments = [
                "--silent", "--show-error", "--retry", "40", "--retry-delay", "1", "--retry-connrefused",
                "--retry-all-errors", "--unix-socket", socket,
                "--request", "PUT", "--cookie", session, "--data-binary", "@" + directory.file("registration"),
                "--header", "Content-Type: application/vnd.sealedmatch.registration",
                "--write-out", " %{http_code}", "http://localhost/v1/registrations/\(epoch)",
            ]
            let pipe = Pipe()
            client.standardOutput = pipe
            try client.run()
            let reply = try pipe.fileHandleForReading.readToEnd() ?? Data()
            client.waitUntilExit()
            return String(decoding: reply, as: UTF8.self)
        }
        let stored = try await put("session=7")
        #expect(stored == "{\"status\":\"stored\"}\n 201", "\(stored)")
        let refused = try await put("session=8")
        #expect(refused.contains("there is no session: sign in first") && refused.hasSuffix(" 401"), "\(refused)")
        server.cancel()
        await #expect(throws: Never.self) { try await server.value }
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
        #expect(voucher.header.pseudonym == registrations[0].pseudonym)
        #expect(voucher.header.setRoot == (try set.built.header.root()))
    }
}
