public import SealedMatchProtocol
public import SealedMatchCrypto

/// Seals one voucher for each media item of one account on one device, before the messenger encrypts it.
///
/// Nothing it does or returns depends on whether something matched: it cannot know. One sealer works on one thread at a
/// time; any number of sealers share a set.
public struct Sealer: ~Copyable {
    /// Whose vouchers it seals.
    public let account: AccountID
    /// The set in use.
    public private(set) var set: BlindedSet
    private var secret: AccountSecret
    private var epochSecrets: EpochSecrets
    private var state: SealerState
    private var sealing: VoucherSealing

    /// - Parameters:
    ///   - secret: the account's secret; it is ratcheted to the epoch of `now`.
    ///   - state: `encodedState` after the last voucher, or `nil` on the very first run. With older state a picture
    ///     that was sent may count again.
    ///   - now: seconds since 1970. A clock behind the client's epoch does not turn it back: the later epoch goes on.
    /// - Throws: `setExpired`, `setRolledBack`, `setMismatch`, and the decoding errors of the state; `epochTooFar` when
    ///   the clock is more than 64 epochs ahead of the secret, or the secret, later than the state, more than one ahead
    ///   of the clock.
    public init(
        set: BlindedSet, account: AccountID, secret: consuming AccountSecret, state: [UInt8]? = nil,
        now: UInt64
    ) throws(SealedMatchError) {
        let old: SealerState? = if let state { try SealerState(canonical: state) } else { nil }
        let epoch = try Self.epoch(
            at: now, expiresAt: set.header.expiresAt, secret: secret.epoch, state: old?.epoch)
        try secret.ratchet(to: epoch)
        let current = try Self.state(after: old, secret: secret, account: account, set: set)
        let epochSecrets = try EpochSecrets.derive(secret, account: account, parameters: set.header.parameters)
        var random = SystemRandom()
        let sealing = try VoucherSealing(random: &random)
        self.account = account
        self.set = set
        self.secret = secret
        self.epochSecrets = epochSecrets
        self.state = current
        self.sealing = sealing
    }

    /// The epoch of `now`. A clock beyond the set's expiry is refused: the ratchet has no way back, and this signed
    /// bound is how far a wrong clock can drive it.
    private static func epoch(at now: UInt64, expiresAt: UInt64) throws(SealedMatchError) -> UInt32 {
        guard now < expiresAt else {
            throw SealedMatchError(.setExpired, "the set has expired; fetch a newer one")
        }
        return try Parameters.epoch(at: now)
    }

    /// The epoch to begin in. A secret that would take this device further ahead of its clock than by one epoch is
    /// refused: it was handed over by a device whose clock is wrong.
    /// - Parameters:
    ///   - secret: the secret's epoch.
    ///   - state: the saved state's; nil on a first run.
    package static func epoch(
        at now: UInt64, expiresAt: UInt64, secret: UInt32, state: UInt32?
    ) throws(SealedMatchError) -> UInt32 {
        // Epochs and ratchet, step 3: the greatest of the clock's, the secret's and the saved state's
        let clock = try epoch(at: now, expiresAt: expiresAt)
        let own = max(clock, state ?? 0)
        // Epochs and ratchet, step 6: a secret of a later epoch than the state's, more than one ahead of the clock
        guard secret <= own || secret - clock <= 1 else {
            throw SealedMatchError(.epochTooFar, "the account secret is too far ahead of this device's clock")
        }
        return max(own, secret)
    }

    /// The state to go on with in the secret's epoch: the old one, or a new epoch's.
    private static func state(
        after old: SealerState?, secret: borrowing AccountSecret, account: AccountID, set: BlindedSet
    ) throws(SealedMatchError) -> SealerState {
        let new = try SealerState(
            epoch: secret.epoch, setVersion: set.header.version, parameters: set.header.parameters)
        if let old {
            guard set.header.version >= old.setVersion else {
                throw SealedMatchError(.setRolledBack, "the set is older than one that this client has used")
            }
            if old.epoch == secret.epoch {
                try old.checkPolynomials(of: new)
                var state = old
                state.setVersion = set.header.version
                return state
            }
        }
        return new
    }

    /// What to register with the collector before a voucher of this epoch is sent: look again after `advance`.
    public var registration: Registration { epochSecrets.registration }

    /// The epoch that vouchers are sealed in.
    public var epoch: UInt32 { secret.epoch }

