internal import Foundation
public import SealedMatchClient
public import SealedMatchProtocol
internal import SealedMatchCrypto
public import SealedMatchSets
internal import SealedMatchWorkers

/// A directory that goes when its owner does.
public final class TemporaryDirectory: Sendable {
    public let path: String

    public init() {
        path = NSTemporaryDirectory() + "sealedmatch-test-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { path + "/" + name }
}

/// A real signed set of a few entries, with everything that made it.
public final class SmallSet: Sendable {
    public let directory: TemporaryDirectory
    public let entries: EntrySelection
    public let built: BuiltSet
    public let secrets: SetSecrets
    public let trust: TrustPolicy
    public var path: String { directory.file("set.smset") }

    public static let now: UInt64 = 1_800_000_000

    /// - Parameters:
    ///   - lists: one for each source; two sources sign.
    ///   - now: the set is issued a little before; the real clock for programs that use it.
    public init(
        lists: [[ListedHash]], parameters: Parameters = Parameters(), version: UInt64 = 1,
        secrets given: consuming SetSecrets? = nil, now: UInt64 = SmallSet.now
    ) throws {
        let directory = TemporaryDirectory()
        let workers = Workers()
        var random = SeededRandom(7)
        var signers: [Bytes32: [UInt8]] = [:]
        for _ in lists {
            let seed = random.bytes(32)
            let key = try SigningKey(seed: SecretBytes.copying(seed))
            signers[key.publicKey] = seed
        }
        let sources = signers.keys.sorted { $0 < $1 }
        let entries = try EntrySelection(
            lists: lists, profile: parameters.profile, minimumSources: parameters.minimumSources,
            separation: parameters.separation,
            workers: workers)
        let description = BuiltSet.Description(
            version: version, issuedAt: now - 1000, expiresAt: now + 30_000_000, parameters: parameters,
            sources: sources)
        let built: BuiltSet
        let secrets: SetSecrets
        if let given {
            built = try BuiltSet.build(entries, description, secrets: given, workers: workers)
            secrets = given
        } else {
            let new = try NewSet.build(entries, description, workers: workers)
            built = new.set
            secrets = new.secrets
        }
        var signatures = SetSignatures()
        for (place, source) in sources.enumerated() {
            signatures.places[place] = try built.header.sign(
                with: SigningKey(seed: SecretBytes.copying(signers[source]!)))
        }
        try built.write(to: directory.file("set.smset"), signatures: signatures)
        var trust = TrustPolicy(sources: sources, minimumSignatures: 2)
        trust.minimumThreshold = 2
        trust.minimumEntries = 1
        trust.minimumProbes = 1
        trust.maximumCheckLevels = anyCheckLevels
        trust.profiles = [try parameters.profileDigest()]
        self.directory = directory
        self.entries = entries
        self.built = built
        self.secrets = secrets
        self.trust = trust
    }

    public func open() throws -> BlindedSet { try BlindedSet.open(path: path, trust: trust, now: Self.now) }
}
