import Foundation
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchLists
import SealedMatchPictures
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// The commands that README shows, and what they say when something is wrong.
@Suite(.serialized) struct ToolTests {
    /// A picture with detail everywhere: noise of several scales, different for each seed.
    private static func picture(_ seed: UInt64) throws -> [UInt8] {
        var random = SeededRandom(seed)
        let coarse = (0..<256).map { _ in UInt8.random(in: 0...255, using: &random) }
        var pixels: [UInt8] = []
        for y in 0..<256 {
            for x in 0..<320 {
                let value = coarse[y / 16 * 16 + x / 20]
                pixels += [
                    value, UInt8(truncatingIfNeeded: Int(value) / 2 + x % 64),
                    UInt8(truncatingIfNeeded: Int(value) / 2 + y % 64),
                ]
            }
        }
        return try DecodedPicture(width: 320, height: 256, pixels: pixels).jpeg(quality: 90)
    }

    private static func hash(_ random: inout SeededRandom) -> String {
        random.bytes(32).map { String(format: "%02x", $0) }.joined()
    }

    /// Keys, lists and a built set of some pictures and 1,100 other hashes.
    private func prepare(_ tool: Tool, pictures: Int) throws {
        var lines: [String] = []
        for index in 0..<pictures {
            try tool.write(Self.picture(UInt64(index)), to: "known\(index).jpg")
            let printed = try tool.run("fingerprint", "known\(index).jpg")
            #expect(printed.status == 0 && printed.output.contains("pdq "))
            lines.append(printed.output)
        }
        var random = SeededRandom(5)
        lines += (0..<1100).map { _ in Self.hash(&random) + "\n" }
        try tool.write(lines.joined(), to: "alice.txt")
        try tool.write(lines.reversed().joined() + "# only here\n" + Self.hash(&random) + "\n", to: "bob.txt")
        for name in ["alice.key", "bob.key"] { #expect(try tool.run("keygen", name).status == 0) }
    }

    private func build(_ tool: Tool) throws -> Tool.Result {
        try tool.run(
            "set", "build", "--source", "alice.key.pub=alice.txt", "--source", "bob.key.pub=bob.txt", "--threshold",
            "30", "-o", "known.smset")
    }

    private func sign(_ tool: Tool, _ name: String) throws -> Tool.Result {
        try tool.run(
            "set", "sign", "known.smset", "--key", "\(name).key", "--package", "known.smset.audit", "--list",
            "\(name).key.pub=\(name).txt", "--known", "alice.key.pub", "bob.key.pub")
    }

    /// What `open` says it has done is in the files, not beside them: a copy of the authority's file alone is
    /// a backup, and what was pruned is gone from the collector's.
    private func filesAreWholeAfterOpening(
        _ tool: Tool, _ open: (String, String...) throws -> Tool.Result
    ) throws {
        func beside() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: tool.file(".")).filter {
                $0.hasSuffix("-wal") || $0.hasSuffix("-shm")
            }
        }
        #expect(try beside() == [])
        // It was a matter of luck, so more than once.
        for _ in 0..<6 {
            #expect(try open("open", "--from-start").status == 0)
            #expect(try beside() == [])
        }
    }

    @Test func wholePath() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool, pictures: 40)
        let built = try build(tool)
        #expect(built.status == 0, "\(built.errors)")
        #expect(built.output.contains("1 key that fewer than 2 sources list"))
        // Nobody has signed yet, then one, then both.
        let verify = ["set", "verify", "known.smset", "--trust", "alice.key.pub", "bob.key.pub"]
        func verified() throws -> Tool.Result {
            try tool.run(verify[0], verify[1], verify[2], verify[3], verify[4], verify[5])
        }
        #expect(try verified().status == 65)
        #expect(try sign(tool, "alice").status == 0)
        #expect(try verified().errors.contains("[error 302]"))
        #expect(try sign(tool, "bob").status == 0)
        // A refusal names the parameter, its value, the floor and the option.
        let low = try tool.run(verify + ["--min-threshold", "31", "--min-entries", "5000"])
        #expect(low.status == 65 && low.errors.contains("threshold t is 30, the least is 31 (--min-threshold); "))
        #expect(low.errors.contains("the least is 5000 (--min-entries) [error 301]"), "\(low.errors)")
        let plain = try tool.run(
            verify + ["--min-probes", "33", "--max-check-levels", "4,5,6,7,8,16,28,36,80,160,255,255"])
        #expect(plain.status == 65 && plain.errors.contains("probes M are 32, the least is 33 (--min-probes); "))
        #expect(plain.errors.contains("a check level N is 5, the greatest is 4 (--max-check-levels) [error 301]"))
        #expect(try verified().status == 0)
        let inspected = try tool.run("set", "inspect", "known.smset", "--json")
        #expect(inspected.status == 0 && inspected.output.contains("\"tableIntact\":true"))
        #expect(inspected.output.contains("\"checkLevels\":[5,6,6,7,8,16,28,36,80,160,255,255]"))

        // Membership, non-membership, and a proof that was touched.
        #expect(
            try tool.run(
                "set", "prove", "known.smset", "--secrets", tool.secrets(), "--media", "known0.jpg", "-o",
                "in.proof"
            ).output.contains("is in"))
        #expect(try tool.run("set", "verify-proof", "known.smset", "in.proof").output.contains("the key is in the set"))
        let absent = String(repeating: "5a", count: 32)
        #expect(
            try tool.run(
                "set", "prove", "known.smset", "--pdq", absent, "-o", "out.proof"
            ).status == 0)
        #expect(try tool.run("set", "verify-proof", "known.smset", "out.proof").output.contains("not in the set"))
        var proof = try tool.bytes("out.proof")
        proof[100] ^= 1
        try tool.write(proof, to: "bad.proof")
        #expect(try [1, 65].contains(tool.run("set", "verify-proof", "known.smset", "bad.proof").status))

        // 40 known pictures of carol, 29 of dave.
        for (account, count) in [("carol", 40), ("dave", 29)] {
            var arguments = [
                "seal", "--set", "known.smset", "--trust", "alice.key.pub", "bob.key.pub", "--account", account,
            ]
            arguments += ["--client", account, "--upload", "up-\(account)", "--window", "0"]
            arguments += (0..<count).map { "known\($0).jpg" }
            let process = try tool.start(arguments)
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let collected = try tool.run(
                "collect", "--database", "collector.sqlite", "--account", account, "--set", "known.smset", "--keep",
                "up-\(account)")
            #expect(collected.output.contains("vouchers stored \(count),"), "\(collected.errors)")
        }
        let uploaded = try FileManager.default.contentsOfDirectory(atPath: tool.file("up-carol")).sorted()
        #expect(uploaded.count == 41)
        // Another's vouchers are refused, by name, and stay.
        let foreign = try tool.run("collect", "--database", "collector.sqlite", "--account", "mallory", "up-carol")
        #expect(foreign.status == 65 && foreign.output.contains("vouchers stored 0,"), "\(foreign.output)")
        #expect(uploaded.allSatisfy { foreign.errors.contains("up-carol/\($0): ") }, "\(foreign.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: tool.file("up-carol")).sorted() == uploaded)
        // A retry stores nothing anew and is no error; what is stored is removed, the registration, too.
        for (account, count) in [("carol", 40), ("dave", 29)] {
            let again = try tool.run(
                "collect", "--database", "collector.sqlite", "--account", account, "up-\(account)")
            #expect(again.status == 0 && again.output.contains("vouchers stored 0, there already \(count)"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: tool.file("up-\(account)")).isEmpty)
        }

        func authority(_ command: String, _ rest: String...) throws -> Tool.Result {
            let stores = ["--database", "collector.sqlite", "--authority", "authority.sqlite"]
            return try runAll(tool, [command] + stores + ["--set", "known.smset"] + rest)
        }
        // How many slots opened is no evidence, and not said.
        let opened = try authority("open", "--first-run").output
        #expect(opened == "opened 69 vouchers; 0 refused, 0 waiting for a set's key\n")
        try filesAreWholeAfterOpening(tool, authority)
        // A list that holds nothing, or of somebody who is no source of the set, would find nothing: both are refused.
        try tool.write("", to: "empty.txt")
        try tool.write("# nothing but a comment\n\n", to: "comment.txt")
        #expect(try tool.run("keygen", "eve.key").status == 0)
        for list in ["alice.key.pub=empty.txt", "alice.key.pub=comment.txt", "eve.key.pub=alice.txt"] {
            let refused = try authority("reveal", "--list", list, "--cases", "cases", "--force")
            #expect(refused.status == 65 && refused.output.isEmpty, "\(list): \(refused.output)")
            #expect(refused.errors.contains(list.split(separator: "=")[1]), "\(refused.errors)")
            #expect(!tool.exists("cases"))
        }
        let revealed = try authority(
            "reveal", "--list", "alice.key.pub=alice.txt", "--cases", "cases", "--force", "--json")
        let rows = revealed.output.split(separator: "\n")
        #expect(rows.count == 2, "\(revealed.output) \(revealed.errors)")
        #expect(
            rows.filter {
                $0.contains("\"revealed\":true") && $0.contains("\"matches\":40") && $0.contains("\"listed\":40")
            }.count == 1)
        // 29 matches are below the threshold; the verdict says what a reveal would need.
        let sealed = rows.filter { $0.contains("\"revealed\":false") }
        #expect(sealed.count == 1 && sealed[0].contains("not yet: no t + ⌈e/k⌉ matches could be decoded"), "\(sealed)")
        let again = try authority("reveal", "--list", "alice.key.pub=alice.txt", "--cases", "cases", "--force").output
        #expect(again.contains("REVEALED") && again.hasSuffix("2 accounts: 1 revealed\n"), "\(again)")
        try resolves(tool, Dictionary(uniqueKeysWithValues: ["carol", "dave"].map { ($0, try identifier($0)) }))
        // A damaged file says nothing about an account.
        var damaged = try tool.bytes("authority.sqlite")
        for index in 8192..<damaged.count { damaged[index] = 0 }
        try tool.write(damaged, to: "damaged.sqlite")
        let unread = try tool.run(
            "reveal", "--database", "collector.sqlite", "--authority", "damaged.sqlite", "--set", "known.smset",
            "--list", "alice.key.pub=alice.txt", "--cases", "cases", "--force")
        #expect([65, 66].contains(unread.status) && !unread.output.contains("sealed"), "\(unread.output)")
        // The running epoch does not expire; what is before it does, and here nothing is.
        let epoch = Int(Date().timeIntervalSince1970) / 2_592_000
        let running = try tool.run("expire", "--database", "collector.sqlite", "--before", "\(epoch + 2)")
        #expect(running.status == 64 && running.errors.contains("the running epoch is "), "\(running.errors)")
        let expired = try tool.run("expire", "--database", "collector.sqlite", "--before", "\(epoch)")
        #expect(expired.output.contains("forgot 0 vouchers and 0 registrations"), "\(expired.output)")
        try expiresAPastEpoch(tool, epoch)
        #expect(try tool.run("expire", "--database", "none.sqlite", "--before", "1").status == 66)
        #expect(!tool.exists("none.sqlite"))
        // Only the owner may read secrets and cases.
        for secret in try [tool.secrets(), "known.smset.audit", "alice.key", "carol/client"] {
            let mode = try FileManager.default.attributesOfItem(atPath: tool.file(secret))[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(secret)")
        }
    }

    /// A messenger that can pay for it hides more; one that would hide less is refused.
    @Test func checkLevelsAreChosenAndPinned() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool, pictures: 0)
        func build(_ levels: String, _ name: String) throws -> Tool.Result {
            try tool.run(
                "set", "build", "--source", "alice.key.pub=alice.txt", "--source", "bob.key.pub=bob.txt",
                "--check-levels", levels, "-o", name)
        }
        let better = "2,2,4,7,8,16,28,36,80,160,255,255"
        let plainer = "5,6,6,7,8,16,28,36,80,161,255,255"
        for (levels, name, status) in [(better, "better.smset", 0 as Int32), (plainer, "plainer.smset", 65)] {
            #expect(try build(levels, name).status == 0)
            for source in ["alice", "bob"] {
                #expect(
                    try tool.run(
                        "set", "sign", name, "--key", "\(source).key", "--package", "\(name).audit", "--list",
                        "\(source).key.pub=\(source).txt", "--known", "alice.key.pub", "bob.key.pub"
                    ).status == 0)
            }
            let shown = levels.replacing(",", with: ", ")
            #expect(try tool.run("set", "inspect", name).output.contains("levels      N = \(shown): M/N slots"))
            let verify = ["set", "verify", name, "--trust", "alice.key.pub", "bob.key.pub"]
            let verified = try tool.run(verify)
            #expect(verified.status == status, "\(verified.errors)")
            #expect(verified.errors.contains("N is 161, the greatest is 160 (--max-check-levels)") == (status != 0))
            #expect(try tool.run(verify + ["--max-check-levels", levels]).status == 0)
        }
        // Twelve numbers from 1 to 255 that do not fall, and nothing else.
        for bad in [
            "", "5", "6,5,6,7,8,16,28,36,80,160,255,255", "0,6,6,7,8,16,28,36,80,160,255,255", better + ",255",
            "2,2,4,7,8,16,28,36,80,160,255,256", "2,2,4,7,8,16,28,36,80,160,255,", better.replacing(",", with: " "),
            "-1,2,4,7,8,16,28,36,80,160,255,255",
        ] {
            #expect(try build(bad, "bad.smset").status == 64, "\(bad)")
            #expect(
                try tool.run("set", "verify", "better.smset", "--trust", "alice.key.pub", "--max-check-levels", bad)
                    .status == 64, "\(bad)")
        }
        #expect(!tool.exists("bad.smset"))
    }

    /// A set of profile 3, with as many keys and polynomials as are asked for: refused unless that profile is pinned.
    @Test func profilesAreChosenAndPinned() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool, pictures: 0)
        func build(_ name: String, _ more: [String]) throws -> Tool.Result {
            try tool.run(
                ["set", "build", "--source", "alice.key.pub=alice.txt", "--source", "bob.key.pub=bob.txt"]
                    + ["-o", name] + more)
        }
        for (more, probes, polynomials) in [
            (["--polynomials", "624"], 64, 624), (["--probes", "48"], 48, 312), ([], 64, 312),
        ] {
            let name = "set-\(probes)-\(polynomials).smset"
            #expect(try build(name, ["--profile", "3"] + more).status == 0)
            let shown = try tool.run("set", "inspect", name).output
            #expect(shown.contains("threshold   t = 30, k = \(polynomials)\n"))
            #expect(shown.contains("probes      M = \(probes) of 53 bits"))
            #expect(shown.contains("profile     3, digest a92dc7a8"))
        }
        let name = "set-64-624.smset"
        for source in ["alice", "bob"] {
            #expect(
                try tool.run(
                    "set", "sign", name, "--key", "\(source).key", "--package", "\(name).audit", "--list",
                    "\(source).key.pub=\(source).txt", "--known", "alice.key.pub", "bob.key.pub"
                ).status == 0)
        }
        let verify = ["set", "verify", name, "--trust", "alice.key.pub", "bob.key.pub"]
        let refused = try tool.run(verify)
        #expect(refused.status == 65 && refused.errors.contains("not one that this messenger pins"))
        for pinned in [["3"], ["2", "3"]] { #expect(try tool.run(verify + ["--profiles"] + pinned).status == 0) }
        for wrong in [
            ["--polynomials", "15"], ["--polynomials", "1025"], ["--profile", "1"], ["--profile", "4"],
            ["--probes", "0"], ["--probes", "65"],
        ] {
            let result = try build("bad.smset", wrong)
            #expect(result.status == 64 && result.errors.contains(wrong[0]), "\(wrong) \(result.errors)")
        }
        #expect(!tool.exists("bad.smset"))
    }

    private func identifier(_ name: String) throws -> String {
        try AccountID(name: Array(name.utf8)).encoded.bytes.map { String(format: "%02x", $0) }.joined()
    }

    /// The authority's files name nobody. Against the token, and against nothing else, the collector says that the case
    /// is carol's.
    private func resolves(_ tool: Tool, _ accounts: [String: String]) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: tool.file("cases")).sorted()
        #expect(names.count == 2 && names[0].hasSuffix(".json") && names[1].hasSuffix(".request"), "\(names)")
        for file in names.map({ "cases/" + $0 }) + ["authority.sqlite"] {
            let mode = try FileManager.default.attributesOfItem(atPath: tool.file(file))[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(file)")
            let text = try tool.bytes(file).map { String(format: "%02x", $0) }.joined()
            let content = String(decoding: try tool.bytes(file), as: UTF8.self)
            for account in accounts.values { #expect(!text.contains(account) && !content.contains(account), "\(file)") }
        }
        let request = "cases/" + names[1]
        let bytes = try tool.bytes(request)
        #expect(try tool.run("keygen", "collector.key").status == 0)
        func resolve(_ request: String) throws -> Tool.Result {
            try tool.run(
                "resolve", "--database", "collector.sqlite", "--key", "collector.key", "--releases", "releases", request
            )
        }
        // Without the token, with another one, of another epoch, under another pseudonym, of another kind.
        var (token, epoch, pseudonym, kind) = (bytes, bytes, bytes, bytes)
        (token[40], epoch[4], pseudonym[8], kind[0]) = (~token[40], ~epoch[4], ~pseudonym[8], 0)
        for (forged, code) in [
            (Array(bytes[..<40]), 201), (bytes + [0], 201), (bytes + bytes, 201), ([], 201), (kind, 206), (token, 706),
            (epoch, 406), (pseudonym, 406),
        ] {
            try tool.write(forged, to: "forged.request")
            let refused = try resolve("forged.request")
            #expect([1, 65].contains(refused.status), "\(refused.errors)")
            #expect(refused.errors.contains("forged.request: ") && refused.errors.contains("[error \(code)]"))
            #expect(refused.output.isEmpty && (try? tool.bytes("releases/" + names[1])) == nil)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: tool.file("releases")).isEmpty)
        let released = try resolve(request)
        #expect(released.status == 0 && released.output.hasPrefix("RELEASED  "), "\(released.errors)")
        let release = "releases/" + names[1].replacing(".request", with: ".release")
        let first = try tool.bytes(release)
        #expect(try resolve(request).status == 0 && tool.bytes(release) == first)
        let counts = try tool.run("resolve", "--database", "collector.sqlite").output
        #expect(counts.contains("1 name released, 1 again; 2 requests refused"), "\(counts)")
        #expect(counts.contains("no epoch: 0 names released, 0 again; "), "\(counts)")
        // Anybody can verify it, and that it is carol's.
        func verify(_ rest: String...) throws -> Tool.Result {
            try runAll(tool, ["release", release, "--collector", "collector.key.pub"] + rest)
        }
        let verified = try verify("--account", "carol")
        let carol = try #require(accounts["carol"])
        #expect(verified.status == 0 && verified.output.contains("\(carol)  which is carol"), "\(verified.errors)")
        #expect(try verify("--account", "dave").status == 1)
        #expect(try verify("--json").output.contains("\"account\":\"\(carol)\""))
        // Carol's client signed nothing; another collector's key is not this one's.
        let unsigned = try verify("--identity", "alice.key.pub")
        #expect(unsigned.status == 1 && unsigned.errors.contains("[error 303]"))
        let stranger = try tool.run("release", release, "--collector", "alice.key.pub")
        #expect(stranger.status == 1 && stranger.errors.contains("[error 303]"))
        var changed = first
        changed[90] ^= 1
        try tool.write(changed, to: "changed.release")
        #expect(try tool.run("release", "changed.release", "--collector", "collector.key.pub").status == 1)
    }

    /// A registration that the account's identity key signed is kept with its signature, to the release; a collector
    /// that asks for it takes no other.
    @Test func registrationsAreSigned() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let account = [UInt8](repeating: 0xAC, count: 32)
        let token = ResolutionToken(canonical: Bytes32())
        let pseudonym = Pseudonym(canonical: try Bytes32(exactly: [UInt8](repeating: 3, count: 32)))
        #expect(try tool.run("keygen", "identity.key").status == 0 && tool.run("keygen", "other.key").status == 0)
        #expect(try tool.run("keygen", "collector.key").status == 0)
        let plain = Registration(
            account: AccountID(canonical: try Bytes32(exactly: account)), epoch: 690, pseudonym: pseudonym,
            commitment: try token.commitment(pseudonym: pseudonym, epoch: 690))
        try FileManager.default.createDirectory(
            atPath: tool.file("up"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        func collect(_ registration: Registration, _ identity: String...) throws -> Tool.Result {
            try tool.write(registration.encoded, to: "up/r.registration")
            let name = ["--account-id", String(repeating: "ac", count: 32)]
            let options = identity.flatMap { ["--identity", $0] }
            return try runAll(tool, ["collect", "--database", "c.sqlite"] + name + options + ["up"])
        }
        func key(_ name: String) throws -> SigningKey { try SourceKeyFile.readSecret(tool.file(name)) }
        for wrong in [plain, try plain.signed(by: key("other.key"))] {
            let refused = try collect(wrong, "identity.key.pub")
            #expect(refused.status == 65 && refused.errors.contains("[error 303]"), "\(refused.errors)")
        }
        let signed = try plain.signed(by: key("identity.key"))
        #expect(try collect(signed, "identity.key.pub").output.contains("registrations stored 1"))
        let request = ResolutionRequest(epoch: 690, pseudonym: pseudonym, token: token)
        try tool.write(request.encoded, to: "r.request")
        #expect(
            try tool.run(
                "resolve", "--database", "c.sqlite", "--key", "collector.key", "--releases", "out", "r.request"
            ).status == 0)
        let release = try #require(try FileManager.default.contentsOfDirectory(atPath: tool.file("out")).first)
        #expect(try Release(canonical: tool.bytes("out/" + release)).registration == signed)
        for (identity, status) in [("identity.key.pub", 0), ("other.key.pub", 1)] as [(String, Int32)] {
            let verified = try tool.run(
                "release", "out/" + release, "--collector", "collector.key.pub", "--identity", identity)
            #expect(verified.status == status, "\(verified.errors)")
        }
    }

    /// Each of several registrations in a file is answered, at the first attempt and at any later one, and the file
    /// stays as long as one was refused; signatures that verify replace others; epochs are those of the clock.
    @Test func registrationsAreAnsweredOneByOne() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let running = UInt32(Date().timeIntervalSince1970 / 2_592_000)
        #expect(try tool.run("keygen", "identity.key").status == 0)
        let key = try SourceKeyFile.readSecret(tool.file("identity.key"))
        func bytes(_ byte: UInt8) throws -> Bytes32 { try Bytes32(exactly: [UInt8](repeating: byte, count: 32)) }
        func registration(_ epoch: UInt32, _ commitment: UInt8 = 1, account: UInt8 = 0xAC) throws -> Registration {
            Registration(
                account: AccountID(canonical: try bytes(account)), epoch: epoch,
                pseudonym: Pseudonym(canonical: try bytes(~account)),
                commitment: Commitment(canonical: try bytes(commitment)))
        }
        try FileManager.default.createDirectory(
            atPath: tool.file("up"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        func collect(_ rest: String...) throws -> Tool.Result {
            let name = ["--account-id", String(repeating: "ac", count: 32)]
            return try runAll(tool, ["collect", "--database", "each.sqlite"] + name + rest + ["up"])
        }
        let store = try CollectorStore(path: tool.file("each.sqlite"), creation: .ifMissing)
        _ = try store.register(registration(running), authenticatedAs: registration(running).account)
        func stored(_ epoch: UInt32) throws -> Registration? {
            try store.registration(account: registration(epoch).account, epoch: epoch)
        }

        // A conflict, another's, one too far and one too old stand before, between and behind those that are taken.
        var long = try registration(running - 1)
        long.signature = [UInt8](repeating: 5, count: 300)
        let file = try [
            registration(running, 2), registration(running - 2), registration(running, account: 0x11),
            registration(running + 2), long, registration(running - 65), registration(.max), registration(0),
            registration(running + 1),
        ].flatMap(\.encoded)
        for attempt in [(stored: 3, there: 0), (stored: 0, there: 3)] {
            try tool.write(file, to: "up/many.registration")
            let result = try collect()
            let expected = "registrations stored \(attempt.stored), there already \(attempt.there); files refused 1"
            #expect(result.output.contains(expected) && result.status == 65, "\(result.output)")
            for (place, code) in [(0, 407), (212, 209), (318, 402), (830, 401), (936, 402), (1_042, 401)] {
                let line = try #require(
                    result.errors.split(separator: "\n").first {
                        $0.contains("up/many.registration: at byte \(place),")
                    })
                #expect(line.contains("[error \(code)]"), "\(line)")
            }
            #expect(try tool.bytes("up/many.registration") == file)
        }
        #expect(try stored(running - 1) == long && stored(running + 1) != nil && stored(running + 2) == nil)
        // What cannot be read ends the file, and is named; what stands before it is taken.
        try FileManager.default.removeItem(atPath: tool.file("up/many.registration"))
        let broken = try registration(running - 3).encoded + [1, 2, 3] + registration(running - 4).encoded
        try tool.write(broken, to: "up/broken.registration")
        let ended = try collect()
        #expect(ended.status == 65 && ended.errors.contains("at byte 106, and all from there on: "), "\(ended.errors)")
        #expect(ended.errors.contains("[error 206]") && ended.output.contains("registrations stored 1,"))
        #expect(try tool.bytes("up/broken.registration") == broken)
        #expect(try stored(running - 4) == nil)
        try FileManager.default.removeItem(atPath: tool.file("up/broken.registration"))

        // With the identity key: a voucher waits for the signature, which replaces what is no signature of it.
        let header = VoucherHeader(
            parameters: Parameters(), number: 0, epoch: running - 1,
            voucherID: try VoucherID(canonical: [UInt8](repeating: 1, count: 16)), pseudonym: long.pseudonym,
            setRoot: SetRoot(canonical: Bytes32()))
        let voucher = header.encoded + [UInt8](repeating: 9, count: header.voucherCount - header.encoded.count)
        try tool.write(voucher, to: "up/1.voucher")
        let waits = try collect("--identity", "identity.key.pub")
        #expect(waits.status == 65 && waits.errors.contains("up/1.voucher: ") && waits.errors.contains("[error 303]"))
        #expect(tool.exists("up/1.voucher"))
        let signed = try [running - 2, running - 1].map { try registration($0).signed(by: key) }
        try tool.write(signed.flatMap(\.encoded), to: "up/signed.registration")
        let taken = try collect("--identity", "identity.key.pub")
        #expect(taken.status == 0 && taken.output.contains("vouchers stored 1,"), "\(taken.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: tool.file("up")).isEmpty)
        #expect(try [stored(running - 2), stored(running - 1)] == signed)
    }

    /// Three registrations of past epochs, back to back.
    private func expiresAPastEpoch(_ tool: Tool, _ running: Int) throws {
        let account = [UInt8](repeating: 0xAC, count: 32)
        func registration(_ epoch: Int) -> [UInt8] {
            Array("SMR2".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: epoch >> (8 * $0)) } + account
                + [UInt8](repeating: 7, count: 64) + [0, 0]
        }
        let name = ["--account-id", String(repeating: "ac", count: 32)]
        func collect(_ epochs: [Int]) throws -> Tool.Result {
            try tool.write(epochs.flatMap(registration), to: "past/r.registration")
            return try runAll(tool, ["collect", "--database", "past.sqlite"] + name + ["past"])
        }
        try FileManager.default.createDirectory(
            atPath: tool.file("past"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        #expect(try collect([running - 3, running - 2, running - 1]).output.contains("registrations stored 3"))
        let expired = try tool.run("expire", "--database", "past.sqlite", "--before", "\(running - 1)")
        #expect(expired.status == 0 && expired.output.contains("forgot 0 vouchers and 2 registrations"))
        // What expired is refused from now on, and its file stays; the rest is as it was.
        let again = try collect([running - 2])
        #expect(again.status == 65 && again.errors.contains("past/r.registration") && again.errors.contains("401"))
        #expect(try collect([running - 1]).output.contains("there already 1"))
    }

    private func runAll(_ tool: Tool, _ arguments: [String]) throws -> Tool.Result {
        let process = try tool.start(arguments)
        let out = Pipe()
        let errors = Pipe()
        process.standardOutput = out
        process.standardError = errors
        try process.run()
        let output = out.fileHandleForReading.readDataToEndOfFile()
        let messages = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Tool.Result(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: String(decoding: output, as: UTF8.self), errors: String(decoding: messages, as: UTF8.self))
    }

    @Test func wrongInputIsNamed() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try prepare(tool, pictures: 0)
        // A bad line: file and line number, and the way out.
        let good = try String(contentsOfFile: tool.file("bob.txt"), encoding: .utf8)
        try tool.write("# two lines\n" + good + "no hash\n", to: "bob.txt")
        let line = good.split(separator: "\n").count + 2
        let refused = try build(tool)
        #expect(refused.status == 65)
        #expect(refused.errors.contains("bob.txt:\(line):") && refused.errors.contains("--skip-bad-lines"))
        #expect(!tool.exists("known.smset") && !tool.exists("known.smset.audit") && !tool.exists("secrets"))
        let skipped = try tool.run(
            "set", "build", "--source", "alice.key.pub=alice.txt", "--source", "bob.key.pub=bob.txt",
            "--skip-bad-lines", "-o", "known.smset", "--json")
        #expect(skipped.status == 0 && skipped.output.contains("\"badLines\":["))

        // A signature needs an audit with the source's own list.
        #expect(try sign(tool, "alice").status == 0)
        try tool.write(good.split(separator: "\n").dropFirst(5).joined(separator: "\n"), to: "bob.txt")
        let audit = try sign(tool, "bob")
        #expect(audit.status == 1 && audit.output.contains("whose list does not hold it"))

        #expect(try tool.run("set", "inspect", "missing").status == 66)
        #expect(try tool.run("set", "inspect", "alice.txt").status == 65)
        #expect(try tool.run("set", "inspect").status == 64)
        #expect(try tool.run("keygen", "no/such/directory/key").status == 66)
        // A picture that is none is no crash; of half a one the half counts, and it is named.
        let whole = try Self.picture(1)
        try tool.write(Array(whole.prefix(whole.count / 2)), to: "half.jpg")
        let half = try tool.run("fingerprint", "half.jpg")
        #expect(half.status == 0 && half.output.contains("pdq ") && half.errors.contains("half.jpg"))
        try tool.write(Array(whole.prefix(40)), to: "none.jpg")
        let none = try tool.run("fingerprint", "none.jpg")
        #expect(none.status == 65 && none.output.isEmpty && none.errors.contains("none.jpg"))
        try tool.write("just text", to: "note.txt")
        #expect(try tool.run("fingerprint", "note.txt").output.contains("sha256 "))
        // A set file that was cut, and one with a flipped bit.
        var set = try tool.bytes("known.smset")
        set[set.count - 1] ^= 0x40
        try tool.write(set, to: "flipped.smset")
        #expect(
            try tool.run("set", "verify", "flipped.smset", "--trust", "alice.key.pub", "--min-confirmed", "1").errors
                .contains("[error 304]"))
        try tool.write(Array(set.prefix(set.count / 2)), to: "cut.smset")
        #expect(try tool.run("set", "verify", "cut.smset", "--trust", "alice.key.pub").errors.contains("[error 201]"))
    }

    /// What a source appends to its list, so that mirrored copies are found.
    @Test func listVariantsAreListLines() throws {
        let tool = try Tool()
        defer { tool.remove() }
        var random = SeededRandom(21)
        let hashes = (0..<9).map { _ in Self.hash(&random) }
        let lines = [
            "# a list", hashes[0], "pdq \(hashes[1]),80", "\(hashes[2]),10", "sha256 \(hashes[3])",
            "video " + hashes[4...8].joined(separator: " "),
        ]
        try tool.write(lines.joined(separator: "\n") + "\n", to: "list.txt")
        let mirrored = try tool.run("list", "variants", "list.txt")
        #expect(
            mirrored.status == 0
                && mirrored.errors.contains(
                    "3 hashes with variants, 1 of bytes without, 1 of too low quality, 0 bad lines skipped"),
            "\(mirrored.errors)")
        let printed = mirrored.output.split(separator: "\n").map(String.init)
        #expect(printed.count == 4 && printed[0].hasPrefix("# mirrored"))
        #expect(printed.map { $0.split(separator: " ").count }.suffix(3) == [2, 2, 6])
        // A mirror's mirror is the list again, without what has no variant.
        try tool.write(mirrored.output, to: "mirrored.txt")
        let again = try tool.run("list", "variants", "mirrored.txt", "--variant", "mirrored")
        #expect(
            again.output.split(separator: "\n").dropFirst() == [
                "pdq \(hashes[0])", "pdq \(hashes[1])", "video " + hashes[4...8].joined(separator: " "),
            ])
        let both = try tool.run("list", "variants", "list.txt", "--variant", "turned-left", "--variant", "upside-down")
        #expect(
            both.output.split(separator: "\n").count == 8 && both.output.contains("# turned-left")
                && both.output.contains("# upside-down"))
        #expect(try tool.run("list", "variants", "list.txt", "--variant", "askew").status == 64)
        try tool.write("no hash\n" + hashes[0] + "\n", to: "bad.txt")
        #expect(try tool.run("list", "variants", "bad.txt").errors.contains("bad.txt:1"))
        #expect(
            try tool.run("list", "variants", "bad.txt", "--skip-bad-lines").output.split(separator: "\n").count == 2)
        #expect(try tool.run("list", "variants", "missing.txt").status == 66)
    }

    /// Interrupted politely or killed, at random moments: a set file is there whole or not at all.
    @Test func interruptedBuildLeavesNoHalfFile() throws {
        let tool = try Tool()
        defer { tool.remove() }
        var random = SeededRandom(8)
        let lines = (0..<20_000).map { _ in Self.hash(&random) + "\n" }.joined()
        try tool.write(lines, to: "alice.txt")
        try tool.write(lines, to: "bob.txt")
        for name in ["alice.key", "bob.key"] { #expect(try tool.run("keygen", name).status == 0) }
        // Moments are drawn from the time that a whole build takes here, or took last: other programs come and go.
        let start = ContinuousClock.now
        #expect(try build(tool).status == 0)
        var whole = start.duration(to: .now) / .seconds(1)
        var interrupted = 0
        for round in 0..<12 {
            for name in ["known.smset", "known.smset.audit", "secrets"] {
                try? FileManager.default.removeItem(atPath: tool.file(name))
            }
            let process = try tool.start([
                "set", "build", "--source", "alice.key.pub=alice.txt", "--source", "bob.key.pub=bob.txt", "-o",
                "known.smset",
            ])
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            let moment = Double.random(in: 0...(0.9 * whole), using: &random)
            Thread.sleep(forTimeInterval: moment)
            if process.isRunning { interrupted += 1 } else { whole = moment }
            if round % 2 == 0 { kill(process.processIdentifier, SIGKILL) } else { process.interrupt() }
            process.waitUntilExit()
            // A signal before anything is begun is no matter of workers.
            let isEarly = process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGINT
            if round % 2 == 1 && process.terminationStatus != 0 { #expect(process.terminationStatus == 130 || isEarly) }
            // The set is the last to appear: where it is, its package and its secrets are, too.
            if tool.exists("known.smset") {
                #expect(try tool.run("set", "inspect", "known.smset").status == 0)
                #expect(try sign(tool, "alice").status == 0)
                #expect(try tool.bytes(tool.secrets()).count == 148)
            }
            let left = try FileManager.default.subpathsOfDirectory(atPath: tool.directory)
            #expect(!left.contains { $0.contains(".partial-") }, "\(left)")
        }
        #expect(interrupted >= 3)
        for name in ["known.smset", "known.smset.audit"] {
            try? FileManager.default.removeItem(atPath: tool.file(name))
        }
        #expect(try build(tool).status == 0)
    }
}
