package import SealedMatchAuthority
internal import SealedMatchClient
package import SealedMatchCollector
internal import SealedMatchCrypto
package import SealedMatchProtocol

/// Vouchers of which so many slots open, by chance and with certainty, with a key that is drawn from a seed: for tests
/// and measurements of what lies between a client and an authority. There is no table, and nothing matches.
package struct OpenableVouchers {
    private var random: TestRandom
    private let header: SetHeader
    private let seed: UInt64
    private let element: Bytes32

    /// - Parameters:
    ///   - seed: of the key: the same seed gives the same set.
    ///   - level: N. With 1 every slot whose element is a point opens, else one in N.
    ///   - isSmall: k and P are the least; else the standard ones.
    package init(seed: UInt64, level: UInt8 = 1, isSmall: Bool = true) throws(SealedMatchError) {
        try Sodium.start()
        self.seed = seed
        var random = TestRandom(seed: seed, "openable")
        let key = try MatchingKey.random(from: &random)
        var parameters = Parameters()
        if isSmall { (parameters.polynomials, parameters.payloadCount) = (16, 128) }
        parameters.checkLevels = try CheckLevels(canonical: [UInt8](repeating: level, count: CheckLevels.count))
        element = key.publicKey.encoded
        header = SetHeader(
            version: 1, issuedAt: 1_800_000_000, expiresAt: 1_830_000_000, tableID: try TableID.random(from: &random),
            positionSeed: try random.bytes32(), publicKey: key.publicKey, entries: 40, cells: 64,
            tableDigest: try random.bytes32(), supportDigest: Bytes32(), parameters: parameters, sources: [])
        self.random = random
    }

    /// What opens them.
    package func matching() throws(SealedMatchError) -> MatchingSet<LocalEvaluator> {
        var random = TestRandom(seed: seed, "openable")
        return try MatchingSet(key: MatchingKey.random(from: &random), header: header)
    }

    /// Draws from here on as from another seed, so that two processes make different vouchers of one set.
    package mutating func vary(_ seed: UInt64) { random = TestRandom(seed: seed, "varied") }

    /// A voucher, encoded.
    /// - Parameter slots: how many of its slots hold a point, and open; nil for all.
    package mutating func voucher(_ name: AccountEpoch, slots: Int? = 1) throws(SealedMatchError) -> [UInt8] {
        let voucher = VoucherHeader(
            parameters: header.parameters, number: 0, epoch: name.epoch,
            voucherID: try VoucherID.random(from: &random), pseudonym: name.pseudonym, setRoot: try header.root())
        let points = slots ?? voucher.probes
        let filled = (0..<voucher.probes).map { index in
            SealedSlot(
                element: index < points ? element : Bytes32(), wrappedKey: Bytes32(repeating: UInt8(index)), check: 0)
        }
        return SealedVoucher(header: voucher, body: random.bytes(voucher.bodyCount), slots: filled).encoded
    }

    /// A registration of an account of one byte.
    package static func registration(_ byte: UInt8, epoch: UInt32) throws(SealedMatchError) -> Registration {
        try AccountEpoch(byte, epoch).registration(byte)
    }
}
