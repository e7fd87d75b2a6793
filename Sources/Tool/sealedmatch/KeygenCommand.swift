internal import ArgumentParser
internal import SealedMatchCrypto

struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Makes the signing key of a source, or of a collector.",
        discussion: """
            Writes FILE (secret) and FILE.pub, both or neither. A key that is there already is never replaced, unless \
            --force says so: what it signed could not be signed again. The authority's matching key is not made here: \
            `set build` draws a fresh one for each set. An account's secret is made by `seal` on its first run.
            """)

    @Argument(help: "Where the secret key goes; the public key goes to FILE.pub.")
    var file: String

    @Flag(help: "Replace keys of this name. They are gone then.")
    var force = false

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let key = try SigningKey.random()
            try KeyFiles.writeSource(key, to: file, replacing: force)
            Terminal.print("secret key \(file)")
            Terminal.print("public key \(file).pub  \(hexadecimal(key.publicKey.bytes))")
        }
    }
}
