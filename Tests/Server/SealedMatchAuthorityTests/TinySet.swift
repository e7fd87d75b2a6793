import SealedMatchAuthority
import SealedMatchFingerprint
import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchFiles
import SealedMatchTestSupport
import Testing

/// A real signed set of a few keys in the smallest table, made by hand, with its matching key. A slot of its vouchers
/// opens by chance with probability 1/`level`.
struct TinySet {
    let blinded: BlindedSet
    let matching: MatchingSet<LocalEvaluator>
    let members: [EntryKey]

    var root: SetRoot { blinded.root }

    private static let issued: UInt64 = 1_800_000_000

    init(
        in scratch: TemporaryDirectory, version: UInt64 = 1, members count: Int = 40, threshold: Int = 5,
        polynomials: Int = 16, level: UInt8 = 255, random: inout SeededRandom
    ) throws {
        try Sodium.start()
        let alpha = try MatchingKey.random(from: &random)
        let table = try TableID.random(from: &random)
        let seed = try random.bytes32()
        let elements = TableElement(tableID: table)
        let cells = TablePositions.cells(forEntries: count)
        var points: [Point] = []
        for index in 0..<cells {
            points.append(try TableElement.fillerHash.point([UInt8(index & 255), UInt8(index >> 8)]))
        }
        // Keys whose cells nobody else uses: T[h1] = α·H(y) − T[h2] − T[h3].
        var used = Set<Int>()
        var members: [EntryKey] = []
        while members.count < count {
            let key = EntryKey(perceptual: random.next() >> 16)
            let at = try TablePositions(of: key, seed: seed, cells: cells)
            guard used.isDisjoint(with: [at.first, at.second, at.third]) else { continue }
            used.formUnion([at.first, at.second, at.third])
            let rest = try points[at.second].adding(points[at.third])
            points[at.first] = try alpha.evaluate(elements.point(of: key)).subtracting(rest)
            members.append(key)
        }
        self.members = members
        var parameters = Parameters()
        parameters.threshold = threshold
        parameters.polynomials = polynomials
        parameters.payloadCount = 128
        parameters.checkLevels = try CheckLevels(canonical: [UInt8](repeating: level, count: CheckLevels.count))
        let bytes = points.flatMap(\.encoded.bytes)
        let source = try SigningKey.random(from: &random)
        let second = try SigningKey.random(from: &random)
        let sources = [source.publicKey, second.publicKey].sorted(by: <)
        let header = SetHeader(
            version: version, issuedAt: Self.issued, expiresAt: Self.issued + 30_000_000, tableID: table,
            positionSeed: seed,
            publicKey: alpha.publicKey,
            entries: count, cells: cells, tableDigest: try bytes.withUnsafeBytes { try KDF.plainDigest($0) },
            supportDigest: Bytes32(), parameters: parameters, sources: sources)
        var signatures = SetSignatures()
        signatures.places[sources.firstIndex(of: source.publicKey)!] = try header.sign(with: source)
        signatures.places[sources.firstIndex(of: second.publicKey)!] = try header.sign(with: second)
        let path = scratch.path + "/\(version).set"
        try DurableFile.write(header.encoded + signatures.encoded + bytes, to: path, secret: false)
        var trust = TrustPolicy(sources: sources, minimumSignatures: 1)
        trust.minimumThreshold = threshold
        trust.minimumEntries = count
        trust.maximumCheckLevels = parameters.checkLevels
        blinded = try BlindedSet.open(path: path, trust: trust, now: Self.issued)
        matching = try MatchingSet(key: alpha, header: header)
    }
}

/// An account that seals real vouchers under tiny sets.
struct Sender: ~Copyable {
    let name: AccountID
    let pseudonym: Pseudonym
    let epoch: UInt32
    let sharing: Sharing
    let key: EpochKey
    let registration: Registration
    var sealing: VoucherSealing
    var number: UInt32 = 0

    init(_ name: AccountID, epoch: UInt32 = 7, threshold: Int = 5, polynomials: Int = 16, random: inout SeededRandom)
        throws
    {
        let sharing = try Sharing(polynomials: polynomials, threshold: threshold, random: &random)
        let pseudonym = SealedMatchAuthorityTests.pseudonym(name.encoded[0])
        let key = try sharing.epochKey(pseudonym: pseudonym, epoch: epoch)
        let commitment = try key.commitment(pseudonym: pseudonym, epoch: epoch)
        let sealing = try VoucherSealing(random: &random)
        registration = Registration(account: name, epoch: epoch, pseudonym: pseudonym, commitment: commitment)
        self.sealing = sealing
        self.name = name
        self.pseudonym = pseudonym
        self.epoch = epoch
        self.sharing = sharing
        self.key = key
    }

    /// The next voucher's header; its level is the set's, or a client's own.
    mutating func header(
        _ set: TinySet, level: UInt8? = nil, _ random: inout SeededRandom
    ) throws -> VoucherHeader {
        var header = VoucherHeader(
            parameters: set.blinded.header.parameters, number: number, epoch: epoch,
            voucherID: try VoucherID.random(from: &random), pseudonym: pseudonym, setRoot: set.root)
        if let level { header.checkLevel = level }
        number += 1
        return header
    }

    /// A voucher that matches with `member`, or not; a video's may match with others, too.
    mutating func seal(
        _ set: TinySet, member: Int? = nil, others: Range<Int> = 0..<0, payload sent: Payload = payload(1),
        random: inout SeededRandom
    ) throws -> SealedVoucher {
        let header = try header(set, &random)
        return try seal(header, set, member: member, others: others, payload: sent, random: &random)
    }

    mutating func seal(
        _ header: VoucherHeader, _ set: TinySet, member: Int? = nil, others: Range<Int> = 0..<0,
        payload sent: Payload = payload(1), random: inout SeededRandom
    ) throws -> SealedVoucher {
        var probes = (0..<3).map { _ in EntryKey(perceptual: random.next()) }
        if let member { probes.append(set.members[member]) }
        probes += set.members[others]
        return try sealing.seal(
            header: header, set: set.blinded, probes: probes,
            payload: sent.padded(to: header.payloadCount), sharing: sharing, epochKey: key, random: &random)
    }
}
