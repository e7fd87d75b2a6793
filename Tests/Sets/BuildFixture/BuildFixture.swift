import SealedMatchFingerprint
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchWorkers

/// Builds a set and writes it to one path, over and over, until somebody kills it: what an interrupted builder leaves
/// behind is for the test to judge.
@main struct BuildFixture {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 2 else { fatalError("usage: BuildFixture PATH") }
        var random = SystemRandom()
        let signer = try SigningKey.random(from: &random)
        let hashes = try (0..<8).map { _ in ListedHash.sha256(try random.bytes32()) }
        var parameters = Parameters()
        parameters.minimumSources = 1
        let workers = Workers(threads: 1)
        let entries = try EntrySelection(
            lists: [hashes], profile: .standard, minimumSources: 1, separation: 6, workers: workers)
        var version: UInt64 = 0
        while true {
            version += 1
            let secrets = try SetSecrets.random()
            let built = try BuiltSet.build(
                entries,
                .init(
                    version: version, issuedAt: 1_800_000_000, expiresAt: 1_830_000_000, parameters: parameters,
                    sources: [signer.publicKey]),
                secrets: secrets,
                workers: workers)
            // Written many times, so that most kills fall into a write.
            for _ in 0..<200 {
                try built.write(to: arguments[1])
            }
        }
    }
}
