internal import ArgumentParser
internal import Foundation
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchFiles

struct SetInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Prints what a set file says about itself, and which of its signatures are valid.")

    @Argument var file: String
    @Option(
        parsing: .upToNextOption,
        help: "KEY.pub of each source that you trust to audit: says how many of them confirm each entry.")
    var trust: [String] = []
    @Flag(help: "One JSON object.") var json = false

    private struct Report: Encodable {
        let root: String
        let version: UInt64
        let issuedAt: UInt64
        let expiresAt: UInt64
        let entries: Int
        let cells: Int
        let threshold: Int
        let polynomials: Int
        let probes: Int
        let checkLevels: [UInt8]
        let keyBits: Int
        let separation: Int
        let profile: UInt32
        let payloadBytes: Int
        let minimumSources: Int
        let sources: [String]
        let signedBy: [String]
        /// Absent without --trust.
        let confirmedSources: Int?
        let isTest: Bool
        let tableIntact: Bool
    }

    func run() throws {
        try reportingFailures {
            var names: [Bytes32: String] = [:]
            for path in trust { names[try KeyFiles.readSourcePublic(path)] = path }
            try about(file) {
                let set = try SetFile(path: file)
                let header = set.header
                let parameters = header.parameters
                let signers = try VerifiedSigners(header, set.signatures, pinned: Array(names.keys))
                let isIntact = try set.tableDigest() == header.tableDigest
                if json {
                    try Terminal.printJSON(
                        Report(
                            root: hexadecimal(try header.root().encoded.bytes), version: header.version,
                            issuedAt: header.issuedAt, expiresAt: header.expiresAt, entries: header.entries,
                            cells: header.cells, threshold: parameters.threshold, polynomials: parameters.polynomials,
                            probes: parameters.probes, checkLevels: parameters.checkLevels.values,
                            keyBits: parameters.profile.positions.count, separation: parameters.separation,
                            profile: parameters.profile.id, payloadBytes: parameters.payloadCount,
                            minimumSources: parameters.minimumSources,
                            sources: header.sources.map { hexadecimal($0.bytes) },
                            signedBy: signers.all.map { hexadecimal($0.bytes) },
                            confirmedSources: trust.isEmpty ? nil : signers.confirmedSources, isTest: header.isTest,
                            tableIntact: isIntact))
                } else {
                    let summary = SetSummary(header: header, names: names)
                    try summary.print()
                    Terminal.print("table       \(isIntact ? "intact" : "DAMAGED")")
                    summary.printSources { signers.all.contains($0) ? "signed" : "not signed" }
                    if trust.isEmpty {
                        Terminal.print(
                            "confirmed   unknown: sources can be invented; give those that you trust, --trust KEY.pub")
                    } else {
                        Terminal.print("confirmed   \(Self.confirmation(signers))")
                    }
                }
                if !isIntact { throw Failure("\(file): the table is not the header's", code: Failure.badData) }
            }
        }
    }

    /// What the signatures of trusted sources say about each entry.
    static func confirmation(_ signers: VerifiedSigners) -> String {
        "\(signers.pinnedCount) of the sources that you trust signed; at least \(max(0, signers.confirmedSources)) of them "
            + "list each entry"
    }
}

struct SetVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks a set file as a client does: signatures, floors, expiry, table.")

    @Argument var file: String
    @OptionGroup var trust: TrustOptions
    @Option(help: "The set's statement: who publishes it, for what purpose, by what law. It is compared and shown.")
    var statement: String?

    func run() throws {
        try reportingFailures {
            guard statement == nil || trust.logPolicy != nil else {
                throw ValidationError("--statement says nothing without --log-policy")
            }
            let set = try trust.open(file)
            Terminal.print(
                "good: version \(set.header.version), \(set.header.entries) entries; "
                    + SetInspectCommand.confirmation(set.signers))
            if let logged = set.logged {
                Terminal.print("log         entry \(logged.index) of \(logged.logSize)")
                Terminal.print("statement   \(hexadecimal(logged.terms.statement.bytes))")
                Terminal.print(
                    "key         "
                        + (logged.terms.custodians.isEmpty
                            ? "one authority"
                            : "\(logged.terms.threshold) of \(count(logged.terms.custodians.count, "custodian"))"))
                if let statement { try show(statement, of: logged.terms.statement) }
            }
        }
    }

    /// The purpose that was put into the log, line by line: it is for people, and written by others.
    private func show(_ path: String, of digest: Bytes32) throws {
        let text = try about(path) { try DurableFile.read(path, limit: LogAddCommand.maximumStatement) }
        guard try SHA256.digest(of: text) == digest else {
            throw Failure("\(path): it is not the statement that the log has of this set")
        }
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
            Terminal.print("  | \(escaped(String(line)))")
        }
    }
}
