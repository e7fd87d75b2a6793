internal import Foundation
public import SealedMatchClient
public import SealedMatchProtocol
public import SealedMatchCrypto
public import SealedMatchSets

/// Makes signed set files of any header and table, sound or not: what a dishonest builder, or a broken disk, hands to a
/// client.
public struct SetForge: Sendable {
    public var header: SetHeader
    public var table: [UInt8]
    private var seeds: [Bytes32: [UInt8]]

    /// - Parameter built: an honest set, whose header names this forge's sources.
    public init(_ built: BuiltSet, seeds: [Bytes32: [UInt8]]) {
        header = built.header
        table = unsafe Array(built.table.bytes)
        self.seeds = seeds
    }

    /// Signing seeds of `count` sources, by public key.
    public static func sources(_ count: Int, seed: UInt64) throws -> [Bytes32: [UInt8]] {
        var random = SeededRandom(seed)
        var out: [Bytes32: [UInt8]] = [:]
        for _ in 0..<count {
            let seed = random.bytes(32)
            out[try SigningKey(seed: SecretBytes.copying(seed)).publicKey] = seed
        }
        return out
    }

    /// The set with more sources in its header.
    public func adding(_ others: [Bytes32: [UInt8]]) -> SetForge {
        var forge = self
        forge.seeds.merge(others) { seed, _ in seed }
        forge.header.sources = (header.sources + others.keys).sorted { $0 < $1 }
        return forge
    }

    public func key(_ source: Bytes32) throws -> SigningKey {
        try SigningKey(seed: SecretBytes.copying(seeds[source]!))
    }

    /// Makes the header's digest that of the table.
    public mutating func fixDigest() throws {
        header.tableDigest = try table.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(SealedMatchError) in
            try KDF.plainDigest(raw)
        }
    }

    /// Replaces cell `index`.
    public mutating func setCell(_ index: Int, _ cell: Bytes32) {
        table.replaceSubrange((32 * index)..<(32 * index + 32), with: cell.bytes)
    }

    public func cell(_ index: Int) throws -> Bytes32 {
        try Bytes32(exactly: Array(table[(32 * index)..<(32 * index + 32)]))
    }

    /// All sources' signatures, or those at `places`.
    public func signatures(_ places: [Int]? = nil) throws -> SetSignatures {
        var signatures = SetSignatures()
        for place in places ?? Array(header.sources.indices) {
            signatures.places[place] = try header.sign(with: key(header.sources[place]))
        }
        return signatures
    }

    public func file(_ signatures: SetSignatures) -> [UInt8] { header.encoded + signatures.encoded + table }

    public func write(to path: String, _ signatures: SetSignatures? = nil) throws {
        try Data(file(signatures ?? self.signatures())).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// Pins all sources and the profile of the header, and floors low enough for small sets.
    public var trust: TrustPolicy {
        var trust = TrustPolicy(sources: header.sources, minimumSignatures: 2)
        trust.minimumThreshold = 2
        trust.minimumEntries = 1
        trust.minimumProbes = 1
        trust.maximumCheckLevels = anyCheckLevels
        trust.profiles = [try! header.parameters.profileDigest()]
        return trust
    }
}
