internal import ArgumentParser
internal import SealedMatchCrypto

struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Makes the signing key of a source.",
        discussion: """
            Writes FILE (secret) and FILE.pub. The authority's matching key is not made here: `set build` draws a fresh one for each set, and an \
            account's secret is made by `seal` on its first run.
            """)

    @Argument(help: "Where the secret key goes; the public key goes to FILE.pub.")
    var file: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            var random = SystemRandom()
            let key = try SigningKey.random(from: &random)
            try KeyFiles.writeSource(key, to: file)
            Terminal.print("secret key \(file)\npublic key \(file).pub  \(hexadecimal(key.publicKey.bytes))")
        }
    }
}
