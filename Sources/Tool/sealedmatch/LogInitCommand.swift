internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchLog
internal import SealedMatchPublishing

struct LogInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a log without entries, and prints its line of a policy.",
        discussion: "The key is one that `keygen` made, for the log alone.")

    @Argument(help: "The log's folder.") var folder: String
    @Option(help: "The log's name, the origin of its checkpoints: its URL without the scheme.") var name: String
    @Option(help: "KEY.pub, the log's public key.") var key: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let publicKey = try KeyFiles.readSourcePublic(key)
            let log = try about("--name") {
                try VerifierKey(name: Array(name.utf8), kind: .note, publicKey: publicKey)
            }
            try about(folder) { try LogFolder.create(at: folder, key: log) }
            Terminal.print("log \(String(decoding: log.encoded, as: UTF8.self))")
        }
    }
}
