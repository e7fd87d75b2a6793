internal import ArgumentParser
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles

struct SetSignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Audits a set with a source's own list, and signs it if it is sound.",
        discussion: """
            Prints what the set says of itself, with every source. A set that names a source whose key you do not give \
            is not signed: an invented source lends its name to entries that nobody lists. The signature is written \
            into FILE, or into a copy with --out.
            """)

    @Argument var file: String
    @Option(help: "The source's secret key.") var key: String
    @Option(
        parsing: .upToNextOption,
        help: "KEY.pub of each source that you know; your own key and those of --list count as known.")
    var known: [String] = []
    @Option(name: [.customShort("o"), .customLong("out")], help: "Where a signed copy goes; FILE is signed otherwise.")
    var out: String?
    @OptionGroup var options: AuditOptions

    func run() throws {
        try reportingFailures {
            let signingKey = try KeyFiles.readSourceSecret(key)
            var names = try options.keys()
            guard names[signingKey.publicKey] != nil else {
                throw Failure(
                    "a source signs what it has checked: give its own list, --list \(key).pub=LIST",
                    code: Failure.badData)
            }
            for path in known { names[try KeyFiles.readSourcePublic(path)] = path }
            names[signingKey.publicKey] = key
            if let out {
                let set = try about(file) { try SetFile(path: file) }
                let audit = try check(set, names)
                try about(out) { try set.writeSigned(with: signingKey, after: audit, to: out) }
            } else {
                let signable = try about(file) { try SignableSetFile(path: file) }
                let audit = try check(signable.set, names)
                try about(file) { try signable.sign(with: signingKey, after: audit) }
            }
            Terminal.print("signed \(out ?? file) as \(hexadecimal(signingKey.publicKey.bytes))")
        }
    }

    /// Prints the set, refuses what this source should not put its name to, and audits it.
    private func check(_ set: SetFile, _ names: [Bytes32: String]) throws -> Audit {
        let header = set.header
        let summary = SetSummary(header: header, names: names)
        try summary.print()
        summary.printSources { names[$0] == nil ? "UNKNOWN" : "known" }
        let unknown = header.sources.count { names[$0] == nil }
        guard unknown == 0 else {
            throw Failure(
                "\(file): the set names \(unknown) of \(header.sources.count) sources that you do not know; "
                    + "if you do know them, give their keys: --known KEY.pub",
                code: Failure.negative)
        }
        let now = currentTime()
        guard !header.isAhead(of: now) else {
            throw Failure("\(file): the set is dated after your clock; clients would refuse it", code: Failure.negative)
        }
        guard now < header.expiresAt else {
            throw Failure("\(file): the set has expired; clients would refuse it", code: Failure.negative)
        }
        return try options.audit(set, named: file, names: names)
    }
}
