internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

struct AuthorityInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a custodian's folder, with its key.",
        discussion: "Give the public key to the other operators, and compare it by another channel.")

    @Argument(help: "The folder.") var folder: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let key = try about(folder) { try CustodianFolder.create(at: folder) }
            Terminal.print("public key \(folder)/custodian.key.pub  \(hexadecimal(key.bytes))")
        }
    }
}
