internal import ArgumentParser
internal import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchProtocol

/// Whom to trust, on the command line.
struct TrustOptions: ParsableArguments {
    @Option(
        name: .customLong("trust"), parsing: .upToNextOption, help: "KEY.pub of each source that you trust to audit.")
    var trust: [String]
    @Option(help: "How many of them must have signed; all unless given.")
    var signatures: Int?
    @Option(help: "Least number of entries.")
    var minEntries = TrustPolicy(sources: [], minimumSignatures: 1).minimumEntries
    @Option(help: "How many of them, at least, must confirm each entry by their signatures.")
    var minConfirmed = TrustPolicy(sources: [], minimumSignatures: 1).minimumConfirmedSources
    @Option(help: "Least threshold.")
    var minThreshold = TrustPolicy(sources: [], minimumSignatures: 1).minimumThreshold

    func policy() throws -> TrustPolicy {
        let sources = try trust.map { try KeyFiles.readSourcePublic($0) }
        var policy = TrustPolicy(sources: sources, minimumSignatures: signatures ?? max(1, Set(sources).count))
        policy.minimumEntries = minEntries
        policy.minimumConfirmedSources = minConfirmed
        policy.minimumThreshold = minThreshold
        return policy
    }

    func open(_ file: String) throws -> BlindedSet {
        let policy = try policy()
        do throws(SealedMatchError) {
            return try BlindedSet.open(path: file, trust: policy, now: currentTime())
        } catch {
            guard error.code == .belowFloor else { throw Failure(error, file) }
            // For the message alone; what was refused stays refused.
            let beyond = try about(file) { Self.beyond(policy, try SetFile(path: file).header) }
            throw Failure("\(file): \(beyond.isEmpty ? "\(error.reason)" : beyond) [error \(error.code.rawValue)]")
        }
    }

    /// Which parameters of a set are beyond what a policy pins, each with its value, the bound, and the option for it.
    private static func beyond(_ policy: TrustPolicy, _ header: SetHeader) -> String {
        let parameters = header.parameters
        let (entries, cells) = (Int(clamping: header.entries), Int(clamping: header.cells))
        let floors: [(name: String, value: Int, floor: Int, option: String)] = [
            ("threshold t", Int(parameters.threshold), policy.minimumThreshold, " (--min-threshold)"),
            ("polynomials k", Int(parameters.polynomials), policy.minimumPolynomials, ""),
            ("cover slots c", Int(parameters.coverSlots), policy.minimumCoverSlots, ""),
            ("separation r", Int(parameters.separation), policy.minimumSeparation, ""),
            ("entries n", entries, policy.minimumEntries, " (--min-entries)"),
        ]
        var found = floors.filter { $0.value < $0.floor }.map { floor in
            "\(floor.name) is \(floor.value), the least is \(floor.floor)\(floor.option)"
        }
        if cells > policy.maximumCells { found.append("cells m are \(cells), the most is \(policy.maximumCells)") }
        let lifetime = header.expiresAt - min(header.issuedAt, header.expiresAt)
        if lifetime > policy.maximumLifetime {
            found.append("its life is \(lifetime) s, the longest is \(policy.maximumLifetime) s")
        }
        return found.joined(separator: "; ")
    }
}
