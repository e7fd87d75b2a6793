import SealedMatchFingerprint
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchTestSupport
import SealedMatchWorkers

/// A small signed set of twenty files and one picture key, with its secrets: the authority's side for the client's
/// tests.
final class Fixture {
    let directory = TemporaryDirectory()
    let known: [Bytes32]
    let secrets: SetSecrets
    var forge: SetForge
    let parameters: Parameters

    static let now: UInt64 = 1_800_000_000
    var now: UInt64 { Self.now }

    init(
        seed: UInt64 = 1, version: UInt64 = 1, issuedAt: UInt64 = Fixture.now - 1_000, listed: [PDQHash] = [],
        _ change: (inout Parameters) throws -> Void = { _ in }
    ) throws {
        var random = SeededRandom(seed)
        var parameters = Parameters()
        parameters.threshold = 3
        parameters.polynomials = 16
        parameters.payloadCount = 256
        try change(&parameters)
        self.parameters = parameters
        // The known files are the same in every fixture.
        var fixed = SeededRandom(99)
        known = try (0..<20).map { _ in try fixed.bytes32() }
        let seeds = try SetForge.sources(2, seed: 50)
        let workers = Workers(threads: 1)
        let entries = try EntrySelection(
            lists: [
                known.map { .sha256($0) } + listed.map { .pdq($0) },
                known.map { .sha256($0) } + listed.map { .pdq($0) },
            ],
            profile: parameters.profile,
            minimumSources: 2, separation: 6, workers: workers)
        secrets = try SetSecrets(
            key: MatchingKey.random(from: &random), tableID: TableID.random(from: &random),
            positionSeed: random.bytes32(), fillerSeed: random.bytes32())
        let built = try BuiltSet.build(
            entries,
            .init(
                version: version, issuedAt: issuedAt, expiresAt: Self.now + 30_000_000, parameters: parameters,
                sources: seeds.keys.sorted { $0 < $1 }),
            secrets: secrets, workers: workers)
        forge = SetForge(built, seeds: seeds)
    }

    func open(lastVersion: UInt64 = 0) throws -> BlindedSet {
        try forge.write(to: directory.file("set"))
        return try BlindedSet.open(path: directory.file("set"), trust: forge.trust, now: now, lastVersion: lastVersion)
    }

    static let account = AccountID(canonical: try! Bytes32(exactly: [UInt8](repeating: 5, count: 32)))

    static func secret(epoch: UInt32 = 694) throws -> AccountSecret {
        let exported = UnsafeMutableRawBufferPointer.allocate(byteCount: 40, alignment: 1)
        defer { exported.deallocate() }
        exported.copyBytes(from: Array("SMA1".utf8) + littleEndian(epoch) + [UInt8](repeating: 8, count: 32))
        return try AccountSecret(canonical: UnsafeRawBufferPointer(exported))
    }

    func sealer(_ set: BlindedSet? = nil, state: [UInt8]? = nil, now: UInt64 = Fixture.now, epoch: UInt32 = 694) throws
        -> Sealer
    {
        try Sealer(set: set ?? open(), account: Self.account, secret: Self.secret(epoch: epoch), state: state, now: now)
    }

    /// What the authority sees: every slot that opens, with the key it wraps.
    func opened(_ voucher: SealedVoucher) throws -> [(slot: Int, rkey: Bytes32, opening: Opening)] {
        let header = voucher.header
        let context = try SlotContext(
            tableID: secrets.tableID, header: header.encoded, body: voucher.body, checkLevel: header.checkLevel)
        var out: [(Int, Bytes32, Opening)] = []
        for (index, slot) in voucher.slots.enumerated() {
            let element = try Point(canonical: slot.element)
            guard !element.isIdentity else { continue }
            guard let rkey = try context.open(slot, slotKey: secrets.key.evaluate(element).encoded) else { continue }
            out.append((index, rkey, try Opening(header: header, slot: index, key: rkey, body: voucher.body)))
        }
        return out
    }

    /// How many of the slots that open are matches.
    func matches(_ voucher: SealedVoucher) throws -> Int {
        try opened(voucher).count { try isReal($0.opening) }
    }

    /// Seals chosen keys, without a sealer's number and store.
    func seal(
        _ probes: [EntryKey], number: UInt32 = 0, set: BlindedSet, random: inout some RandomSource, note: [UInt8] = []
    ) throws -> SealedVoucher {
        let secret = try Self.secret()
        let pseudonym = try secret.pseudonym(of: Self.account)
        let sharing = try secret.sharing(pseudonym: pseudonym, parameters: parameters)
        let key = try sharing.epochKey(pseudonym: pseudonym, epoch: 694)
        let payload = try Payload(fingerprintKind: .none, fingerprint: Bytes32(), quality: 0, note: note).padded(
            to: parameters.payloadCount)
        let header = VoucherHeader(
            parameters: parameters, number: number, epoch: 694, voucherID: try VoucherID.random(from: &random),
            pseudonym: pseudonym, setRoot: set.root)
        var sealing = try VoucherSealing(random: &random)
        return try sealing.seal(
            header: header, set: set, probes: probes, payload: payload, sharing: sharing, epochKey: key, random: &random
        )
    }

    /// Whether the share lies on the account's polynomials.
    func isReal(_ opening: Opening) throws -> Bool {
        guard let share = try opening.share() else { return false }
        var secret = try Self.secret()
        try secret.ratchet(to: opening.header.epoch)
        let sharing = try secret.sharing(pseudonym: secret.pseudonym(of: Self.account), parameters: parameters)
        return sharing.share(at: share.x) == share.z
    }
}

extension FingerprintProfile {
    /// With another M.
    func with(probes: Int) throws -> FingerprintProfile {
        try FingerprintProfile(
            id: id, positions: positions, probes: probes, minimumQuality: minimumQuality, probeQuality: probeQuality,
            hypotheses: hypotheses)
    }
}

extension CheckLevels {
    /// One N for all vouchers of a device.
    static func constant(_ level: UInt8) -> CheckLevels {
        try! CheckLevels(canonical: [UInt8](repeating: level, count: count))
    }
}
