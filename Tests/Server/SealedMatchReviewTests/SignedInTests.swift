import Foundation
import SealedMatchCrypto
import SealedMatchReview
import SealedMatchTestSupport
import Synchronization
import Testing

/// Passwords, sessions, forms.
@Suite struct SignedInTests {
    private func secret(_ text: String) throws -> SecretBytes { try SecretBytes.copying(Array(text.utf8)) }

    @Test func passwordsOfAFile() throws {
        let scratch = TemporaryDirectory()
        let file = PasswordFile(path: scratch.file("passwords"))
        #expect(throws: SealedMatchError.self, "there is none") { try file.read() }
        #expect(throws: SealedMatchError.self) { try SignIn(file) }
        try file.set("rita", secret("correct horse battery"))
        try file.set("sam", secret("another long one"))
        let read = try file.read()
        #expect(read.keys.sorted() == ["rita", "sam"])
        #expect(try read["rita"]?.verifies(secret("correct horse battery")) == true)
        #expect(try read["rita"]?.verifies(secret("correct horse batterz")) == false)
        #expect(try read["sam"]?.verifies(secret("correct horse battery")) == false)
        // A salt of its own each time.
        try file.set("rita", secret("correct horse battery"))
        #expect(try file.read()["rita"] != read["rita"])
        #expect(try file.remove("rita"))
        #expect(try !file.remove("rita"))
        #expect(try file.read().keys.sorted() == ["sam"])
        #expect(throws: SealedMatchError.self) { try file.set("sam", secret("short")) }
        #expect(throws: SealedMatchError.self) { try file.set("s am", secret("correct horse battery")) }
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test(arguments: [
        "rita", "rita x", "rita $argon2id$a b", "rita $argon2id$x\nrita $argon2id$y", "<b> $argon2id$x",
    ])
    func filesThatAreNone(_ text: String) throws {
        let scratch = TemporaryDirectory()
        let path = scratch.file("passwords")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, 0o600) == 0)
        #expect(throws: SealedMatchError.self) { try PasswordFile(path: path).read() }
    }

    @Test func filesThatOthersMayRead() throws {
        let scratch = TemporaryDirectory()
        let path = scratch.file("passwords")
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(chmod(path, 0o644) == 0)
        #expect(throws: SealedMatchError.self) { try PasswordFile(path: path).read() }
    }

    /// A hash whose costs somebody changed is tried at no cost, and is nobody's.
    @Test func hashesOfOtherCosts() throws {
        let hash = try PasswordHash(of: secret("correct horse battery"))
        for text in [
            hash.text.replacingOccurrences(of: "m=65536", with: "m=4194304"),
            hash.text.replacingOccurrences(of: "t=3", with: "t=300"), "", "$argon2id$",
            hash.text + String(repeating: "A", count: 200),
        ] {
            #expect(try !PasswordHash(text: text).verifies(secret("correct horse battery")))
        }
    }

    @Test func sessionsEnd() throws {
        let clock = Mutex(ContinuousClock.now)
        var limits = Sessions.Limits()
        limits.idle = .seconds(100)
        limits.longest = .seconds(500)
        let sessions = Sessions(limits) { clock.withLock { $0 } }
        let (rita, sam) = (try sessions.begin("rita"), try sessions.begin("sam"))
        #expect(rita != sam && rita.utf8.count == 64)
        for _ in 0..<5 {
            #expect(try sessions.person(rita) == "rita")
            clock.withLock { $0 += .seconds(99) }
        }
        #expect(try sessions.person(sam) == nil, "idle for too long")
        #expect(try sessions.person(rita) == "rita")
        clock.withLock { $0 += .seconds(5) }
        #expect(try sessions.person(rita) == nil, "it ends in any case")
        for wrong in ["", "rita", String(repeating: "0", count: 64), rita.uppercased() + "0"] {
            #expect(try sessions.person(wrong) == nil)
        }
    }

    @Test func peopleAreRemindedOfABreak() throws {
        let clock = Mutex(ContinuousClock.now)
        var limits = Sessions.Limits()
        limits.work = .seconds(1_000)
        let sessions = Sessions(limits) { clock.withLock { $0 } }
        let rita = try sessions.begin("rita")
        for _ in 0..<5 {
            #expect(try sessions.needsBreak(rita) == nil)
            clock.withLock { $0 += .seconds(200) }
        }
        #expect(try sessions.needsBreak(rita) == .seconds(1_000))
        clock.withLock { $0 += .seconds(299) }
        #expect(try sessions.needsBreak(rita) == .seconds(1_299), "this was no pause")
        clock.withLock { $0 += .seconds(300) }
        #expect(try sessions.needsBreak(rita) == nil)
    }

    @Test func addressesOfClients() throws {
        func address(_ text: String) -> ClientAddress? { ClientAddress(text) }
        #expect(address("192.0.2.7") != nil && address("192.0.2.7") != address("192.0.2.8"))
        // One customer's
        #expect(address("2001:db8:1:2::7") == address("2001:DB8:1:2:ffff::1"))
        #expect(address("2001:db8:1:2::7") != address("2001:db8:1:3::7"))
        #expect(address("::ffff:192.0.2.7") == address("192.0.2.7"))
        #expect(address("::ffff:192.0.2.7") != address("::ffff:192.0.2.8"))
        for wrong in ["", "192.0.2.7, 192.0.2.8", "192.0.2.7:80", "[::1]", "::1%lo", "host", "192.0.2", " 192.0.2.7"] {
            #expect(address(wrong) == nil, "\(wrong)")
        }
    }

    @Test func forms() {
        #expect(ReviewForm(Array("why=a+b%0D%0Ac%26d&step=".utf8)) != nil)
        for wrong in ["a=1&a=2", "a=%", "a=%4", "a=%zz", "a=%FF"] {
            #expect(ReviewForm(Array(wrong.utf8)) == nil, "\(wrong)")
        }
    }

    @Test func origins() throws {
        for good in ["https://review.example.org", "http://127.0.0.1:8080", "http://[::1]:80", "https://10.0.0.1:8443"]
        {
            _ = try ReviewSettings(origin: good)
        }
        for bad in [
            "", "review", "http://example.org", "http://127.0.0.1.example.org", "https://", "https://a/b", "ftp://a",
            "http://localhost@example.org", "https://a b",
        ] {
            #expect(throws: SealedMatchError.self, "\(bad)") { try ReviewSettings(origin: bad) }
        }
    }
}
