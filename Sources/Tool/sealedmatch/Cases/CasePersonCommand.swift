internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchSQLite

struct CasePersonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person", abstract: "Gives a person a role, or takes it away.")

    @OptionGroup var actor: ActorOptions
    @Option(help: "reviewer, second, lead or auditor; none takes it away.") var role: CaseRole?
    @Option(help: "Why.") var why = ""
    @Argument(help: "The person's name.") var name: String

    func run() throws {
        try reportingFailures {
            let store = try actor.library.store()
            let signer = try EventKey(actor.key)
            try about(name) {
                try store.append(
                    CaseEvent(
                        by: actor.person, time: currentTime(), why: why, .appointed(person: name, role: role)),
                    key: signer.key)
                try store.close()
            }
            Terminal.print("\(name): \(role?.rawValue ?? "no role")")
        }
    }
}

struct CasePolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Puts another policy in force; without one, prints the one in force.")

    @OptionGroup var library: LibraryOptions
    @Option(name: .customLong("as"), help: "Who does this: a lead.") var person: String?
    @Option(help: "The library's secret key.") var key: String?
    @Option(help: "Why.") var why = ""
    @Argument(help: "The new policy's file.") var policy: FileName?

    func validate() throws {
        guard policy == nil || (person != nil && key != nil) else {
            throw ValidationError("a new policy needs --as and --key")
        }
    }

    func run() throws {
        try reportingFailures {
            let store = try library.store()
            guard let policy, let person, let key else {
                let library = try about(library.library.description) { try store.library() }
                for line in library.policy.text.split(separator: "\n", omittingEmptySubsequences: false) {
                    Terminal.print(String(line))
                }
                return
            }
            let read = try PolicyFile.read(policy)
            let signer = try EventKey(key)
            try about(policy.description) {
                try store.append(
                    CaseEvent(by: person, time: currentTime(), why: why, .governed(policy: read.text)), key: signer.key)
                try store.close()
            }
            Terminal.print("\(policy): in force, mode \(read.mode.rawValue)")
        }
    }
}
