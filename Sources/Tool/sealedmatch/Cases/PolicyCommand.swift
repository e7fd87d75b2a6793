internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Checks the policy of a deployment, and prints its digest.",
        discussion: "What is in a policy, and what each mode forbids, is in Docs/Reviewing.md.",
        subcommands: [Check.self, Digest.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Says everything that is wrong with a policy.",
            discussion: "Contradictions are looked for once each part has its form.")

        @Argument(help: "The policy's file.") var policy: FileName

        func run() throws {
            try reportingFailures {
                let found = try PolicyFile.read(policy)
                Terminal.print("\(policy): a policy, mode \(found.mode.rawValue)")
            }
        }
    }

    struct Digest: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "digest", abstract: "Prints the SHA-256 of a policy that has no fault.",
            discussion: "Put it into the statement of the set that is logged (`log add --statement`).")

        @Argument(help: "The policy's file.") var policy: FileName

        func run() throws {
            try reportingFailures {
                let found = try PolicyFile.read(policy)
                Terminal.print(hexadecimal(try about(policy.description) { try found.digest() }.bytes))
            }
        }
    }
}
