internal import ArgumentParser
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchProtocol

struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Verifies a release, and says whose name it releases.",
        discussion: """
            Anybody can do this who has the collector's public key: that the collector signed the release, and that its \
            token opens the commitment which the account registered. With the account's identity key it also verifies \
            that the account itself signed the registration: then the collector did not make it up.
            """)

    @Option(help: "The collector's public key.") var collector: String
    @Option(help: "The account's public identity key.") var identity: String?
    @Option(help: "A name, to compare the released account with.") var account: String?
    @Flag(help: "One JSON object.") var json = false
    @Argument(help: "The release.") var release: FileName

    private struct Row: Encodable {
        let account: String
        let epoch: UInt32
        let pseudonym: String
        let number: UInt64
        let isSigned: Bool
    }

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let key = try KeyFiles.readSourcePublic(collector)
            let path = release.description
            let found = try about(path) {
                try Release(canonical: DurableFile.read(release.text, limit: Release.maximumEncodedCount))
            }
            let registration = found.registration
            do {
                try found.verify(by: key)
                if let identity {
                    let known = try KeyFiles.readSourcePublic(identity)
                    try registration.verify(by: Ed25519Identities([registration.account: known]))
                }
            } catch let error as SealedMatchError {
                throw Failure(Failure(error, path).message, code: Failure.negative)
            }
            if let account {
                let named = try about("--account") { try AccountID(name: Array(account.utf8)) }
                guard named == registration.account else {
                    throw Failure("\(path): another account's than the one named", code: Failure.negative)
                }
            }
            let row = Row(
                account: hexadecimal(registration.account.encoded.bytes), epoch: registration.epoch,
                pseudonym: hexadecimal(registration.pseudonym.encoded.bytes), number: found.number,
                isSigned: identity != nil)
            guard !json else { return try Terminal.printJSON(row) }
            Terminal.print("release \(row.number) of this collector, verified")
            Terminal.print("account    \(row.account)\(account.map { "  which is \($0)" } ?? "")")
            Terminal.print("epoch      \(row.epoch)")
            Terminal.print("pseudonym  \(row.pseudonym)")
            Terminal.print(
                identity == nil
                    ? "whether the account itself registered this was not asked: that takes its --identity key"
                    : "the account's identity key signed the registration")
        }
    }
}
