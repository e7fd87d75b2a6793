internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchSQLite

struct CaseInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a library of cases, under a policy, with its first lead.")

    @OptionGroup var actor: ActorOptions
    @Option(help: "The deployment's policy.") var policy: FileName

    func run() throws {
        try reportingFailures {
            let policy = try PolicyFile.read(policy)
            let signer = try EventKey(actor.key)
            let path = actor.library.library
            try about(path.description) {
                try CaseStore.found(
                    path.text, policy: Array(policy.text.utf8), lead: actor.person, key: signer.key, at: currentTime())
            }
            Terminal.print("\(path): made; \(actor.person) is its lead; mode \(policy.mode.rawValue)")
        }
    }
}
