internal import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// The devices of one account, each with a real sealer: one secret, one state each.
struct RealDevices: ~Copyable {
    private var first: Sealer
    private var second: Sealer?
    private let merging: Bool

    /// - Parameter count: 1 or 2.
    init(
        _ count: Int, merging: Bool, _ made: MadeSet, _ set: BlindedSet, _ random: inout SimulationRandom
    ) throws(SealedMatchError) {
        let first = try made.sealer(set, &random)
        let second: Sealer? = count > 1 ? try Self.anotherDevice(of: first) : nil
        self.first = first
        self.second = second
        self.merging = merging
    }

    private static func anotherDevice(of sealer: borrowing Sealer) throws(SealedMatchError) -> Sealer {
        let secret = try sealer.encodedSecret()
        return try Sealer(
            set: sealer.set, account: sealer.account,
            secret: try secret.withBytes { (bytes) throws(SealedMatchError) in try AccountSecret(canonical: bytes) },
            now: MadeSet.now)
    }

    var registration: Registration { first.registration }

    /// Seals a file on a device; afterwards the other one takes its state in, if they merge.
    mutating func seal(
        _ digest: Bytes32, on device: Int, _ random: inout SimulationRandom
    ) throws(SealedMatchError) -> SealedVoucher {
        let item = MediaItem.file(sha256: digest)
        if device == 0 {
            let voucher = try first.seal(item, note: [], random: &random)
            if merging { try second?.merge(deviceState: first.encodedState) }
            return voucher
        }
        guard let voucher = try second?.seal(item, note: [], random: &random), let state = second?.encodedState else {
            throw SealedMatchError(.parameterOutOfRange, "there is no such device")
        }
        if merging { try first.merge(deviceState: state) }
        return voucher
    }
}
