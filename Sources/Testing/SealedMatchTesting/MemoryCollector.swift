public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol
internal import Synchronization

/// A collector in memory, for tests: intake and source of vouchers by the contracts of their seams, except that nothing
/// survives the process.
public final class MemoryCollector: Intake, VoucherSource, NameResolver {
    private struct Voucher {
        let position: Int64
        let digest: Bytes32
        var voucher: SealedVoucher?
    }
    private struct Key: Hashable {
        let pseudonym: Pseudonym
        let epoch: UInt32
    }
    private struct State {
        var registrations: [Key: Registration] = [:]
        var released: [Key: UInt64] = [:]
        var counts: [Int64: ResolutionCounts] = [:]
        var vouchers: [Key: [VoucherID: Voucher]] = [:]
        var firstEpoch: UInt32 = 0
        var end: Int64 = 0

        /// Those that have bytes, in the order of arrival.
        func stored(_ isIncluded: (Voucher) -> Bool) -> [StoredVoucher] {
            vouchers.values.flatMap(\.values).filter(isIncluded).compactMap { voucher in
                voucher.voucher.map { StoredVoucher(position: voucher.position, voucher: $0) }
            }.sorted { $0.position < $1.position }
        }
    }
    private let state = Mutex(State())
    private let ownIdentity: StoreIdentity
    private let policy: CollectorPolicy

    /// - Throws: `randomSourceFailed`.
    public init(policy: CollectorPolicy = CollectorPolicy()) throws(SealedMatchError) {
        var random = SystemRandom()
        ownIdentity = try random.bytes32()
        self.policy = policy
    }

    /// The same with an identity that is given.
    package init(identity: StoreIdentity, policy: CollectorPolicy = CollectorPolicy()) {
        ownIdentity = identity
        self.policy = policy
    }

    /// What it holds of an account and epoch.
    package struct Holding: Sendable {
        package let registration: Registration
        /// Vouchers that arrived.
        package let vouchers: Int
        /// Their bytes, those that were forgotten aside.
        package let bytes: Int
    }

    /// Everything that it holds, by account and epoch.
    package var holdings: [Holding] {
        state.withLock { state in
            state.registrations.map { key, registration in
                let vouchers = state.vouchers[key] ?? [:]
                let bytes = vouchers.values.reduce(0) { $0 + ($1.voucher?.header.voucherCount ?? 0) }
                return Holding(registration: registration, vouchers: vouchers.count, bytes: bytes)
            }
        }
    }

    // MARK: Intake

    /// Registers the commitment of an account and epoch, as `Intake` says; in memory alone.
    public func register(
        _ registration: Registration, authenticatedAs account: AccountID
    ) throws(SealedMatchError) -> IntakeOutcome {
        try policy.check(registration, authenticatedAs: account)
        return try state.withLock { (state) throws(SealedMatchError) in
            try Self.checkExpiry(registration.epoch, state)
            let known = state.registrations.values.first { $0.account == account && $0.epoch == registration.epoch }
            if let known {
                guard known.pseudonym == registration.pseudonym, known.commitment == registration.commitment else {
                    throw SealedMatchError(
                        .commitmentConflict, "another pseudonym or commitment is registered for this account and epoch")
                }
                if try policy.replaces(known, by: registration) {
                    state.registrations[Key(pseudonym: known.pseudonym, epoch: known.epoch)] = registration
                }
                return .alreadyStored
            }
            let key = Key(pseudonym: registration.pseudonym, epoch: registration.epoch)
            guard state.registrations[key] == nil else {
                throw SealedMatchError(.pseudonymConflict, "the pseudonym is another account's in this epoch")
            }
            try policy.check(new: registration.epoch)
            guard state.registrations.values.count(where: { $0.account == account }) < policy.epochsPerAccount else {
                throw SealedMatchError(.quotaExceeded, "the account has registered too many epochs")
            }
            state.registrations[key] = registration
            return .stored
        }
    }

