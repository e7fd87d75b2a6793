internal import ArgumentParser
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles

/// The audit package and lists, on the command line.
struct AuditOptions: ParsableArguments {
    @Option(help: "The audit package.")
    var package: String
    @Option(
        name: .customLong("list"), parsing: .upToNextOption,
        help: "KEY.pub=LIST: every entry that names this source must be in its list.")
    var lists: [SourceList] = []
    @Option(help: "Threads; all cores unless given.")
    var threads: Int?

    func audit(_ file: String) throws -> Audit {
        let workers = Terminal.workers(threads: threads)
        let content = try about(package) { try DurableFile.read(package, limit: 1 << 33) }
        let audited = try about(package) { try AuditPackage(canonical: content) }
        let set = try about(file) { try SetFile(path: file) }
        let sources = try SourceLists(lists, profile: set.header.parameters.profile, skipBadLines: false)
        return try about(file) {
            try Audit.run(
                setPath: file, package: audited, lists: zip(sources.keys, sources.lists).map { ($0, $1.hashes) },
                workers: workers)
        }
    }

    /// Prints the findings; throws if there are any.
    func report(_ audit: Audit) throws {
        for finding in audit.findings {
            Terminal.print("WRONG  \(finding.kind.rawValue)" + (finding.entry.map { " (entry \($0))" } ?? ""))
        }
        guard audit.isSound else {
            throw Failure("the audit found \(audit.findings.count) faults", code: Failure.negative)
        }
        for (list, count) in zip(lists, audit.confirmed) {
            Terminal.print("list   \(list.listFile) holds all \(count) entries that name it")
        }
        Terminal.print("sound: the table holds α·H(y) for exactly the package's entries")
    }
}

struct SetAuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Rebuilds a set from its audit package, without the secret key, and compares.",
        discussion:
            "A source gives its own list, too: entries that claim its support must be in it. Exit code 1 if anything is wrong."
    )

    @Argument var file: String
    @OptionGroup var options: AuditOptions

    func run() throws {
        try reportingFailures { try options.report(options.audit(file)) }
    }
}

struct SetSignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Audits a set with a source's own list, and signs it if it is sound.")

    @Argument var file: String
    @Option(help: "The source's secret key.") var key: String
    @Option(name: [.customShort("o"), .customLong("out")], help: "Where the signed set goes; in place unless given.")
    var out: String?
    @OptionGroup var options: AuditOptions

    func run() throws {
        try reportingFailures {
            let signingKey = try KeyFiles.readSourceSecret(key)
            let own = try options.lists.contains { try KeyFiles.readSourcePublic($0.keyFile) == signingKey.publicKey }
            guard own else {
                throw Failure(
                    "a source signs what it has checked: give its own list, --list \(key).pub=LIST",
                    code: Failure.badData)
            }
            try options.report(options.audit(file))
            try about(file) { try SetFile(path: file).sign(with: signingKey, to: out ?? file) }
            Terminal.print("signed \(out ?? file) as \(hexadecimal(signingKey.publicKey.bytes))")
        }
    }
}
