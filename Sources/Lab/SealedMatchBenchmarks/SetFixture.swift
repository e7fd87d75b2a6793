internal import SealedMatchFingerprint
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles
internal import SealedMatchWorkers

/// A signed set file on disk with the secrets behind it.
final class SetFixture: Sendable {
    let path: String
    let header: SetHeader
    let secrets: SetSecrets
    let signers: Signers

    init(path: String, header: SetHeader, secrets: consuming SetSecrets, signers: Signers) {
        self.path = path
        self.header = header
        self.secrets = secrets
        self.signers = signers
    }

    static let now: UInt64 = 1_800_000_000

    func open() throws -> BlindedSet {
        var trust = TrustPolicy(sources: signers.publicKeys, minimumSignatures: 2)
        trust.minimumEntries = 1
        return try BlindedSet.open(path: path, trust: trust, now: Self.now)
    }

    /// The same table under a header with another M, signed, in another file.
    func withProbes(_ count: Int, path: String) throws -> SetHeader {
        var header = header
        header.parameters.profile = try header.parameters.profile.asking(count)
        let head = header.encoded + (try signers.sign(header)).encoded
        let file = try SetFile(path: self.path)
        try head.withUnsafeBytes { try DurableFile.write([$0, file.tableBytes], to: path, secret: false) }
        return header
    }

    /// Opens a file made by `withProbes`, with any M.
    func open(path: String) throws -> BlindedSet {
        var trust = TrustPolicy(sources: signers.publicKeys, minimumSignatures: 2)
        trust.minimumEntries = 1
        trust.minimumProbes = 1
        return try BlindedSet.open(path: path, trust: trust, now: Self.now)
    }

    /// A set of `entries` random hashes, less those that are folded, built on all cores.
    static func make(entries: Int, path: String) throws -> MadeSet {
        let workers = Workers()
        let signers = try Signers()
        let description = signers.description
        let list = HashListFixture.list(entries)
        let selection = try EntrySelection(
            lists: [list, list], profile: description.parameters.profile,
            minimumSources: description.parameters.minimumSources,
            separation: description.parameters.separation, workers: workers)
        while true {
            let secrets = try SetSecrets.random()
            let built: BuiltSet
            do throws(SealedMatchError) {
                built = try BuiltSet.build(selection, description, secrets: secrets, workers: workers)
            } catch {
                guard error.code == .peelingFailed else { throw error }
                continue
            }
            try built.write(to: path, signatures: signers.sign(built.header))
            return MadeSet(
                fixture: SetFixture(path: path, header: built.header, secrets: secrets, signers: signers), built: built,
                selection: selection)
        }
    }
}

/// A set file and what it was made from.
struct MadeSet {
    let fixture: SetFixture
    let built: BuiltSet
    let selection: EntrySelection
}

/// Two sources that sign.
struct Signers: Sendable {
    /// Ascending, as a header wants them.
    let publicKeys: [Bytes32]
    private let seeds: [[UInt8]]

    init() throws {
        var random = BenchmarkRandom(11)
        var pairs: [(key: Bytes32, seed: [UInt8])] = []
        for _ in 0..<2 {
            let seed = try random.bytes32().bytes
            pairs.append((try SigningKey(seed: SecretBytes.copying(seed)).publicKey, seed))
        }
        pairs.sort { $0.key < $1.key }
        publicKeys = pairs.map(\.key)
        seeds = pairs.map(\.seed)
    }

    func sign(_ header: SetHeader) throws -> SetSignatures {
        var signatures = SetSignatures()
        for (place, seed) in seeds.enumerated() {
            signatures.places[place] = try header.sign(with: SigningKey(seed: SecretBytes.copying(seed)))
        }
        return signatures
    }

    /// The default parameters.
    var description: BuiltSet.Description {
        BuiltSet.Description(
            version: 1, issuedAt: SetFixture.now - 1_000, expiresAt: SetFixture.now + 30_000_000,
            parameters: Parameters(), sources: publicKeys)
    }
}

/// Lists of random PDQ hashes.
enum HashListFixture {
    static func list(_ count: Int) -> [ListedHash] {
        var random = BenchmarkRandom(12)
        return (0..<count).map { _ in .pdq(PDQHash(words: (random.next(), random.next(), random.next(), random.next())))
        }
    }
}
