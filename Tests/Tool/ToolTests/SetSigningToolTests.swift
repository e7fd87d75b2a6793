import Foundation
import SealedMatchTestSupport
import Testing

/// `set build`, `set sign`, `set verify` and `set inspect`: who may sign what, and what is shown.
@Suite(.serialized) struct SetSigningToolTests {
    private static let names = ["alice", "bob", "ghost"]

    /// Key files of three sources, and their lists: 30 hashes that all have; bob has one more, and ghost two.
    private func prepare(_ tool: Tool) throws {
        var random = SeededRandom(5)
        func lines(_ count: Int) -> String {
            (0..<count).map { _ in random.bytes(32).map { String(format: "%02x", $0) }.joined() + "\n" }.joined()
        }
        let shared = lines(30)
        let one = lines(1)
        for (name, list) in zip(Self.names, [shared, shared + one, shared + one + lines(1)]) {
            #expect(try tool.run("keygen", "\(name).key").status == 0)
            try tool.write(list, to: "\(name).txt")
        }
    }

    private func build(_ tool: Tool, _ names: [String], _ options: String...) throws -> Tool.Result {
        try tool.run(
            ["set", "build"] + names.map { "--source=\($0).key.pub=\($0).txt" } + options + ["-o", "known.smset"])
    }

    private func signing(_ name: String, known: [String], file: String = "known.smset", _ options: [String] = [])
        -> [String]
    {
        ["set", "sign", file, "--key", "\(name).key", "--package", "known.smset.audit", "--list"]
            + ["\(name).key.pub=\(name).txt"] + (known.isEmpty ? [] : ["--known"] + known.map { "\($0).key.pub" })
            + options
    }

    private func verify(_ tool: Tool, _ names: [String], _ options: String...) throws -> Tool.Result {
        try tool.run(
            ["set", "verify", "known.smset", "--min-entries", "1", "--trust"] + names.map { "\($0).key.pub" } + options)
    }

