internal import ArgumentParser
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchProtocol
internal import SealedMatchSQLite

struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Releases the names of revealed accounts, at the collector.",
        discussion: """
            Takes the request files that `reveal` wrote, and writes a signed release for each, PSEUDONYM-EPOCH.release. \
            A name is released against the token in the request and against nothing else: nobody but the account can \
            have it before the threshold was passed. A request without the right token is refused. Releases and \
            refusals are counted, in the collector's database. Without requests the counts are printed.
            """)

    @Option(help: "The collector's SQLite file.") var database: String
    @Option(help: "The collector's secret key, made by `keygen`.") var key: String?
    @Option(help: "Directory for the releases; made if it is missing.") var releases: String?
    @Argument(help: "The request files.") var requests: [FileName] = []

    func validate() throws {
        guard requests.isEmpty || (key != nil && releases != nil) else {
            throw ValidationError("requests need --key and --releases")
        }
    }

    func run() throws {
        try reportingFailures {
            let collector = try about(database) { try CollectorStore(path: database) }
            guard let key, let releases, !requests.isEmpty else { return try printCounts(collector) }
            let signing = try KeyFiles.readSourceSecret(key)
            try about(releases) { try LockedDirectory.make(releases) }
            var refused = 0
            var worst = Failure.negative
            for request in requests {
                do {
                    try release(request, collector, signing, to: releases)
                } catch let failure as Failure {
                    Terminal.note("sealedmatch: \(failure.message)")
                    refused += 1
                    worst = Failure.worse(worst, failure.code)
                }
            }
            guard refused == 0 else { throw Failure("\(count(refused, "request")) without a release", code: worst) }
        }
    }

    private func release(
        _ request: FileName, _ collector: CollectorStore, _ key: borrowing SigningKey, to folder: String
    ) throws {
        let path = request.description
        // A byte more than a request: one that is too long is refused and counted, and not only unread.
        let bytes = try about(path) {
            try DurableFile.read(request.text, limit: ResolutionRequest.encodedCount + 1)
        }
        let released: ReleasedName
        do {
            released = try collector.resolve(bytes)
        } catch {
            let failure = Failure(error, "refused: \(path)")
            throw Failure(failure.message, code: error.isRefusal ? Failure.negative : failure.code)
        }
        let registration = released.registration
        let pseudonym = hexadecimal(registration.pseudonym.encoded.bytes)
        let place = "\(folder)/\(pseudonym)-\(registration.epoch).release"
        // Signing is deterministic, and a repeat has the same number: the same file again.
        let release = try about(place) { try released.signed(by: key).encoded }
        try about(place) { try DurableFile.write(release, to: place, secret: true) }
        Terminal.print(
            "RELEASED  \(pseudonym.prefix(16))…  epoch \(registration.epoch)  "
                + "account \(hexadecimal(registration.account.encoded.bytes).prefix(16))…  \(place)")
    }

    private func printCounts(_ collector: CollectorStore) throws {
        let counts = try about(database) { try collector.resolutionCounts() }
        if counts.isEmpty { Terminal.print("no name was asked for") }
        for row in counts {
            Terminal.print(
                "\(row.epoch.map { "epoch \($0)" } ?? "no epoch"): \(count(row.releases, "name")) released, "
                    + "\(row.repeats) again; \(count(row.refusals, "request")) refused")
        }
    }
}

extension SealedMatchError {
    /// Whether a collector refused a request for a name (Docs/Protocol.md, "Resolve"); else a file or the machine
    /// failed.
    fileprivate var isRefusal: Bool {
        [.wrongLength, .invalidMagic, .epochInPast, .notRegistered, .tokenMismatch].contains(code)
    }
}
