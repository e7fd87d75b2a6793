import Foundation
import SealedMatchClient
import SealedMatchCrypto
import SealedMatchFiles
import SealedMatchProtocol
import SealedMatchSets
import SealedMatchWorkers

/// A folder with a signed set of random hashes, its secrets, and the keys of a login that mints tokens.
struct LoadDeployment {
    let folder: String
    let set: String
    let header: SetHeader
    let known: BlindedSet
    /// The SHA-256 of files that are on the set.
    let listed: [Bytes32]
    private let login: [UInt8]
    let now: UInt64

    init(folder: String, entries: Int = 2_000) throws {
        self.folder = folder
        now = UInt64(time(nil))
        var random = SystemRandom()
        let listed = try (0..<entries).map { _ in try random.bytes32() }
        let list = listed.map { ListedHash.sha256($0) }
        let seeds = try (0..<2).map { _ in try random.bytes32().bytes }
        let keys = try seeds.map { try SigningKey(seed: SecretBytes.copying($0)).publicKey }
        let order = keys.indices.sorted { keys[$0] < keys[$1] }
        let description = BuiltSet.Description(
            version: now - 10, issuedAt: now - 10, expiresAt: now + 30_000_000, parameters: Parameters(),
            sources: order.map { keys[$0] })
        let workers = Workers()
        let selection = try EntrySelection(
            lists: [list, list], profile: description.parameters.profile,
            minimumSources: description.parameters.minimumSources, separation: description.parameters.separation,
            workers: workers)
        let secrets = try SetSecrets.random()
        let built = try BuiltSet.build(selection, description, secrets: secrets, workers: workers)
        var signatures = SetSignatures()
        for (place, index) in order.enumerated() {
            signatures.places[place] = try built.header.sign(with: SigningKey(seed: SecretBytes.copying(seeds[index])))
        }
        set = folder + "/known.smset"
        try built.write(to: set, signatures: signatures)
        try LockedDirectory.make(folder + "/secrets")
        let path = try SetSecretsFile.path(of: built.header, beside: set, folder: nil)
        let encoded = try secrets.encoded(entriesDigest: AuditPackage.entriesDigest(selection))
        let bytes = encoded.withBytes { Array($0) }
        try DurableFile.write(bytes, to: path, secret: true)
        header = built.header
        self.listed = listed
        var trust = TrustPolicy(sources: description.sources, minimumSignatures: 2)
        trust.minimumEntries = 1
        known = try BlindedSet.open(path: set, trust: trust, now: now)
        login = try random.bytes32().bytes
        let key = try SigningKey(seed: SecretBytes.copying(login)).publicKey
        let x = Self.base64url(key.bytes)
        try DurableFile.write(
            Array(#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"load","x":"\#(x)"}]}"#.utf8),
            to: folder + "/jwks.json", secret: false)
    }

    private static func base64url(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }

    /// A token of the login for an account, for a day.
    func token(_ name: String) throws -> String {
        let head = Self.base64url(Array(#"{"alg":"EdDSA","kid":"load"}"#.utf8))
        let claims = Self.base64url(Array(#"{"sub":"\#(name)","exp":\#(now + 86_400)}"#.utf8))
        let signature = try SigningKey(seed: SecretBytes.copying(login)).sign(Array("\(head).\(claims)".utf8))
        return "\(head).\(claims).\(Self.base64url(signature.encoded))"
    }

    /// The arguments of a collector on these ports.
    func collector(port: Int, database: String) -> [String] {
        [
            "collector", "--listen", "127.0.0.1:\(port)", "--token-keys", folder + "/jwks.json", "--database", database,
            "--set", set, "--burst", "1000000000", "--vouchers-per-second", "1000000000", "--log-level", "warning",
        ]
    }
}
