internal import ArgumentParser
internal import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchFingerprint
internal import SealedMatchLog
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
    @Option(help: "Least number of probes M: with fewer of them fewer slots open by chance, and matches show.")
    var minProbes = TrustPolicy(sources: [], minimumSignatures: 1).minimumProbes
    @Option(parsing: .upToNextOption, help: "Fingerprint profiles that the set may have, 2 or 3 or both.")
    var profiles: [UInt32] = [FingerprintProfile.standard.id]
    @Option(
        help: """
            Greatest check levels N, twelve numbers from 1 to 255 that do not fall: at a greater one fewer slots open \
            by chance, and matches show.
            """)
    var maxCheckLevels = CheckLevelList(TrustPolicy(sources: [], minimumSignatures: 1).maximumCheckLevels)

    @Option(help: "The policy of a log (c2sp.org/tlog-policy): the set must be in it, by --proof.")
    var logPolicy: String?
    @Option(help: "The set's proof, ROOT.proof.")
    var proof: String?
    @Option(help: "Days that the proof's cosignatures may be old.")
    var proofDays: UInt64 = 30

    func policy() throws -> TrustPolicy {
        let sources = try trust.map { try KeyFiles.readSourcePublic($0) }
        var policy = TrustPolicy(sources: sources, minimumSignatures: signatures ?? max(1, Set(sources).count))
        policy.minimumEntries = minEntries
        policy.minimumConfirmedSources = minConfirmed
        policy.minimumThreshold = minThreshold
        policy.minimumProbes = minProbes
        policy.maximumCheckLevels = maxCheckLevels.levels
        policy.profiles = try profiles.map { number in
            guard let profile = FingerprintProfile.numbered(number) else {
                throw ValidationError("--profiles: \(number) is not known here; 2 and 3 are")
            }
            var parameters = Parameters()
            parameters.profile = profile
            return try parameters.profileDigest()
        }
        guard (1...36_500).contains(proofDays) else { throw ValidationError("--proof-days is 1 to 36,500") }
        if let logPolicy { policy.log = try LogPolicyFile(logPolicy, days: proofDays).policy }
        return policy
    }

    func open(_ file: String) throws -> BlindedSet {
        let policy = try policy()
        guard logPolicy != nil || proof == nil else {
            throw ValidationError("--proof says nothing without --log-policy")
        }
        let proof = try proof.map { path in
            try about(path) { try DurableFile.read(path, limit: LogProof.maximumCount) }
        }
        do throws(SealedMatchError) {
            return try BlindedSet.open(path: file, trust: policy, now: currentTime(), proof: proof)
        } catch {
            guard error.code == .belowFloor else { throw Failure(error, file) }
            // For the message alone; what was refused stays refused.
            let beyond = try about(file) { try policy.violations(of: SetFile(path: file).header) }.map(\.text)
            let reason = beyond.isEmpty ? "\(error.reason)" : beyond.joined(separator: "; ")
            throw Failure("\(file): \(reason) [error \(error.code.rawValue)]")
        }
    }
}

extension TrustPolicy.Violation {
    /// For a person: the parameter, its value, the bound, and the option that sets it.
    fileprivate var text: String {
        switch parameter {
        case .threshold: "threshold t is \(value), the least is \(bound) (--min-threshold)"
        case .polynomials: "polynomials k are \(value), the least is \(bound)"
        case .probes: "probes M are \(value), the least is \(bound) (--min-probes)"
        case .checkLevel: "a check level N is \(value), the greatest is \(bound) (--max-check-levels)"
        case .separation: "separation r is \(value), the least is \(bound)"
        case .entries: "entries n are \(value), the least is \(bound) (--min-entries)"
        case .cells: "cells m are \(value), the most is \(bound)"
        case .lifetime: "its life is \(value) s, the longest is \(bound) s"
        }
    }
}
