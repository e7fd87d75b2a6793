internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchLog
internal import SealedMatchPublishing

struct LogPublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Writes tiles, signs a checkpoint, and asks witnesses to cosign it.",
        discussion: """
            Without new entries it renews cosignatures. The checkpoint is published once it has the policy's quorum; \
            until then it is pending, nothing else is signed, and the next `log publish` goes on with it. Exit code 1 \
            if the quorum is missing.
            """)

    @Argument(help: "The log's folder.") var folder: String
    @Option(help: "The log's secret key.") var key: String
    @Option(help: "The policy that clients pin, with the URLs of witnesses.") var policy: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let file = try LogPolicyFile(policy, days: 1)
            let log = try about(folder) { try LogFolder(path: folder) }
            let secret = try KeyFiles.readSourceSecret(key)
            let outcome = try about(folder) {
                try LogPublisher(log).publish(
                    by: secret, policy: file.policy, witnesses: file.witnesses, now: currentTime,
                    post: LogTransfer.post)
            }
            for problem in outcome.problems { Terminal.note("sealedmatch: \(problem)") }
            guard outcome.isPublished else {
                throw Failure("\(folder): no quorum; the checkpoint is pending", code: Failure.negative)
            }
            Terminal.print("published, \(count(outcome.size, "entry", "entries"))")
        }
    }
}
