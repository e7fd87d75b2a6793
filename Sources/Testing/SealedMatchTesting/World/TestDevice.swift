internal import SealedMatchAuthority
internal import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// A device of an account in a test world: the real sealer, with a seeded random source, a clock that may be wrong, a
/// disk that may be full, and an outbox in memory. It does what `ClientDirectory` and an uploader do.
/// (Docs/Protocol.md, 5.12 to 5.14) It keeps its world alive.
public struct TestDevice {
    /// A voucher that waits for its release time.
    fileprivate struct Waiting {
        let release: UInt64
        let tie: UInt64
        let voucher: [UInt8]
        let epoch: UInt32
        var file: String { "outbox/\(release)-\(tie)" }
    }

    /// Everything that a backup of a device holds.
    public struct Backup {
        fileprivate let device: State
        fileprivate let disk: TestDisk
        fileprivate let waiting: [Waiting]
        fileprivate let registrations: [UInt32: Registration]
    }

    /// What the world keeps of a device.
    final class State {
        let name: String
        fileprivate var set: TestSet
        fileprivate var clockOffset: Int64 = 0
        fileprivate var disk = TestDisk()
        fileprivate var acknowledged: [[UInt8]] = []
        fileprivate var refused: [[UInt8]] = []
        fileprivate var sealedCount = 0
        fileprivate var lastFailure: SealedMatchError?
        fileprivate var random: TestRandom
        fileprivate var sealer: Sealer
        fileprivate var waiting: [Waiting] = []
        fileprivate var registrations: [UInt32: Registration] = [:]

        /// Vouchers that wait in the outbox.
        var waitingCount: Int { waiting.count }

        fileprivate init(_ name: String, _ set: TestSet, _ random: TestRandom, _ sealer: consuming Sealer) {
            self.name = name
            self.set = set
            self.random = random
            self.sealer = sealer
        }
    }

    /// Whose device it is.
    public let account: TestAccount
    let state: State
    private var world: TestWorld { account.world }

    /// The device's name; unlike those of the account's others.
    public var name: String { state.name }
    /// The set that it seals under.
    public var set: TestSet { state.set }
    /// Seconds that the device's clock is ahead of the world's; negative if it is behind.
    public var clockOffset: Int64 {
        get { state.clockOffset }
        nonmutating set { state.clockOffset = newValue }
    }
    /// What it keeps.
    public var disk: TestDisk {
        get { state.disk }
        nonmutating set { state.disk = newValue }
    }
    /// Vouchers that the collector has acknowledged, as they were sent, the earliest first.
    public var acknowledged: [[UInt8]] { state.acknowledged }
    /// Vouchers that the collector will never take: they were set aside.
    public var refused: [[UInt8]] { state.refused }
    /// How many items it has sealed so far.
    public var sealedCount: Int { state.sealedCount }
    /// Why the last round of `deliver` ended early, or put something off; nil if it did not.
    public var lastFailure: SealedMatchError? { state.lastFailure }

    init(account: TestAccount, state: State) {
        self.account = account
        self.state = state
    }

    /// - Parameter other: a device of the account, whose secret this one shares.
    init(_ name: String, of account: TestAccount, after other: State?) throws {
        let world = account.world
        var random = TestRandom(seed: world.settings.seed, "device \(account.name)/\(name)")
        let secret: AccountSecret
        if let other {
            let encoded = try other.sealer.encodedSecret()
            secret = try unsafe encoded.withBytes { (raw) throws(SealedMatchError) in
                try unsafe AccountSecret(canonical: raw)
            }
        } else {
            let epoch = try AccountSecret.firstEpoch(at: world.now, issuedAt: world.set.header.issuedAt)
            secret = try AccountSecret.create(epoch: epoch, random: &random)
        }
        let sealer = try Sealer(set: world.open(world.set), account: account.id, secret: secret, now: world.now)
        self.init(account: account, state: State(name, world.set, random, sealer))
        try beginEpoch()
    }

    /// What the device's clock shows, in seconds since 1970.
    public var now: UInt64 {
        let (now, overflow) = world.now.addingReportingOverflow(UInt64(bitPattern: clockOffset))
        // A negative offset wraps around, and a positive one must not.
        return overflow == (clockOffset < 0) ? now : (clockOffset < 0 ? 0 : .max)
    }

