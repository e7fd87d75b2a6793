package import SealedMatchAuthority
internal import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchFingerprint
internal import SealedMatchLists
public import SealedMatchProtocol
internal import SealedMatchSets
internal import SealedMatchWorkers

/// A signed set of a test world. It carries the mark of test sets: no production policy takes it. (Docs/Protocol.md,
/// 4.1)
public final class TestSet: Sendable {
    /// The signed header.
    public let header: SetHeader
    /// The set's name, which vouchers carry.
    public let root: SetRoot
    /// The whole set file, for the client that is tested.
    public let file: [UInt8]
    /// The names of the items that are in it.
    public let known: [String]
    package let matching: MatchingSet<LocalEvaluator>

    /// Different fillers of its table. The smallest table has 4,098 cells, and to hash a filler for each was half of
    /// what a small test takes in a debug build.
    private static let fillers = 256

    /// - Parameter lists: one for each source; an item that fewer than q of them list is not in the set.
    init(
        lists: [[TestItem]], version: UInt64, now: UInt64, lifetime: UInt64, parameters: Parameters,
        signers: [TestSource], random: inout TestRandom, workers: Workers
    ) throws {
        // A set has an entry at least. Nobody sends this one.
        let nobody = try TestItem("", .file(Array("SealedMatch test item of nobody".utf8)), profile: parameters.profile)
        var hashes: [[ListedHash]] = []
        for list in lists { hashes.append(try (list + [nobody]).map(Self.listed)) }
        let entries = try EntrySelection(
            lists: hashes, profile: parameters.profile, minimumSources: parameters.minimumSources,
            separation: parameters.separation, workers: workers)
        var description = BuiltSet.Description(
            version: version, issuedAt: now, expiresAt: now + lifetime, parameters: parameters,
            sources: signers.map(\.publicKey))
        description.isTest = true
        while true {
            let secrets = try SetSecrets(
                key: MatchingKey.random(from: &random), tableID: TableID.random(from: &random),
                positionSeed: random.bytes32(), fillerSeed: random.bytes32())
            let built: BuiltSet
            do throws(SealedMatchError) {
                built = try BuiltSet.build(
                    entries, description, secrets: secrets, fillers: Self.fillers, workers: workers)
            } catch {
                // Fewer than 1 of 1,000 position seeds does not peel.
                guard error.code == .peelingFailed else { throw error }
                continue
            }
            var signatures = SetSignatures()
            for (place, signer) in signers.enumerated() {
                signatures.places[place] = try built.header.sign(with: signer.key)
            }
            var file = built.header.encoded + signatures.encoded
            unsafe file.append(contentsOf: built.table.bytes)
            self.file = file
            header = built.header
            root = try built.header.root()
            matching = try MatchingSet(key: secrets.matchingKey(), header: built.header)
            break
        }
        let held = Set(entries.keys)
        known = Self.names(lists).filter { name in
            lists.joined().contains {
                $0.name == name && ($0.listed.map { held.contains($0.key(parameters.profile)) } ?? false)
            }
        }
    }

    private static func names(_ lists: [[TestItem]]) -> [String] {
        var names: [String] = []
        for item in lists.joined() where !names.contains(item.name) { names.append(item.name) }
        return names
    }

    private static func listed(_ item: TestItem) throws(TestWorldError) -> ListedHash {
        guard let listed = item.listed else {
            throw TestWorldError(
                .poorQuality, "no list can hold \"\(item.name)\": it is unreadable, or its picture shows too little")
        }
        return listed
    }
}

/// A source of a test world.
final class TestSource: Sendable {
    let key: SigningKey
    var publicKey: Bytes32 { key.publicKey }

    init(_ random: inout TestRandom) throws(SealedMatchError) {
        key = try SigningKey(seed: SecretBytes.random(count: 32, from: &random))
    }
}