    /// Stores vouchers of one account, as `Intake` says; in memory alone. It throws nothing.
    public func store(
        all vouchers: [[UInt8]], authenticatedAs account: AccountID
    ) throws(SealedMatchError) -> [Result<IntakeOutcome, SealedMatchError>] {
        state.withLock { state in
            vouchers.map { bytes in
                Result { () throws(SealedMatchError) in
                    try insert(ArrivedVoucher(bytes), of: account, &state)
                }
            }
        }
    }

    private func insert(
        _ voucher: ArrivedVoucher, of account: AccountID, _ state: inout State
    ) throws(SealedMatchError) -> IntakeOutcome {
        let header = voucher.header
        try Self.checkExpiry(header.epoch, state)
        let key = Key(pseudonym: header.pseudonym, epoch: header.epoch)
        let registration = state.registrations[key]
        try ArrivedVoucher.check(registration?.account, is: account)
        if let known = state.vouchers[key]?[header.voucherID] {
            guard known.digest == voucher.digest else {
                throw SealedMatchError(.voucherConflict, "another voucher has this ID")
            }
            return .alreadyStored
        }
        if let registration { try policy.check(known: registration) }
        try policy.check(header)
        guard state.vouchers[key]?.count ?? 0 < policy.vouchersPerEpoch else {
            throw SealedMatchError(.quotaExceeded, "the account has sent too many vouchers in this epoch")
        }
        state.end += 1
        state.vouchers[key, default: [:]][header.voucherID] = Voucher(
            position: state.end, digest: voucher.digest, voucher: try SealedVoucher(canonical: voucher.bytes))
        return .stored
    }

    private static func checkExpiry(_ epoch: UInt32, _ state: State) throws(SealedMatchError) {
        guard epoch >= state.firstEpoch else {
            throw SealedMatchError(.epochInPast, "the epoch has expired at this collector")
        }
    }

    /// Forgets everything of epochs before `epoch`, as `Intake` says. It throws nothing.
    @discardableResult
    public func expire(before epoch: UInt32) throws(SealedMatchError) -> ExpiredCounts {
        state.withLock { state in
            state.firstEpoch = max(state.firstEpoch, epoch)
            let registrations = state.registrations.filter { $0.key.epoch < epoch }.keys
            let vouchers = state.vouchers.filter { $0.key.epoch < epoch }
            for key in registrations { state.registrations[key] = nil }
            for key in vouchers.keys { state.vouchers[key] = nil }
            return ExpiredCounts(
                registrations: registrations.count, vouchers: vouchers.values.reduce(0) { $0 + $1.count })
        }
    }

    /// Forgets everything of one account, as `Intake` says. It throws nothing.
    public func erase(_ account: AccountID) throws(SealedMatchError) -> [AccountEpoch] {
        state.withLock { state in
            let keys = state.registrations.filter { $0.value.account == account }.keys.sorted { $0.epoch < $1.epoch }
            for key in keys {
                state.registrations[key] = nil
                state.vouchers[key] = nil
                state.released[key] = nil
            }
            return keys.map { AccountEpoch(pseudonym: $0.pseudonym, epoch: $0.epoch) }
        }
    }

    // MARK: VoucherSource

    /// 32 random bytes, drawn with the object.
    public func identity() throws(SealedMatchError) -> StoreIdentity { ownIdentity }

    /// The greatest position that was ever used; 0 before the first voucher.
    public func end() throws(SealedMatchError) -> Int64 { state.withLock { $0.end } }

    /// The digest, BLAKE2b-256, of the voucher at a position; nil if there is none, or its epoch has expired.
    public func mark(at position: Int64) throws(SealedMatchError) -> Bytes32? {
        state.withLock { state in
            state.vouchers.values.flatMap(\.values).first { $0.position == position }?.digest
        }
    }

