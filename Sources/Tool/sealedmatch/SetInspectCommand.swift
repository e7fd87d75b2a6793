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
        let coverSlots: Int
        let probes: Int
        let keyBits: Int
        let separation: Int
        let profile: UInt32
        let payloadBytes: Int
        let minimumSources: Int
        let sources: [String]
        let signedBy: [String]
        let tableIntact: Bool
    }

    func run() throws {
        try reportingFailures {
            try about(file) {
                let set = try SetFile(path: file)
                let header = set.header
                let parameters = header.parameters
                let signers = try set.signatures.validSigners(of: header)
                let report = Report(
                    root: hexadecimal(try header.root().bytes), version: header.version, issuedAt: header.issuedAt,
                    expiresAt: header.expiresAt,
                    entries: header.entries, cells: header.cells, threshold: parameters.threshold,
                    polynomials: parameters.polynomials,
                    coverSlots: parameters.coverSlots, probes: parameters.probes,
                    keyBits: parameters.profile.positions.count,
                    separation: parameters.separation, profile: parameters.profile.id,
                    payloadBytes: parameters.payloadCount,
                    minimumSources: parameters.minimumSources, sources: header.sources.map { hexadecimal($0.bytes) },
                    signedBy: signers.map { hexadecimal($0.bytes) },
                    tableIntact: try set.tableDigest() == header.tableDigest)
                if json { return try Terminal.printJSON(report) }
                let day = ISO8601DateFormatter()
                Terminal.print("root        \(report.root)")
                Terminal.print(
                    "version     \(report.version), expires \(day.string(from: Date(timeIntervalSince1970: Double(report.expiresAt))))"
                )
                Terminal.print(
                    "entries     \(report.entries) in \(report.cells) cells; table \(report.tableIntact ? "intact" : "DAMAGED")"
                )
                Terminal.print(
                    "threshold   t = \(report.threshold), k = \(report.polynomials), c = \(report.coverSlots) cover slots"
                )
                Terminal.print(
                    "probes      M = \(report.probes) of \(report.keyBits) bits, profile \(report.profile), keys more than \(report.separation) bits apart"
                )
                for source in report.sources {
                    Terminal.print(
                        "source      \(source)  \(report.signedBy.contains(source) ? "signed" : "not signed")")
                }
                Terminal.print("support     each entry is listed by at least \(report.minimumSources) of these sources")
                if !report.tableIntact {
                    throw Failure("\(file): the table is not the header's", code: Failure.badData)
                }
            }
        }
    }
}

/// Whom to trust, on the command line.
struct TrustOptions: ParsableArguments {
    @Option(
        name: .customLong("trust"), parsing: .upToNextOption, help: "KEY.pub of each source that you trust to audit.")
    var trust: [String]
    @Option(help: "How many of them must have signed; all unless given.")
    var signatures: Int?
    @Option(help: "Least number of entries.")
    var minEntries = TrustPolicy(sources: [], minimumSignatures: 1).minimumEntries
    @Option(help: "Least threshold.")
    var minThreshold = TrustPolicy(sources: [], minimumSignatures: 1).minimumThreshold

    func policy() throws -> TrustPolicy {
        let sources = try trust.map { try KeyFiles.readSourcePublic($0) }
        var policy = TrustPolicy(sources: sources, minimumSignatures: signatures ?? max(1, Set(sources).count))
        policy.minimumEntries = minEntries
        policy.minimumThreshold = minThreshold
        return policy
    }

    func open(_ file: String) throws -> BlindedSet {
        let policy = try policy()
        return try about(file) { try BlindedSet.open(path: file, trust: policy, now: currentTime()) }
    }
}

struct SetVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks a set file as a client does: signatures, floors, expiry, table.")

    @Argument var file: String
    @OptionGroup var trust: TrustOptions

    func run() throws {
        try reportingFailures {
            let set = try trust.open(file)
            Terminal.print(
                "good: version \(set.header.version), \(set.header.entries) entries, signed by \(set.signers.count) sources"
            )
        }
    }
}