    @Test func unknownSourcesAreNotSignedFor() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        #expect(try build(tool, Self.names, "--min-sources", "3").status == 0)
        let before = try tool.bytes("known.smset")
        let refused = try tool.run(signing("alice", known: ["bob"]))
        #expect(refused.status == 1 && refused.errors.contains("names 1 of 3 sources that you do not know"))
        #expect(try tool.bytes("known.smset") == before)
        // Every source, by key and by the name of its file, and what the header says.
        let ghost = try #require(
            String(decoding: tool.bytes("ghost.key.pub"), as: UTF8.self).split(whereSeparator: \.isWhitespace).last)
        #expect(refused.output.contains("source      \(ghost)  UNKNOWN\n"))
        #expect(refused.output.contains("  known  bob.key.pub\n") && refused.output.contains("  known  alice.key\n"))
        for part in [
            "version     ", "issued      20", "expires     20", "90 days after", "t = 30", "r = 6", "digest 9576",
        ] {
            #expect(refused.output.contains(part), "\(part)")
        }
        #expect(refused.output.contains("at least q = 3 of the S = 3 sources"))
        #expect(try tool.run(signing("alice", known: ["bob", "ghost"])).status == 0)
        // A list without the source's own key is no audit of its own.
        let foreign = try tool.run([
            "set", "sign", "known.smset", "--key", "alice.key", "--package", "known.smset.audit", "--known",
            "ghost.key.pub", "--list", "bob.key.pub=bob.txt",
        ])
        #expect(foreign.status == 65 && foreign.errors.contains("its own list"))
    }

    // A builder with an invented source gets a set that claims more, and that clients of the two real ones refuse.
    @Test func inventedSourcesConfirmNothing() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        #expect(try build(tool, Self.names).status == 0)
        for name in Self.names { #expect(try tool.run(signing(name, known: Self.names)).status == 0) }
        let refused = try verify(tool, ["alice", "bob"])
        #expect(refused.status == 65 && refused.errors.contains("[error 311]"))
        let one = try verify(tool, ["alice", "bob"], "--min-confirmed", "1")
        #expect(one.status == 0 && one.output.contains("2 of the sources that you trust signed; at least 1 of them"))
        #expect(try verify(tool, Self.names).output.contains("at least 2 of them list each entry"))
        let blind = try tool.run("set", "inspect", "known.smset")
        #expect(blind.status == 0 && blind.output.contains("confirmed   unknown"))
        let seen = try tool.run("set", "inspect", "known.smset", "--trust", "alice.key.pub")
        #expect(seen.output.contains("1 of the sources that you trust signed; at least 0 of them"))
        let json = try tool.run(
            "set", "inspect", "known.smset", "--json", "--trust", "alice.key.pub", "bob.key.pub")
        #expect(json.output.contains("\"confirmedSources\":1"))
        #expect(try !tool.run("set", "inspect", "known.smset", "--json").output.contains("confirmedSources"))
    }

    @Test func countsStandBesideTheirLists() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        #expect(try build(tool, Self.names).status == 0)
        for order in [Self.names, Self.names.reversed()] {
            let audit = try tool.run(
                ["set", "audit", "known.smset", "--package", "known.smset.audit", "--list"]
                    + order.map { "\($0).key.pub=\($0).txt" })
            #expect(audit.status == 0, "\(audit.errors)")
            for (name, count) in zip(Self.names, [30, 31, 31]) {
                #expect(audit.output.contains("\(name).txt holds all \(count) entries that name \(name).key.pub"))
            }
            #expect(audit.output.contains("expires     20") && audit.output.contains("version     "))
        }
    }

    @Test func numbersThatClientsRefuseAreUsageErrors() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        for days in ["0", "-1", "401", "213503982334602", "18446744073709551615", "18446744073709551616", "x"] {
            let result = try build(tool, ["alice", "bob"], "--expires-after-days=\(days)")
            #expect(result.status == 64 && !result.wasKilled, "\(days): \(result.status)")
        }
        for version in ["-1", "9223372036854775808", "18446744073709551615", "18446744073709551616"] {
            let result = try build(tool, ["alice", "bob"], "--version=\(version)")
            #expect(result.status == 64 && !result.wasKilled, "\(version): \(result.status)")
        }
        #expect(!tool.exists("known.smset") && !tool.exists("known.smset.audit") && !tool.exists("secrets"))
        for days in ["1", "400"] {
            #expect(try build(tool, ["alice", "bob"], "--expires-after-days", days, "--version", "7").status == 0)
            for name in ["alice", "bob"] {
                #expect(try tool.run(signing(name, known: Self.names)).status == 0)
            }
            #expect(try verify(tool, ["alice", "bob"]).status == 0)
            for name in try ["known.smset", "known.smset.audit", tool.secrets()] {
                try FileManager.default.removeItem(atPath: tool.file(name))
            }
        }
    }

    // Two sources that sign one file at the same time lose no signature.
    @Test func twoSignAtOnce() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        #expect(try build(tool, ["alice", "bob"]).status == 0)
        let unsigned = try tool.bytes("known.smset")
        for _ in 0..<4 {
            try tool.write(unsigned, to: "known.smset")
            let processes = try ["alice", "bob"].map { try tool.start(signing($0, known: Self.names)) }
            for process in processes {
                process.standardOutput = FileHandle.nullDevice
                try process.run()
            }
            for process in processes {
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
            }
            #expect(try verify(tool, ["alice", "bob"]).status == 0)
        }
    }

    @Test func linksAndModesStayAndCopiesAreNew() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool)
        let manager = FileManager.default
        #expect(try build(tool, ["alice", "bob"]).status == 0)
        try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: tool.file("known.smset"))
        try manager.createSymbolicLink(atPath: tool.file("link"), withDestinationPath: "known.smset")
        #expect(try tool.run(signing("alice", known: Self.names, file: "link")).status == 0)
        #expect(try manager.destinationOfSymbolicLink(atPath: tool.file("link")) == "known.smset")
        let mode = try manager.attributesOfItem(atPath: tool.file("known.smset"))[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o640)
        let signed = try tool.bytes("known.smset")
        #expect(try tool.run(signing("bob", known: Self.names, ["-o", "copy.smset"])).status == 0)
        #expect(try tool.bytes("known.smset") == signed && tool.bytes("copy.smset") != signed)
        // Never over a file that is there: it may hold another source's signature.
        let copy = try tool.bytes("copy.smset")
        for out in ["copy.smset", "known.smset"] {
            #expect(try tool.run(signing("alice", known: Self.names, ["-o", out])).status == 66)
        }
        #expect(try tool.bytes("copy.smset") == copy && tool.bytes("known.smset") == signed)
    }
}
