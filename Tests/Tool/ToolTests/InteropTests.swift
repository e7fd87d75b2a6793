import Foundation
import SealedMatchTestSupport
import Testing

/// The tool and the independent implementation, each with the other's files: sets, signatures, packages, proofs,
/// vouchers, registrations and case files.
@Suite(
    .enabled(if: Reference.python != nil, "set SEALEDMATCH_PYTHON to a Python with Vectors/generate/requirements.txt"),
    .serialized)
struct InteropTests {
    private static let threshold = 4
    private static let lists = ["alice.pub=alice.txt", "bob.pub=bob.txt"]
    private static let known = (1...8).map { "known-\($0).png" }
    private static let changed = (1...8).map { "known-\($0)-changed.png" }
    private static let unknown = (1...4).map { "unknown-\($0).png" }
    private static let absent = String(repeating: "5a", count: 32)
    private static let carol = String(repeating: "c0", count: 32)
    private static let dave = String(repeating: "d1", count: 32)

    private func expectSuccess(
        _ result: Tool.Result, says text: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            result.status == 0 && (text.isEmpty || result.output.contains(text)), "\(result.output) \(result.errors)",
            sourceLocation: sourceLocation)
    }

    /// Pictures, a clip, and two lists of them and of 40 other hashes. Both implementations read the same files.
    private func prepare(_ tool: Tool) throws {
        for name in Self.known + Self.changed + Self.unknown {
            try FileManager.default.copyItem(
                atPath: Reference.pictures.appending(path: name).path, toPath: tool.file(name))
        }
        var random = SeededRandom(31)
        try tool.write(random.bytes(5000), to: "clip.bin")
        try tool.write(random.bytes(5000), to: "other.bin")
        var lines: [String] = []
        for name in Self.known + ["clip.bin"] {
            let printed = try tool.run("fingerprint", name)
            expectSuccess(printed)
            lines += printed.output.split(separator: "\n").map(String.init)
        }
        lines += (0..<40).map { _ in random.bytes(32).map { String(format: "%02x", $0) }.joined() }
        let alone = random.bytes(32).map { String(format: "%02x", $0) }.joined()
        try tool.write((lines + [alone]).joined(separator: "\n") + "\n", to: "alice.txt")
        try tool.write(lines.reversed().joined(separator: "\n"), to: "bob.txt")
    }

    private func hash(_ tool: Tool, _ name: String) throws -> String {
        let line = try #require(try tool.run("fingerprint", name).output.split(separator: "\n").last)
        return String(try #require(line.split { $0 == " " || $0 == "," }.dropFirst().first))
    }

    /// A set by the tool, signed by both sources.
    private func buildBySwift(_ tool: Tool) throws {
        for name in ["alice", "bob"] {
            expectSuccess(try tool.run("keygen", name))
        }
        expectSuccess(
            try tool.run(
                ["set", "build", "--source"] + Self.lists + [
                    "--threshold", "\(Self.threshold)", "--version", "7", "-o", "known.smset",
                ]), says: "49 entries")
        for name in ["alice", "bob"] {
            expectSuccess(
                try tool.run(
                    "set", "sign", "known.smset", "--key", name, "--package", "known.smset.audit", "--list",
                    "\(name).pub=\(name).txt", "--known", "alice.pub", "bob.pub"))
        }
    }

    /// The same by the independent implementation, with the same names of files.
    private func buildByReference(_ tool: Tool) throws {
        for name in ["alice", "bob"] { expectSuccess(try tool.reference("keygen", name, name + ".pub")) }
        let arguments =
            ["set", "build"] + Self.lists.flatMap { ["--list", $0] } + [
                "--set", "known.smset", "--secrets", "secrets", "--package", "known.smset.audit",
                "--version", "7", "--threshold", "\(Self.threshold)",
                "--expires", "\(Int(Date().timeIntervalSince1970) + 90 * 86_400)",
            ]
        expectSuccess(try tool.reference(arguments), says: "49 entries")
        for name in ["alice", "bob"] {
            expectSuccess(
                try tool.reference(
                    "set", "sign", "known.smset", "known.smset.audit", "--key", name, "--list", name + ".txt",
                    "--known", "alice.pub", "bob.pub"))
        }
    }

    private static let policy = [
        "--minimum-signatures", "2", "--minimum-threshold", "\(threshold)", "--minimum-entries", "1",
    ]
    private static let trust = [
        "--trust", "alice.pub", "bob.pub", "--min-entries", "1", "--min-threshold", "\(threshold)",
    ]

    /// A copy of a file with one bit flipped.
    private func flip(_ tool: Tool, _ name: String, at offset: Int, to copy: String) throws {
        var bytes = try tool.bytes(name)
        bytes[offset] ^= 1
        try tool.write(bytes, to: copy)
    }

    @Test func bothSeeTheSameHashes() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        for name in Self.known + Self.changed {
            let mine =
                try JSONSerialization.jsonObject(with: Data(tool.run("fingerprint", "--json", name).output.utf8))
                as? [String: Any]
            let theirs =
                try JSONSerialization.jsonObject(with: Data(tool.reference("fingerprint", "--short", name).output.utf8))
                as? [String: Any]
            #expect(
                mine?["pdq"] as? String == theirs?["fingerprint"] as? String
                    && mine?["quality"] as? Int == theirs?["quality"] as? Int)
            #expect((mine?["pdq"] as? String)?.count == 64, "\(name)")
        }
    }

    @Test func referenceChecksWhatSwiftBuilt() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        try buildBySwift(tool)
        // Opened under a policy: the same root and numbers.
        let opened = try tool.reference(
            ["set", "open", "known.smset", "--pin", "alice.pub", "--pin", "bob.pub"] + Self.policy)
        expectSuccess(opened)
        let mine =
            try JSONSerialization.jsonObject(
                with: Data(tool.run("set", "inspect", "known.smset", "--json").output.utf8)) as? [String: Any]
        let theirs = try JSONSerialization.jsonObject(with: Data(opened.output.utf8)) as? [String: Any]
        #expect(mine?["root"] as? String == theirs?["root"] as? String && (theirs?["root"] as? String)?.count == 64)
        #expect(
            theirs?["entries"] as? Int == 49 && theirs?["version"] as? Int == 7
                && (theirs?["signers"] as? [String])?.count == 2)
        // Audited from files with both lists, and built again from the secrets.
        expectSuccess(
            try tool.reference(
                ["set", "audit", "known.smset", "known.smset.audit"] + Self.lists.flatMap { ["--list", $0] }),
            says: "no findings")
        let script = Reference.repository.appending(path: "Tests/Tool/ToolTests/Scripts/rebuild_set.py").path
        expectSuccess(
            try tool.python([script, "known.smset", tool.secrets(), "known.smset.audit"] + Self.lists),
            says: "identical")
        // Proofs of a member and of another key.
        try expectSuccess(
            tool.run(
                "set", "prove", "known.smset", "--secrets", tool.secrets(), "--media", Self.known[0], "-o",
                "in.proof"), says: "is in")
        try expectSuccess(
            tool.run(
                "set", "prove", "known.smset", "--secrets", tool.secrets(), "--pdq", Self.absent, "-o",
                "out.proof"), says: "is not in")
        expectSuccess(try tool.reference("verify-proof", "known.smset", "in.proof"), says: "is a member")
        expectSuccess(try tool.reference("verify-proof", "known.smset", "out.proof"), says: "is not a member")
        // What it must not accept.
        try flip(tool, "known.smset", at: 4096 + 32 * 1000, to: "flipped.smset")
        let refused = try tool.reference(
            ["set", "open", "flipped.smset", "--pin", "alice.pub", "--pin", "bob.pub"] + Self.policy)
        #expect(refused.status == 1 && refused.errors.contains("rootMismatch"))
        #expect(try tool.reference("set", "audit", "flipped.smset", "known.smset.audit").output.contains("wrongDigest"))
        try flip(tool, "in.proof", at: 140, to: "flipped.proof")
        #expect(try tool.reference("verify-proof", "known.smset", "flipped.proof").status == 1)
    }

    @Test func swiftChecksWhatReferenceBuilt() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        try buildByReference(tool)
        expectSuccess(
            try tool.run(["set", "verify", "known.smset"] + Self.trust),
            says: "version 7, 49 entries; 2 of the sources that you trust signed; at least 2 of them list each entry")
        expectSuccess(
            try tool.run(["set", "audit", "known.smset", "--package", "known.smset.audit", "--list"] + Self.lists),
            says: "sound")
        try expectSuccess(
            tool.reference(
                "prove", "known.smset", tool.secrets(), "pdq:" + hash(tool, Self.known[0]), "in.proof"),
            says: "is a member")
        try expectSuccess(
            tool.reference(
                "prove", "known.smset", tool.secrets(), "sha256:" + hash(tool, "clip.bin"), "clip.proof"),
            says: "is a member")
        expectSuccess(
            try tool.reference("prove", "known.smset", tool.secrets(), "pdq:" + Self.absent, "out.proof"),
            says: "is not a member")
        expectSuccess(try tool.run("set", "verify-proof", "known.smset", "in.proof"), says: "the key is in the set")
        expectSuccess(try tool.run("set", "verify-proof", "known.smset", "clip.proof"), says: "the key is in the set")
        expectSuccess(
            try tool.run("set", "verify-proof", "known.smset", "out.proof"), says: "the key is not in the set")
        // The tool proves with the reference's secrets.
        try expectSuccess(
            tool.run(
                "set", "prove", "known.smset", "--secrets", tool.secrets(), "--media", "clip.bin", "-o",
                "mine.proof"), says: "is in")
        expectSuccess(try tool.reference("verify-proof", "known.smset", "mine.proof"), says: "is a member")
        try flip(tool, "known.smset", at: 4096 + 32 * 1000, to: "flipped.smset")
        #expect(try tool.run(["set", "verify", "flipped.smset"] + Self.trust).errors.contains("[error 304]"))
        let audit = try tool.run("set", "audit", "flipped.smset", "--package", "known.smset.audit")
        #expect(audit.status == 1 && audit.output.contains("digest is not the header's"))
    }

    /// Carol sends five listed pictures, four of them changed, a listed clip, and five things that no list holds; dave
    /// three listed pictures and two others: one fewer than the threshold.
    private static let items: [(account: String, listed: [String], others: [String])] = [
        (carol, [known[0]] + changed[1...4] + ["clip.bin"], unknown + ["other.bin"]),
        (dave, Array(known[0...2]), Array(unknown[0...1])),
    ]

    /// Both implementations take the vouchers, and both reveal carol's listed items, no others, and nothing of dave's.
    private func revealAndCompare(_ tool: Tool) throws {
        try FileManager.default.createDirectory(atPath: tool.file("all"), withIntermediateDirectories: true)
        for item in Self.items {
            let upload = "up-" + item.account
            for name in try FileManager.default.contentsOfDirectory(atPath: tool.file(upload)) {
                try FileManager.default.copyItem(
                    atPath: tool.file("\(upload)/\(name)"), toPath: tool.file("all/\(item.account)-\(name)"))
            }
            let count = item.listed.count + item.others.count
            expectSuccess(
                try tool.run(
                    "collect", "--database", "collector.sqlite", "--account-id", item.account, "--set", "known.smset",
                    "--keep", upload),
                says: "vouchers stored \(count),")
        }
        let authority = ["--database", "collector.sqlite", "--authority", "authority.sqlite"]
        expectSuccess(
            try tool.run(["open", "--first-run", "--set", "known.smset"] + authority), says: "opened 16 vouchers")
        expectSuccess(
            try tool.run(
                ["reveal", "--set", "known.smset"] + authority + [
                    "--list", "alice.pub=alice.txt", "--cases", "swift-cases", "--force",
                ]))
        expectSuccess(
            try tool.reference(
                "reveal", "all", "--set", "known.smset", tool.secrets(), "--list", "alice.pub=alice.txt",
                "--cases", "reference-cases"))
        let mine = try InteropCase.all(in: tool.file("swift-cases"))
        let theirs = try InteropCase.all(in: tool.file("reference-cases"))
        #expect(mine.count == 1 && mine == theirs)
        let matches = try #require(mine.first).value.matches
        try resolveAndCompare(tool, try #require(mine.first).key)
        #expect(try matches.map(\.fingerprint).sorted() == Self.items[0].listed.map { try hash(tool, $0) }.sorted())
        #expect(matches.count(where: { $0.finding == "key" && ($0.distance ?? 0) > 0 }) == 4)
        #expect(matches.count(where: { $0.finding == "key" && $0.distance == 0 }) == 1)
        #expect(matches.count(where: { $0.finding == "exact" }) == 1)
    }

    /// Each implementation asks with the token that it found, releases carol's name to the other's request, and
    /// verifies the other's release; and each refuses a made-up token.
    private func resolveAndCompare(_ tool: Tool, _ pseudonym: String) throws {
        func request(_ side: String) throws -> (name: String, bytes: Data) {
            let names = try FileManager.default.contentsOfDirectory(atPath: tool.file("\(side)-cases"))
            let name = try #require(names.first { $0.hasPrefix(pseudonym) && $0.hasSuffix(".request") })
            return (name, try Data(contentsOf: URL(filePath: tool.file("\(side)-cases/\(name)"))))
        }
        let (mine, theirs) = (try request("swift"), try request("reference"))
        #expect(mine.name == theirs.name && mine.bytes == theirs.bytes)
        expectSuccess(try tool.run("keygen", "collector.key"))
        let release = mine.name.replacing(".request", with: ".release")
        expectSuccess(
            try tool.run(
                "resolve", "--database", "collector.sqlite", "--key", "collector.key", "--releases", "swift-releases",
                "reference-cases/\(theirs.name)"), says: "RELEASED")
        expectSuccess(
            try tool.reference(
                "resolve", "all", "swift-cases/\(mine.name)", "--key", "collector.key", "--out", "reference-releases"),
            says: "released \(Self.carol)")
        let files = ["swift-releases/\(release)", "reference-releases/\(release)"]
        let released = try files.map { try Data(contentsOf: URL(filePath: tool.file($0))) }
        #expect(released[0] == released[1])
        for file in files {
            expectSuccess(
                try tool.run("release", file, "--collector", "collector.key.pub"), says: Self.carol)
            expectSuccess(
                try tool.reference("release", file, "--collector", "collector.key.pub"), says: Self.carol)
        }
        var forged = mine.bytes
        forged[71] ^= 1
        try forged.write(to: URL(filePath: tool.file("forged.request")))
        let refused = try tool.run(
            "resolve", "--database", "collector.sqlite", "--key", "collector.key", "--releases", "swift-releases",
            "forged.request")
        #expect(refused.status == 1 && refused.errors.contains("[error 706]"))
        let alsoRefused = try tool.reference(
            "resolve", "all", "forged.request", "--key", "collector.key", "--out", "reference-releases")
        #expect(alsoRefused.status == 1 && (alsoRefused.output + alsoRefused.errors).contains("tokenMismatch"))
    }

    private func sealByReference(_ tool: Tool) throws {
        let epoch = Int(Date().timeIntervalSince1970) / 2_592_000
        for item in Self.items {
            expectSuccess(
                try tool.reference(
                    "client", "known.smset", "client-" + item.account, "--account-id", item.account, "--epoch",
                    "\(epoch)")
            )
            for group in [item.listed, item.others] {
                let arguments = ["seal", "known.smset", "client-" + item.account, "--items"] + group
                expectSuccess(
                    try tool.reference(
                        arguments + [
                            "--account-id", item.account, "--note", "from the reference", "--out", "up-" + item.account,
                        ]),
                    says: "\(group.count) vouchers")
            }
        }
    }

    private func sealBySwift(_ tool: Tool) throws {
        for item in Self.items {
            let arguments =
                ["seal", "--set", "known.smset"] + Self.trust + [
                    "--account-id", item.account, "--client", "client-" + item.account,
                ]
            expectSuccess(
                try tool.run(
                    arguments + ["--upload", "up-" + item.account, "--window", "0"] + item.listed + item.others))
        }
    }

    /// Vouchers of one implementation under a set of the other.
    @Test func referenceSealsUnderSwiftsSet() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        try buildBySwift(tool)
        try sealByReference(tool)
        try revealAndCompare(tool)
    }

    @Test func swiftSealsUnderReferencesSet() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        try buildByReference(tool)
        try sealBySwift(tool)
        try revealAndCompare(tool)
    }
}