    /// The device's random source fails after so many more draws; nil mends it.
    public func failRandomSource(after draws: Int?) { state.random.drawsLeft = draws }

    // MARK: Sealing

    /// Seals items and delivers what is due: what a messenger does with an attachment, and then with its outbox.
    /// - Throws: `TestWorldError.unknownItem`; the errors of `Sealer.seal`.
    public func send(_ names: String...) throws { try send(names) }

    /// The same for an array of names.
    public func send(_ names: [String]) throws {
        for name in names { try seal(name) }
        try deliver()
    }

    /// Sends files that no list holds and no other test item is.
    public func send(others count: Int) throws {
        for _ in 0..<max(0, count) { try seal(world.other()) }
        try deliver()
    }

    /// Seals an item; its voucher waits in the outbox.
    /// - Parameter note: what the reviewer of a match reads; the item's name by default.
    /// - Throws: `TestWorldError.unknownItem`; the errors of `Sealer.seal` and `Sealer.advance`; `fileFailed` where the
    ///   disk is full. Then nothing has changed.
    public func seal(_ name: String, note: [UInt8]? = nil) throws { try seal(world.item(name), note: note) }

    func seal(_ item: TestItem, note: [UInt8]? = nil) throws {
        let now = self.now
        if try state.sealer.advance(to: now) { try beginEpoch() }
        guard state.waiting.count < Outbox.maximumCount else {
            throw SealedMatchError(.storeFull, "the outbox is full; send what it holds first")
        }
        // Outbox, step 2: the release time is uniform in the window
        let window = world.settings.window
        let delay = window == 0 ? 0 : try state.random.integerVarTime(below: window)
        let tie = try state.random.word()
        let before = state.sealer.checkpoint
        let voucher = try chosenVoucher(item, note ?? Self.note(item.name, set.header.parameters))
        do {
            try save()
        } catch {
            state.sealer.restore(before)
            throw error
        }
        let entry = Waiting(
            release: now + delay, tie: tie, voucher: voucher.encoded, epoch: voucher.header.epoch)
        try state.disk.write(entry.file, entry.voucher)
        state.waiting.append(entry)
        state.sealedCount += 1
        world.noteSealed(voucher.header.voucherID, item.name)
    }

    private static func note(_ name: String, _ parameters: Parameters) -> [UInt8] {
        Array(name.utf8.prefix(parameters.payloadCount - Payload.overhead))
    }

    /// A voucher of the item that opens as many slots by chance as the world wants.
    private func chosenVoucher(_ item: TestItem, _ note: [UInt8]) throws -> SealedVoucher {
        guard let wanted = world.settings.chance.number else {
            return try sealed(item, note)
        }
        let before = state.sealer.checkpoint
        for _ in 0..<Self.maximumTries {
            let voucher = try sealed(item, note)
            if try world.chanceOpenings(of: voucher, account.state, set.header.parameters) == wanted { return voucher }
            state.sealer.restore(before)
        }
        throw TestWorldError(
            .improbable,
            "no voucher had \(wanted) chance openings in \(Self.maximumTries) tries; ask for another number")
    }

    private static let maximumTries = 1_000

    /// The real sealer's voucher, its group work on all of the world's threads.
    private func sealed(_ item: TestItem, _ note: [UInt8]) throws(SealedMatchError) -> SealedVoucher {
        let workers = world.workers
        return try state.sealer.seal(item.media, note: note, random: &state.random) {
            (count, piece) throws(SealedMatchError) in
            try workers.forEachChunk("seal", count: count, chunk: Self.slotsInOneGo, piece)
        }
    }

    /// Slots that one thread seals at a time: what the widest vectors hold.
    private static let slotsInOneGo = 8

    private func beginEpoch() throws {
        try account.state.note(copyOfSecret(), set.header.parameters)
        try save()
    }

    private func save() throws { try save(state.sealer) }

