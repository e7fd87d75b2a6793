import Foundation
import SealedMatchTestSupport
import Testing

/// What cannot be made again is not lost: keys, a set's secrets, signatures.
@Suite(.serialized) struct FileSafetyTests {
    private func prepared() throws -> Tool {
        let tool = try Tool()
        var random = SeededRandom(31)
        let lines = (0..<40).map { _ in random.bytes(32).map { String(format: "%02x", $0) }.joined() + "\n" }.joined()
        for name in ["alice", "bob"] {
            try tool.write(lines, to: "\(name).txt")
            #expect(try tool.run("keygen", name).status == 0)
        }
        return tool
    }

    private func build(_ tool: Tool, _ more: String...) throws -> Tool.Result {
        try tool.run(["set", "build", "--source", "alice.pub=alice.txt", "--source", "bob.pub=bob.txt"] + more)
    }

    private func names(_ tool: Tool) throws -> Set<String> {
        Set(try FileManager.default.subpathsOfDirectory(atPath: tool.directory))
    }

    private func mode(_ tool: Tool, _ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: tool.file(name))[.posixPermissions] as? Int
    }

    @Test func keysAreNeverReplacedUnlessForced() throws {
        let tool = try prepared()
        defer { tool.remove() }
        let (secret, known) = (try tool.bytes("alice"), try tool.bytes("alice.pub"))
        let before = try names(tool)
        let again = try tool.run("keygen", "alice")
        #expect(again.status == 66 && again.errors.contains("alice:") && again.errors.contains("--force"))
        // Either name is enough, and a link that leads nowhere is a name.
        try tool.write("mine", to: "carol.pub")
        #expect(try tool.run("keygen", "carol").status == 66)
        #expect(try String(decoding: tool.bytes("carol.pub"), as: UTF8.self) == "mine" && !tool.exists("carol"))
        try FileManager.default.createSymbolicLink(atPath: tool.file("dave"), withDestinationPath: "nowhere")
        #expect(try tool.run("keygen", "dave").status == 66)
        #expect(!tool.exists("nowhere") && !tool.exists("dave.pub"))
        #expect(try tool.bytes("alice") == secret && tool.bytes("alice.pub") == known)
        #expect(try names(tool) == before.union(["carol.pub", "dave"]))
        // With --force both change, and belong together.
        #expect(try tool.run("keygen", "alice", "--force").status == 0)
        #expect(try tool.bytes("alice") != secret && tool.bytes("alice.pub") != known)
        #expect(try mode(tool, "alice") == 0o600)
        // But not what is no key, and no set.
        try tool.write("a diary", to: "diary")
        #expect(try tool.run("keygen", "diary", "--force").status == 66)
        #expect(try build(tool, "-o", "diary", "--force").status == 66)
        try tool.write("a diary", to: "eve.pub")
        #expect(try tool.run("keygen", "eve", "--force").status == 66)
        for name in ["diary", "eve.pub"] { #expect(try tool.bytes(name) == Array("a diary".utf8)) }
        #expect(!tool.exists("diary.pub") && !tool.exists("eve") && !tool.exists("diary.audit"))
        #expect(!tool.exists("secrets"))
        #expect(try build(tool, "-o", "known.smset").status == 0)
        #expect(
            try tool.run(
                "set", "sign", "known.smset", "--key", "alice", "--package", "known.smset.audit", "--list",
                "alice.pub=alice.txt", "--known", "bob.pub"
            ).status == 0)
        #expect(try names(tool).allSatisfy { !$0.contains(".partial-") })
    }

    @Test func ofTwoKeygensAtOnceOneMakesBothFiles() throws {
        let tool = try Tool()
        defer { tool.remove() }
        for round in 0..<4 {
            let processes = try (0..<4).map { _ in try tool.start(["keygen", "key\(round)"]) }
            for process in processes {
                process.standardOutput = FileHandle.nullDevice
                process.standardError = FileHandle.nullDevice
                try process.run()
            }
            for process in processes { process.waitUntilExit() }
            #expect(processes.count { $0.terminationStatus == 0 } == 1)
            let key = try String(decoding: tool.bytes("key\(round).pub"), as: UTF8.self)
            #expect(key.hasPrefix("sealedmatch-source-1 ") && tool.exists("key\(round)"))
        }
    }

    @Test func secretsOfVersionsStandSideBySide() throws {
        let tool = try prepared()
        defer { tool.remove() }
        let first = try build(tool, "-o", "known.smset", "--json")
        #expect(first.status == 0, "\(first.errors)")
        let secrets = try tool.secrets()
        let (alpha, set, package) = (
            try tool.bytes(secrets), try tool.bytes("known.smset"), try tool.bytes("known.smset.audit")
        )
        #expect(try mode(tool, secrets) == 0o600 && mode(tool, "secrets") == 0o700)
        #expect(try mode(tool, "known.smset.audit") == 0o600 && mode(tool, "known.smset") == 0o644)
        // The secrets have the root's name.
        let inspected = try tool.run("set", "inspect", "known.smset", "--json").output
        let root = try #require(secrets.split(separator: "/").last?.split(separator: ".").first)
        #expect(root.count == 64 && inspected.contains(root))

        // A rebuild over it is refused, also where it would fail, and nothing changes.
        let before = try names(tool)
        let again = try build(tool, "-o", "known.smset", "--version", "2")
        #expect(again.status == 66 && again.errors.contains("known.smset") && again.errors.contains("--force"))
        #expect(try build(tool, "-o", "known.smset", "--force", "--threshold", "1").status == 65)
        #expect(try build(tool, "-o", "no/such/folder/known.smset").status == 66)
        try FileManager.default.removeItem(atPath: tool.file("known.smset"))
        #expect(try build(tool, "-o", "known.smset").status == 66)
        try tool.write(set, to: "known.smset")
        #expect(try names(tool) == before)
        #expect(
            try tool.bytes(secrets) == alpha && tool.bytes("known.smset") == set
                && tool.bytes("known.smset.audit") == package)

        // Said so, set and package are replaced; the first set's secrets stay beside the new ones.
        try FileManager.default.moveItem(atPath: tool.file("known.smset"), toPath: tool.file("old name"))
        try tool.write(set, to: "known.smset")
        #expect(try build(tool, "-o", "known.smset", "--version", "2", "--force").status == 0)
        #expect(try tool.bytes("known.smset") != set && tool.bytes("known.smset.audit") != package)
        #expect(try tool.bytes(secrets) == alpha)
        #expect(try FileManager.default.contentsOfDirectory(atPath: tool.file("secrets")).count == 2)
        // Both are found by root, whatever the set files are called.
        for (name, proof) in [("old name", "1.proof"), ("known.smset", "2.proof")] {
            let absent = String(repeating: "5a", count: 32)
            #expect(try tool.run("set", "prove", name, "--pdq", absent, "-o", proof).status == 0)
        }
        #expect(try names(tool).allSatisfy { !$0.contains(".partial-") })
    }

    /// A folder that takes no more files: nothing of the three is there afterwards, or all of them.
    @Test func aBuildThatCannotWriteLeavesEverything() throws {
        let tool = try prepared()
        defer { tool.remove() }
        #expect(try build(tool, "-o", "known.smset").status == 0)
        let before = try names(tool)
        // The set's place is a folder: it can be replaced by no file.
        try FileManager.default.createDirectory(
            atPath: tool.file("folder.smset/inside"), withIntermediateDirectories: true)
        let refused = try build(tool, "-o", "folder.smset", "--force")
        let after = try names(tool)
        if refused.status == 0 {
            // Exchanged, as two names: the folder would be gone, which must not happen.
            Issue.record("a folder was replaced")
        }
        #expect(after == before.union(["folder.smset", "folder.smset/inside"]), "\(after)")
    }

    @Test func nothingIsSealedUnlessAllCanBe() throws {
        let tool = try prepared()
        defer { tool.remove() }
        #expect(try build(tool, "-o", "known.smset", "--threshold", "2").status == 0)
        for name in ["alice", "bob"] {
            #expect(
                try tool.run(
                    "set", "sign", "known.smset", "--key", name, "--package", "known.smset.audit", "--list",
                    "\(name).pub=\(name).txt", "--known", "alice.pub", "bob.pub"
                ).status == 0)
        }
        for name in ["a", "b", "c"] { try tool.write("content of \(name)", to: name) }
        func seal(_ files: String...) throws -> Tool.Result {
            try tool.run(
                [
                    "seal", "--set", "known.smset", "--trust", "alice.pub", "bob.pub", "--min-entries", "1",
                    "--min-threshold", "2", "--account", "carol", "--client", "client", "--upload", "up", "--window",
                    "0",
                ] + files)
        }
        func vouchers() throws -> Int {
            guard tool.exists("up") else { return 0 }
            return try FileManager.default.contentsOfDirectory(atPath: tool.file("up")).count {
                $0.hasSuffix(".voucher")
            }
        }
        let refused = try seal("a", "missing", "c")
        #expect(refused.status == 66 && refused.errors.contains("missing"))
        #expect(try vouchers() == 0 && !tool.exists("client"))
        let sealed = try seal("a", "b", "c")
        #expect(sealed.status == 0 && sealed.output.contains("sealed 3;"), "\(sealed.errors)")
        #expect(try vouchers() == 3)
        // The same run again, and one that is half new; another name for the same file is the same file.
        #expect(try seal("a", "b", "c").output.contains("sealed 0 (3 sealed before"))
        try tool.write("content of d", to: "d")
        #expect(try seal("./a", "d", tool.file("c")).output.contains("sealed 1 (2 sealed before"))
        #expect(try vouchers() == 4)
        // What changed is another item, and so is a second message.
        try tool.write("another content of a", to: "a")
        #expect(try seal("a").output.contains("sealed 1;"))
        #expect(try seal("a", "--again").output.contains("sealed 1;"))
        #expect(try vouchers() == 6)
        #expect(try mode(tool, "client/sealed-files") == 0o600)
    }
}
