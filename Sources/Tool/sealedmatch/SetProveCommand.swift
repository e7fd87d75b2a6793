internal import ArgumentParser
internal import SealedMatchFingerprint
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchSets
internal import SealedMatchFiles

struct SetProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove", abstract: "Proves that one key is, or is not, in a set.",
        discussion: """
            For a corpus fixed beforehand, and for due process after a reveal: answering any question asked would make a membership oracle. \
            The proof covers one key, not every recompression of a picture.
            """)

    @Argument var file: String
    @Option(help: "The set's secrets, a file; in the folder `secrets` beside the set unless given.")
    var secrets: String?
    @OptionGroup(title: "A divided key: its record is where the secrets would be") var custodians: CustodianOptions
    @Option(help: "A PDQ hash, 64 hexadecimal digits.") var pdq: String?
    @Option(help: "A SHA-256, 64 hexadecimal digits.") var sha256: String?
    @Option(help: "A picture, by its PDQ hash; another file, by its SHA-256.") var media: FileName?
    @Option(name: [.customShort("o"), .customLong("out")], help: "Where the proof goes: a new file.") var out: String

    func run() throws {
        try reportingFailures {
            let set = try about(file) { try SetFile(path: file) }
            let key = try key(set.header.parameters.profile)
            let path = try secrets ?? KeyFiles.secretsPath(of: set.header, beside: file, folder: nil)
            let record = CustodianWays.recordPath(besideSecrets: path)
            let proof: KeyProof
            if DurableFile.exists(record) {
                let holder = try about(record) {
                    try custodians.ways().key(CustodianWays.readRecord(record), report: CustodianOptions.report)
                }
                proof = try about(file) { try KeyProof.make(key, in: set.header, by: holder) }
            } else {
                let secrets = try KeyFiles.readSetSecrets(path)
                proof = try about(file) { try KeyProof.make(key, in: set.header, secrets: secrets) }
            }
            let verdict = try about(file) { try proof.verify(in: set) }
            try about(out) { try DurableFile.create(proof.encoded, at: out, isSecret: false) }
            Terminal.print("\(verdict.rawValue): \(hexadecimal(key.encoded))")
            Terminal.print("proof in \(out)")
        }
    }

    private func key(_ profile: FingerprintProfile) throws -> EntryKey {
        switch (pdq, sha256, media) {
        case (let text?, nil, nil):
            guard let hash = try? PDQHash(hexadecimal: text) else {
                throw Failure("--pdq: expected 64 hexadecimal digits")
            }
            return EntryKey(perceptual: profile.shortKey(of: hash))
        case (nil, let text?, nil):
            guard let raw = bytes(hexadecimal: text), raw.count == 32 else {
                throw Failure("--sha256: expected 64 hexadecimal digits")
            }
            return EntryKey(sha256: try Bytes32(exactly: raw))
        case (nil, nil, let name?):
            let media = try MediaFile(name)
            return media.pdq.map { EntryKey(perceptual: profile.shortKey(of: $0.hash)) }
                ?? EntryKey(sha256: media.sha256)
        default:
            throw Failure("give one of --pdq, --sha256 and --media", code: .validationFailure)
        }
    }
}

struct SetVerifyProofCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-proof", abstract: "Verifies a proof against a set file, without any secret.")

    @Argument var file: String
    @Argument var proof: String

    func run() throws {
        try reportingFailures {
            let content = try about(proof) { try DurableFile.read(proof, limit: KeyProof.encodedCount) }
            let parsed = try about(proof) { try KeyProof(canonical: content) }
            let set = try about(file) { try SetFile(path: file) }
            do throws(SealedMatchError) {
                let verdict = try parsed.verify(in: set)
                Terminal.print("\(verdict.rawValue): \(hexadecimal(parsed.key.encoded))")
            } catch {
                throw Failure("\(proof): \(error.reason)", code: Failure.negative)
            }
        }
    }
}