    /// Secret and state, in the file that they have in a client's directory, and the epoch's registration.
    private func save(_ sealer: borrowing Sealer) throws {
        let secret = try sealer.encodedSecret()
        let bytes = unsafe secret.withBytes { unsafe Array($0) }
        try state.disk.write("client", bytes + sealer.encodedState)
        let registration = sealer.registration
        guard state.registrations[registration.epoch] == nil else { return }
        try state.disk.write("registration-\(registration.epoch)", registration.encoded)
        state.registrations[registration.epoch] = registration
    }

    /// Goes on with another sealer once its state is on disk; else nothing has changed.
    private func replace(by sealer: consuming Sealer, under set: TestSet) throws {
        try save(sealer)
        state.sealer = sealer
        state.set = set
        try account.state.note(copyOfSecret(), set.header.parameters)
    }

    // MARK: Delivering

    /// How many vouchers wait in the outbox.
    public var waitingCount: Int { state.waiting.count }

    /// What it registers with the collector: of its epoch, and of earlier ones whose vouchers wait.
    public var registered: [Registration] { state.registrations.keys.sorted().compactMap { state.registrations[$0] } }

    /// The vouchers that wait, in the order of their release.
    public var waitingVouchers: [[UInt8]] { ordered().map(\.voucher) }

    private func ordered() -> [Waiting] {
        state.waiting.sorted { ($0.release, $0.tie) < ($1.release, $1.tie) }
    }

    /// One round to the collector: registrations, then what is due. (Docs/Protocol.md, "Outbox", steps 4 and 5)
    /// - Returns: how many vouchers were acknowledged.
    @discardableResult
    public func deliver() throws -> Int {
        state.lastFailure = nil
        var putOff: Set<UInt32> = []
        for epoch in state.registrations.keys.sorted() {
            guard let registration = state.registrations[epoch] else { continue }
            switch try world.transmit(.registration(registration), from: account.state) {
            case .accepted: break
            case .refused(let error):
                state.lastFailure = error
                switch error.code {
                case .quotaExceeded, .epochTooFar: putOff.insert(epoch)
                case .epochInPast, .commitmentConflict, .pseudonymConflict, .invalidSignature: break
                default: return 0
                }
            case .unanswered:
                state.lastFailure = SealedMatchError(.fileFailed, "no answer came")
                return 0
            }
        }
        var count = 0
        let clock = now
        try redraw(clock)
        let due = world.reordered(ordered().filter { $0.release <= clock })
        round: for entry in due {
            switch try world.transmit(.voucher(entry.voucher), from: account.state) {
            case .accepted:
                state.acknowledged.append(entry.voucher)
                forget(entry)
                count += 1
            case .refused(let error):
                state.lastFailure = error
                if Self.isFinal(error.code, isPutOff: putOff.contains(entry.epoch)) {
                    state.refused.append(entry.voucher)
                    forget(entry)
                } else if error.code != .unknownSet && !putOff.contains(entry.epoch) {
                    break round
                }
            case .unanswered:
                state.lastFailure = SealedMatchError(.fileFailed, "no answer came")
                break round
            }
        }
        state.registrations = state.registrations.filter { epoch, _ in
            epoch == state.sealer.epoch || state.waiting.contains { $0.epoch == epoch }
        }
        return count
    }

    // Outbox, step 3: a release time beyond the clock's and the window is drawn anew
    private func redraw(_ clock: UInt64) throws {
        let window = world.settings.window
        for (place, entry) in state.waiting.enumerated() where entry.release > clock && entry.release - clock > window {
            let delay = window == 0 ? 0 : try state.random.integerVarTime(below: window)
            let later = Waiting(release: clock + delay, tie: entry.tie, voucher: entry.voucher, epoch: entry.epoch)
            try state.disk.write(later.file, later.voucher)
            state.disk.remove(entry.file)
            state.waiting[place] = later
        }
    }

    private func forget(_ entry: Waiting) {
        state.waiting.removeAll { $0.file == entry.file }
        state.disk.remove(entry.file)
    }

    // Outbox, step 5: which answers are final
    private static func isFinal(_ code: SealedMatchError.Code, isPutOff: Bool) -> Bool {
        switch code {
        case .wrongLength, .invalidMagic, .parameterOutOfRange, .authenticationFailed, .setMismatch, .epochInPast,
            .voucherConflict, .quotaExceeded:
            true
        case .notRegistered, .invalidSignature: !isPutOff
        default: false
        }
    }