    /// Whether the voucher at the cursor's position is the one that was read, or is gone: nothing else comes there.
    public func isAsRead(_ cursor: SourceCursor) throws(SealedMatchError) -> Bool {
        guard let mark = try mark(at: cursor.position) else { return true }
        return mark == cursor.mark
    }

    /// At most `limit` vouchers behind a position, ascending. None is ever damaged.
    public func vouchers(after position: Int64, limit: Int) throws(SealedMatchError) -> VoucherPage {
        let all = state.withLock { $0.stored { $0.position > position } }
        let page = Array(all.prefix(max(0, limit)))
        return VoucherPage(vouchers: page, damaged: [], last: page.last?.position ?? position)
    }

    /// The vouchers at these positions that still have their bytes, ascending.
    public func vouchers(at positions: [Int64]) throws(SealedMatchError) -> VoucherPage {
        let wanted = Set(positions)
        let page = state.withLock { $0.stored { wanted.contains($0.position) } }
        return VoucherPage(vouchers: page, damaged: [], last: positions.max() ?? 0)
    }

    /// Forgets the bytes of these vouchers, and keeps their digests.
    /// - Returns: how many had bytes to forget.
    @discardableResult
    public func acknowledge(_ positions: [Int64]) throws(SealedMatchError) -> Int {
        let wanted = Set(positions)
        return state.withLock { state in
            var forgotten = 0
            for (key, vouchers) in state.vouchers {
                for (id, voucher) in vouchers where voucher.voucher != nil && wanted.contains(voucher.position) {
                    state.vouchers[key]?[id]?.voucher = nil
                    forgotten += 1
                }
            }
            return forgotten
        }
    }

    /// How many vouchers behind a position have no bytes any more, because a reader acknowledged them.
    public func forgotten(after position: Int64) throws(SealedMatchError) -> Int {
        state.withLock { state in
            state.vouchers.values.reduce(0) { count, vouchers in
                count + vouchers.values.count { $0.position > position && $0.voucher == nil }
            }
        }
    }

    /// The commitment that was registered with a pseudonym in an epoch, if there is one.
    public func commitment(of pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> Commitment? {
        state.withLock { $0.registrations[Key(pseudonym: pseudonym, epoch: epoch)]?.commitment }
    }

    // MARK: NameResolver

    /// Releases the name that an encoded request asks for, and counts the request. (Docs/Protocol.md, "Resolve")
    /// - Throws: `wrongLength`, `invalidMagic`, `epochInPast`, `notRegistered`, `tokenMismatch`.
    public func resolve(_ request: [UInt8]) throws(SealedMatchError) -> ReleasedName {
        try state.withLock { (state) throws(SealedMatchError) in
            var row: Int64 = -1
            do throws(SealedMatchError) {
                let request = try ResolutionRequest(canonical: request)
                if state.registrations.keys.contains(where: { $0.epoch == request.epoch }) {
                    row = Int64(request.epoch)
                }
                try Self.checkExpiry(request.epoch, state)
                let key = Key(pseudonym: request.pseudonym, epoch: request.epoch)
                let registration = try request.check(state.registrations[key])
                let isNew = state.released[key] == nil
                let number = state.released[key] ?? UInt64(state.counts.values.reduce(0) { $0 + $1.releases } + 1)
                state.released[key] = number
                Self.count(isNew ? \.releases : \.repeats, row, &state)
                return ReleasedName(number: number, token: request.token, registration: registration)
            } catch {
                Self.count(\.refusals, row, &state)
                throw error
            }
        }
    }

    private static func count(_ what: WritableKeyPath<ResolutionCounts, Int>, _ row: Int64, _ state: inout State) {
        state.counts[row, default: ResolutionCounts(epoch: row < 0 ? nil : UInt32(row))][keyPath: what] += 1
    }

    /// What was asked for so far, by epoch, ascending; first what belongs to none.
    public func resolutionCounts() throws(SealedMatchError) -> [ResolutionCounts] {
        state.withLock { $0.counts.sorted { $0.key < $1.key }.map(\.value) }
    }
}
