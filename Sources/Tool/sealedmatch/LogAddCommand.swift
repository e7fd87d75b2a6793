internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLog
internal import SealedMatchProtocol
internal import SealedMatchPublishing

struct LogAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Puts an entry behind all others of a log. It is published by `log publish`.",
        discussion: """
            Either a set with its statement, the text for people that says who publishes it, for what purpose and on \
            what legal basis; or an entry of another kind, as a file of its text. A set's entry is refused that would \
            be an alarm for ever: one that says otherwise than the log's entry of the same set, one of a version that \
            another set has, or below that of a set before, one of a set that was revoked, and one whose custodians' \
            shares do not combine to the set's key.
            """)

    @Argument(help: "The log's folder.") var folder: String
    @Option(help: "A signed set file.") var set: String?
    @Option(help: "The set's statement; its SHA-256 is in the entry. Publish the file, too.") var statement: String?
    @Option(
        parsing: .upToNextOption,
        help: "Public shares L_1 L_2 … of the set's custodians, 64 hexadecimal digits each.")
    var custodians: [String] = []
    @Option(help: "How many custodians must take part in opening.") var threshold: Int?
    @Option(parsing: .upToNextOption, help: "Files, each an entry's text, added in this order.")
    var entry: [String] = []

    static let maximumStatement = 1 << 20

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let added = try made()
            let log = try about(folder) { try LogFolder(path: folder) }
            for one in added {
                let index = try about(folder) { try log.add(one) }
                Terminal.print("entry \(index), to be published")
            }
        }
    }

    private func made() throws -> [LogEntry] {
        if !entry.isEmpty {
            guard set == nil, statement == nil, custodians.isEmpty, threshold == nil else {
                throw ValidationError("--entry stands alone")
            }
            return try entry.map { path in
                try about(path) {
                    let made = try LogEntry(canonical: DurableFile.read(path, limit: SetEntry.maximumCount))
                    if let signed = made.signed, !signed.verifies {
                        throw SealedMatchError(.invalidLogSignature, "the entry's signature does not verify")
                    }
                    return made
                }
            }
        }
        guard let set, let statement else { throw ValidationError("give --set and --statement, or --entry") }
        let text = try about(statement) { try DurableFile.read(statement, limit: Self.maximumStatement) }
        let shares = try custodians.map { digits in
            guard let encoded = bytes(hexadecimal: digits), encoded.count == 32 else {
                throw ValidationError("--custodians: 64 hexadecimal digits each")
            }
            return try about("--custodians") { try Point(canonical: Bytes32(exactly: encoded)).encoded }
        }
        return try about(set) {
            let file = try SetFile(path: set)
            guard try !file.signatures.validSigners(of: file.header).isEmpty else {
                throw SealedMatchError(.tooFewSignatures, "no source has signed the set")
            }
            let terms = try SetTerms(
                threshold: threshold ?? shares.count, custodians: shares, statement: SHA256.digest(of: text))
            let entry = try SetEntry(header: file.header, terms: terms)
            if let problem = LogMonitor.check(entry, file).first { throw Failure("\(set): \(problem)") }
            return [.set(entry)]
        }
    }
}