    /// Sends vouchers that were acknowledged once more, as a client does that never saw the answer. A retry is no
    /// second match.
    public func resend() throws {
        state.lastFailure = nil
        for voucher in acknowledged {
            switch try world.transmit(.voucher(voucher), from: account.state) {
            case .accepted: break
            case .refused(let error): state.lastFailure = error
            case .unanswered: state.lastFailure = SealedMatchError(.fileFailed, "no answer came")
            }
        }
    }

    // MARK: Sets, state

    /// Fetches the set that is distributed now, checks it as a client does, and goes on with it.
    /// - Throws: what opening a set throws; `setRolledBack`, `setMismatch`. Then it goes on with the set that it has.
    public func fetchSet() throws {
        let (newer, opened) = try world.fetch(now: now, lastVersion: set.header.version)
        // As a client does: it opens its state anew under the newer set. In a new epoch t and k may be others.
        let secret = try copyOfSecret()
        let sealer = try Sealer(
            set: opened, account: account.id, secret: secret, state: state.sealer.encodedState, now: now)
        try replace(by: sealer, under: newer)
    }

    private func copyOfSecret() throws -> AccountSecret {
        let encoded = try state.sealer.encodedSecret()
        return try unsafe encoded.withBytes { (raw) throws(SealedMatchError) in
            try unsafe AccountSecret(canonical: raw)
        }
    }

    /// The device starts anew from what is on its disk.
    /// - Throws: the errors of `Sealer.init`; `stateMissing` if the disk has no state.
    public func restart() throws { try restart(from: disk) }

    private func restart(from disk: TestDisk) throws {
        guard let saved = disk.files["client"], saved.count > AccountSecret.encodedCount else {
            throw SealedMatchError(.stateMissing, "the device's disk holds no state")
        }
        let secret = try unsafe saved.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            try unsafe AccountSecret(canonical: UnsafeRawBufferPointer(rebasing: raw[..<AccountSecret.encodedCount]))
        }
        let sealer = try Sealer(
            set: world.open(set), account: account.id, secret: secret,
            state: Array(saved[AccountSecret.encodedCount...]), now: now)
        try replace(by: sealer, under: set)
    }

    /// A copy of everything that the device keeps.
    public func backup() -> Backup {
        Backup(device: state, disk: disk, waiting: state.waiting, registrations: state.registrations)
    }

    /// The device is what it was at a backup. What it sealed since may then count again: a device that is restored
    /// should merge the state of the account's others first.
    /// - Throws: `TestWorldError.badValue` for another device's backup; the errors of `Sealer.init`.
    public func restore(_ backup: Backup) throws {
        guard backup.device === state else {
            throw TestWorldError(
                .badValue, "the backup is of the device \"\(backup.device.name)\", and not of this one")
        }
        try restart(from: backup.disk)
        try state.disk.replace(with: backup.disk.files)
        state.waiting = backup.waiting
        state.registrations = backup.registrations
        try save()
    }

    var encodedState: [UInt8] { state.sealer.encodedState }

    func merge(_ other: [UInt8]) throws {
        let before = state.sealer.checkpoint
        try state.sealer.merge(deviceState: other)
        do {
            try save()
        } catch {
            state.sealer.restore(before)
            throw error
        }
    }

    // MARK: Outside

    /// What can be seen from outside when an item is sealed now, on a copy of the device.
    func trace(_ item: TestItem, note: [UInt8]) throws -> SealingTrace {
        var copy = try Sealer(
            set: world.open(set), account: account.id, secret: copyOfSecret(), state: state.sealer.encodedState,
            now: now)
        var source = state.random
        source.recordDraws()
        let voucher = try copy.seal(item.media, note: note, random: &source)
        let scratch = TestCollector(identity: Bytes32())
        let answers = [
            try scratch.register(copy.registration, from: account.id),
            try scratch.store(voucher.encoded, from: account.id),
        ]
        return SealingTrace(
            voucherBytes: voucher.encoded.count, header: voucher.header.encoded, draws: source.draws ?? [],
            stateBytes: copy.encodedState.count, answers: answers.map { "\($0)" })
    }
}
