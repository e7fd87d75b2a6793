package import SealedMatchAuthority
package import SealedMatchClient
package import SealedMatchCrypto
package import SealedMatchProtocol
internal import SealedMatchSets
package import SealedMatchWorkers

/// A real signed set of made-up files, marked as one for tests, in memory, with its matching key: any parameters under
/// one table.
package final class MadeSet: Sendable {
    /// Digests that are entries; one that is not listed is any other.
    package let listed: [Bytes32]
    private let built: BuiltSet
    private let secrets: SetSecrets
    private let signers: [[UInt8]]

    /// A moment in the set's life.
    package static let now: UInt64 = 1_800_000_000

    /// - Parameter seed: everything follows from it.
    package init(entries: Int, seed: UInt64, workers: Workers) throws(SealedMatchError) {
        try Sodium.start()
        var random = SimulationRandom(seed, 6)
        let listed = (0..<entries).map { _ in random.digest() }
        var seeds: [(key: Bytes32, seed: [UInt8])] = []
        for _ in 0..<2 {
            let seed = random.digest().bytes
            seeds.append((try SigningKey(seed: SecretBytes.copying(seed)).publicKey, seed))
        }
        seeds.sort { $0.key < $1.key }
        let keys = listed.map { EntryKey(sha256: $0) }.sorted()
        let description = BuiltSet.Description(
            version: 1, issuedAt: Self.now - 1_000, expiresAt: Self.now + 30_000_000, parameters: Parameters(),
            sources: seeds.map(\.key))
        while true {
            let secrets = SetSecrets(
                key: try MatchingKey.random(from: &random), tableID: try TableID.random(from: &random),
                positionSeed: try random.bytes32(), fillerSeed: try random.bytes32())
            do throws(SealedMatchError) {
                built = try BuiltSet.build(
                    keys: keys, supporters: [UInt16](repeating: 3, count: keys.count), description, secrets: secrets,
                    workers: workers)
            } catch {
                // Another seed; below one in a thousand.
                guard error.code == .peelingFailed else { throw error }
                continue
            }
            self.secrets = secrets
            break
        }
        self.listed = listed
        signers = seeds.map(\.seed)
    }

    /// The set under other parameters, as a client and as the authority open it.
    package func open(_ parameters: Parameters) throws(SealedMatchError) -> (BlindedSet, MatchingSet<LocalEvaluator>) {
        var header = built.header
        header.parameters = parameters
        header.isTest = true
        try parameters.validate(sources: header.sources.count)
        var signatures = SetSignatures()
        for (place, seed) in signers.enumerated() {
            signatures.places[place] = try header.sign(with: SigningKey(seed: SecretBytes.copying(seed)))
        }
        var trust = TrustPolicy(sources: header.sources, minimumSignatures: 2)
        trust.allowsTestSets = true
        trust.profiles = nil
        trust.minimumThreshold = 2
        trust.minimumProbes = 1
        trust.minimumEntries = 1
        trust.maximumCheckLevels = try CheckLevels(canonical: [UInt8](repeating: .max, count: CheckLevels.count))
        let file = header.encoded + signatures.encoded + Array(built.table.bytes)
        let set = try file.span.withUnsafeBytes { (bytes) throws(SealedMatchError) in
            try BlindedSet.open(copying: bytes, trust: trust, now: Self.now)
        }
        return (set, try MatchingSet(key: secrets.matchingKey(), header: header))
    }

    /// A client of an account of its own.
    package func sealer(_ set: BlindedSet, _ random: inout SimulationRandom) throws(SealedMatchError) -> Sealer {
        try Sealer(
            set: set, account: AccountID(canonical: random.digest()),
            secret: AccountSecret.create(epoch: Parameters.epoch(at: Self.now), random: &random), now: Self.now)
    }
}

extension SimulationRandom: RandomSource {
    package mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        try generator.fill(buffer)
    }

    /// 32 bytes, made up: of a file that nobody has.
    package mutating func digest() -> Bytes32 {
        Bytes32(bigEndian: (generator.draw(), generator.draw(), generator.draw(), generator.draw()))
    }
}