    /// Goes to the epoch of `now`, if that is later; the earlier epoch's secrets are wiped. Call it before `seal`, and
    /// register when it returns true.
    /// - Throws: `setExpired`, `epochTooFar`, `outOfMemory`; then nothing changed.
    public mutating func advance(to now: UInt64) throws(SealedMatchError) -> Bool {
        let target = try Self.epoch(at: now, expiresAt: set.header.expiresAt)
        guard target > secret.epoch else { return false }
        // On a copy: a failure between these steps must not leave the new epoch's secret beside the old epoch's
        // polynomials.
        var next = try secret.clone()
        try next.ratchet(to: target)
        let nextState = try Self.state(after: state, secret: next, account: account, set: set)
        let nextSecrets = try EpochSecrets.derive(next, account: account, parameters: set.header.parameters)
        secret = next
        state = nextState
        epochSecrets = nextSecrets
        return true
    }

    /// Uses a newer set from now on. Vouchers under different sets count jointly.
    /// - Throws: `setRolledBack`; `setMismatch` when t, k or the profile differ from this epoch's: then go on with
    ///   the old set until the epoch ends.
    public mutating func adopt(_ newer: BlindedSet) throws(SealedMatchError) {
        state = try Self.state(after: state, secret: secret, account: account, set: newer)
        set = newer
    }

    /// Seals the voucher of one item. Call it once for each item: persist `encodedState`, then the voucher, then send;
    /// a retry sends the same bytes.
    ///
    /// - Parameter note: bytes for the reviewer, at most the set's payload size less `Payload.overhead` (988 by
    ///   default).
    /// - Throws: `payloadTooLong`, `storeFull`, `randomSourceFailed`, `outOfMemory`; then nothing changed. No error
    ///   depends on a match.
    public mutating func seal(_ item: MediaItem, note: [UInt8] = []) throws(SealedMatchError) -> SealedVoucher {
        var random = SystemRandom()
        return try seal(item, note: note, random: &random)
    }

    /// The same with a random source of the caller's.
    /// - Parameter divide: how the slots' group work is divided over threads; the voucher does not depend on it.
    package mutating func seal(
        _ item: MediaItem, note: [UInt8], random: inout some RandomSource & ~Copyable,
        divide: ProbeBatch.Division = ProbeBatch.undivided
    ) throws(SealedMatchError) -> SealedVoucher {
        let parameters = set.header.parameters
        // Seal an item, step 1: the payload
        let probed = item.probed(parameters, note: note)
        let payload = try probed.payload.padded(to: parameters.payloadCount)
        var next = state
        // Seal an item, steps 2–3: keys, of which those are probed that are new. A repeat gets fillers in all slots.
        let probes = try next.distinctness.note(
            probed.keys, asSent: probed.asSent, ofVideo: item.isVideo, under: epochSecrets.distinctnessKey)
        // Seal an item, step 4: N by the voucher's number, also of a repeat
        let number = next.takeNumber()
        // Seal an item, step 5
        let header = VoucherHeader(
            parameters: parameters, number: number, epoch: secret.epoch, voucherID: try VoucherID.random(from: &random),
            pseudonym: epochSecrets.registration.pseudonym, setRoot: set.root)
        let voucher = try sealing.seal(
            header: header, set: set, probes: probes, payload: payload,
            sharing: epochSecrets.sharing, epochKey: epochSecrets.epochKey, random: &random, divide: divide)
        state = next
        return voucher
    }

    /// The state before an item, for `restore`.
    package var checkpoint: SealerState { state }

    /// Takes back what `seal` noted, for a caller that could not keep the voucher. Only if the voucher can never be
    /// sent.
    package mutating func restore(_ checkpoint: SealerState) { state = checkpoint }

    /// What to give to `init` next time; as secret as the account secret. Persist it after every voucher and before the
    /// voucher is sent.
    public var encodedState: [UInt8] { state.encoded }

    /// Takes in the state of another device of the account, so that what that device sealed counts as sealed, and goes
    /// on with the greater of their numbers of vouchers. Other epochs' state is ignored.
    /// - Throws: the decoding errors of the state, `storeFull`; `setMismatch` when that device has another t, k or
    ///   profile in this epoch: then their vouchers do not count together, and merging goes on in the next epoch.
    public mutating func merge(deviceState: [UInt8]) throws(SealedMatchError) {
        try state.merge(SealerState(canonical: deviceState))
    }

    /// The account secret, for the messenger's own storage: as it is in the current epoch.
    public func encodedSecret() throws(SealedMatchError) -> SecretBytes { try secret.encoded() }
}
