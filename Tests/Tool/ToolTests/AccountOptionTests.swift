import Foundation
import Testing

/// Whose vouchers: a name is always hashed, an identifier has an option of its own.
@Suite struct AccountOptionTests {
    private static let bob = "259f4c345e2660f38831ce6109561f2d8ec2d7bff66f519dc9b97471379c675d"

    @Test func noNameIsAnotherAccountsIdentifier() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try FileManager.default.createDirectory(atPath: tool.file("up"), withIntermediateDirectories: true)
        for (option, value, account) in [
            ("--account", "bob", "259f4c345e2660f3"), ("--account-id", Self.bob, "259f4c345e2660f3"),
            ("--account", Self.bob, "19017c112432b5f1"),
        ] {
            let result = try tool.run("collect", "--database", "collector.sqlite", option, value, "up")
            #expect(result.status == 0 && result.output.contains("account \(account)"), "\(option) \(value)")
        }
    }

    @Test func whatIsNoAccountIsAUsageError() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try FileManager.default.createDirectory(atPath: tool.file("up"), withIntermediateDirectories: true)
        for arguments in [
            [], ["--account", ""], ["--account", String(repeating: "n", count: 4_097)], ["--account-id", ""],
            ["--account-id", "bob"], ["--account-id", String(Self.bob.dropLast(2))],
            ["--account", "bob", "--account-id", Self.bob],
        ] {
            let result = try tool.run(["collect", "--database", "collector.sqlite"] + arguments + ["up"])
            #expect(result.status == 64, "\(arguments)")
            #expect(!FileManager.default.fileExists(atPath: tool.file("collector.sqlite")), "\(arguments)")
        }
    }
}
