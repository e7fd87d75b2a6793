internal import SealedMatchAuthority
public import SealedMatchClient
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchOpenings
public import SealedMatchProtocol
internal import SealedMatchWorkers

/// A whole deployment in memory, for tests of what is built around the library: sources, sets, accounts with devices, a
/// network, a collector and an authority. The protocol in it is the real one; only randomness, clock, disk and network
/// are the test's. (Docs/Testing.md)
///
///     let world = try TestWorld(threshold: 3, known: ["a", "b", "c", "d"])
///     let phone = try world.account("alice").device()
///     try phone.send("a", "b")
///     #expect(try world.revealed("alice") == [])
///
/// Its sets carry the mark of test sets, which no production policy takes. Not for several threads at a time.
public final class TestWorld {
    /// What it began with.
    public let settings: TestSettings
    /// Seconds since 1970. It moves only forward, by `advance`.
    public private(set) var now: UInt64
    /// What happens to requests on their way.
    public var network = TestNetwork()
    /// The collector.
    public let collector: TestCollector
    /// What clients get that fetch a set.
    public var distribution = Distribution.current
    /// Sets that were published, the newest last.
    public private(set) var sets: [TestSet] = []
    /// Whether the authority has the keys of the sets.
    public var authorityHasKeys = true

    /// What clients get that fetch a set.
    public enum Distribution: Sendable, Equatable {
        /// The newest set.
        case current
        /// Nothing: the file is missing (`fileFailed`).
        case missing
        /// The newest set with a cell of its table changed (`rootMismatch`).
        case corrupt
        /// The newest set, cut off in the middle (`wrongLength`).
        case truncated
        /// An earlier set (`setRolledBack` for a client that used a newer one).
        case version(UInt64)
        /// Any bytes.
        case bytes([UInt8])
    }

    enum Request {
        case registration(Registration)
        case voucher([UInt8])
    }

    enum Answer {
        case accepted
        case refused(SealedMatchError)
        case unanswered
    }

    struct InFlight {
        let arrival: UInt64
        let request: Request
        let account: TestAccount.State
    }

    private var items: [ExactName: TestItem] = [:]
    /// Names of items by what a match shows of them, and by the vouchers that the world's devices sealed.
    private(set) var names: [ShownFingerprint: String] = [:]
    private(set) var sealedNames: [VoucherID: String] = [:]
    private(set) var accounts: [TestAccount.State] = []
    private let sources: [TestSource]
    private(set) var inFlight: [InFlight] = []
    let workers: Workers
    private var networkRandom: TestRandom
    private var setRandom: TestRandom
    private var others = 0
    private var opened: [SetRoot: BlindedSet] = [:]
    let openings = MemoryOpenings()
    var verdicts: [AccountEpoch: Result<RevealResult, SealedMatchError>] = [:]
    /// Who registered which pseudonym, also after the collector has forgotten it.
    var pseudonyms: [AccountEpochKey: Pseudonym] = [:]

    struct AccountEpochKey: Hashable {
        let account: AccountID
        let epoch: UInt32
    }

    /// A world whose first set holds the items that are named: each name of `known` is a file of its own, and so the
    /// quickest kind of item. `add` and `publish` make others.
    /// - Throws: `TestWorldError.badValue`.
    public convenience init(
        seed: UInt64 = 1, threshold: Int = 30, chance: ChanceOpenings = .asSpecified, known: [String] = []
    ) throws {
        try self.init(TestSettings(seed: seed, threshold: threshold, chance: chance, known: known))
    }

    /// A world of these settings.
    /// - Throws: `TestWorldError.badValue`; the errors of building a set.
    public init(_ settings: TestSettings) throws {
        try Sodium.start()
        try settings.check()
        var settings = settings
        settings.parameters.checkLevels = try settings.chance.levels(probes: settings.parameters.probes)
        settings.parameters.minimumSources = min(settings.parameters.minimumSources, settings.sources)
        self.settings = settings
        now = settings.start
        workers = Workers(threads: settings.threads)
        networkRandom = TestRandom(seed: settings.seed, "network")
        setRandom = TestRandom(seed: settings.seed, "sets")
        var random = TestRandom(seed: settings.seed, "sources")
        collector = TestCollector(identity: try random.bytes32())
        var sources: [TestSource] = []
        for _ in 0..<settings.sources { sources.append(try TestSource(&random)) }
        self.sources = sources.sorted { $0.publicKey < $1.publicKey }
        for name in settings.known { try add(name, TestItem.namedFile(name)) }
        try publish(settings.known)
    }

    // MARK: Clock

    /// e, the epoch of the world's clock.
    /// - Throws: `parameterOutOfRange` for a clock past the last epoch.
    public func epoch() throws -> UInt32 { try Parameters.epoch(at: now) }

    /// Moves the clock forward. Requests whose time has come arrive. Devices do nothing by themselves: call `deliver`.
    public func advance(days: Int = 0, seconds: Int = 0) throws {
        let (inDays, isTooLong) = days.multipliedReportingOverflow(by: 86_400)
        let (step, overflow) = inDays.addingReportingOverflow(seconds)
        guard !isTooLong, !overflow, step >= 0 else {
            throw TestWorldError(
                .clockBackwards,
                "the world's clock only moves forward; a device's clock may be wrong instead (`clockOffset`)")
        }
        try advance(to: now + UInt64(step))
    }

    /// Moves the clock to a moment, in seconds since 1970.
    /// - Throws: `TestWorldError.clockBackwards`.
    public func advance(to moment: UInt64) throws {
        guard moment >= now else {
            throw TestWorldError(
                .clockBackwards,
                "the world's clock is at \(now) and only moves forward; for a device whose clock is wrong set "
                    + "`clockOffset`")
        }
        guard moment < 1 << 40 else { throw TestWorldError(.badValue, "the clock ends at 2^40 seconds") }
        let arriving = inFlight.enumerated().filter { $0.element.arrival <= moment }.sorted {
            ($0.element.arrival, $0.offset) < ($1.element.arrival, $1.offset)
        }
        inFlight.removeAll { $0.arrival <= moment }
        for (_, flight) in arriving {
            now = max(now, flight.arrival)
            _ = arrive(flight.request, of: flight.account)
        }
        now = moment
    }

    /// Moves the clock to the first second of the next epoch.
    public func advanceToNextEpoch() throws {
        try advance(to: (UInt64(epoch()) + 1) * Parameters.secondsPerEpoch)
    }

    // MARK: Items

    /// Adds an item, in no set yet.
    /// - Throws: `TestWorldError.nameTaken`; what fingerprints throw.
    @discardableResult
    public func add(_ name: String, _ content: TestItem.Content) throws -> TestItem {
        guard items[ExactName(name)] == nil else {
            throw TestWorldError(.nameTaken, "there is an item \"\(name)\" already; choose another name")
        }
        guard !name.isEmpty, name.utf8.count <= 200 else {
            throw TestWorldError(.badValue, "an item's name has 1 to 200 bytes")
        }
        if case .video(let frames) = content, !(1...TestItem.maximumFrames).contains(frames.count) {
            throw TestWorldError(
                .badValue, "a video shows 1 to \(TestItem.maximumFrames) pictures, not \(frames.count)")
        }
        let item = try TestItem(name, content, profile: settings.parameters.profile)
        items[ExactName(name)] = item
        if item.shown.kind != 0, names[item.shown] == nil { names[item.shown] = name }
        return item
    }

    /// Adds a synthetic picture: grey, 256 × 256 pixels, of good quality, unlike others.
    @discardableResult
    public func addPicture(_ name: String) throws -> TestItem {
        var random = TestRandom(seed: settings.seed, "picture \(name)")
        return try add(name, .picture(.synthetic(seed: random.next())))
    }

    /// Adds a video of synthetic pictures, each shown for a second.
    @discardableResult
    public func addVideo(_ name: String, seconds: Int) throws -> TestItem {
        guard (1...100).contains(seconds) else {
            throw TestWorldError(.badValue, "a synthetic video has 1 to 100 seconds, not \(seconds)")
        }
        var random = TestRandom(seed: settings.seed, "video \(name)")
        return try add(name, .video((0..<seconds).map { _ in .synthetic(seed: random.next()) }))
    }

    /// Adds a copy of a picture as a codec gives it back that loses detail.
    /// - Parameter quality: 1 to 100, as JPEG's.
    /// - Throws: `TestWorldError.unknownItem`, `badValue` where the original is no picture.
    @discardableResult
    public func addCopy(_ name: String, of original: String, quality: Int) throws -> TestItem {
        guard case .picture(let picture) = try item(original).content else {
            throw TestWorldError(.badValue, "\"\(original)\" is no picture; only pictures have recompressed copies")
        }
        return try add(name, .picture(picture.recompressed(quality: quality)))
    }

    /// The item of this name.
    /// - Throws: `TestWorldError.unknownItem`.
    public func item(_ name: String) throws(TestWorldError) -> TestItem {
        guard let item = items[ExactName(name)] else {
            throw TestWorldError(
                .unknownItem, "there is no item \"\(name)\"; add it first, or name it in `known`")
        }
        return item
    }

    /// A file that nobody lists.
    func other() throws(SealedMatchError) -> TestItem {
        others += 1
        return try TestItem(
            "other \(others)", .file(Array("SealedMatch other file \(others) of seed \(settings.seed)".utf8)),
            profile: settings.parameters.profile)
    }

    // MARK: Sets

    /// The newest set.
    public var set: TestSet { sets[sets.count - 1] }

    /// What a client of this world pins: the world's sources, all of which must sign, test sets, and no floor.
    public func trust() throws -> TrustPolicy {
        var trust = TrustPolicy(sources: sources.map(\.publicKey), minimumSignatures: sources.count)
        trust.allowsTestSets = true
        // As a release does while a deployment moves from one to the other.
        trust.profiles = [try settings.parameters.profileDigest(), TrustPolicy.profile2, TrustPolicy.profile3]
        trust.minimumThreshold = 2
        trust.minimumPolynomials = 16
        trust.minimumProbes = 1
        trust.minimumSeparation = 0
        trust.minimumEntries = 1
        trust.minimumConfirmedSources = 1
        trust.maximumCheckLevels = try CheckLevels(canonical: [UInt8](repeating: .max, count: CheckLevels.count))
        return trust
    }

    /// Publishes a set of these items, which all sources list; devices go on with theirs until `fetchSet`.
    /// - Throws: `TestWorldError.unknownItem`, `poorQuality` for an item that no list can hold.
    @discardableResult
    public func publish(_ names: [String], _ change: (inout Parameters) -> Void = { _ in }) throws -> TestSet {
        try publish(lists: [[String]](repeating: names, count: sources.count), change)
    }

    /// Publishes a set of what these lists hold, one list for each source: items that at least q of them name.
    /// - Parameter change: of what the set fixes. t, k and the profile may change at an epoch's start only.
    /// - Throws: `TestWorldError.badValue` unless there is a list for each source.
    @discardableResult
    public func publish(lists: [[String]], _ change: (inout Parameters) -> Void = { _ in }) throws -> TestSet {
        guard lists.count == sources.count else {
            throw TestWorldError(
                .badValue, "each of the \(sources.count) sources has one list; given are \(lists.count)")
        }
        var parameters = settings.parameters
        change(&parameters)
        let set = try TestSet(
            lists: lists.map { try $0.map(item) }, version: UInt64(sets.count + 1), now: now,
            lifetime: settings.lifetime, parameters: parameters, signers: sources, random: &setRandom,
            workers: workers)
        sets.append(set)
        return set
    }

    /// A set of this world, open.
    func open(_ set: TestSet) throws -> BlindedSet {
        if let known = opened[set.root] { return known }
        let opened = try openFile(set.file, now: set.header.issuedAt, lastVersion: 0)
        self.opened[set.root] = opened
        return opened
    }

    private func openFile(_ file: [UInt8], now: UInt64, lastVersion: UInt64) throws -> BlindedSet {
        let trust = try trust()
        return try unsafe file.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            try unsafe BlindedSet.open(copying: raw, trust: trust, now: now, lastVersion: lastVersion)
        }
    }

    /// What a client gets that fetches a set now.
    /// - Throws: `fileFailed` where it is missing; `TestWorldError.badValue` for a version that was never published.
    public func distributedFile() throws -> [UInt8] {
        switch distribution {
        case .current: return set.file
        case .missing: throw SealedMatchError(.fileFailed, "the test's set is missing")
        case .corrupt:
            var file = set.file
            file[SetHeader.tableOffset] ^= 1
            return file
        case .truncated: return Array(set.file[..<(set.file.count / 2)])
        case .version(let version):
            guard version >= 1, version <= UInt64(sets.count) else {
                throw TestWorldError(
                    .badValue, "versions 1 to \(sets.count) were published, and not version \(version)")
            }
            return sets[Int(version) - 1].file
        case .bytes(let bytes): return bytes
        }
    }

    func fetch(now: UInt64, lastVersion: UInt64) throws -> (TestSet, BlindedSet) {
        let opened = try openFile(distributedFile(), now: now, lastVersion: lastVersion)
        guard let set = sets.first(where: { $0.root == opened.root }) else {
            throw TestWorldError(.foreignSet, "the set is signed by this world's sources, and is not one of its sets")
        }
        return (set, opened)
    }

    // MARK: Accounts

    /// The account of this name; it begins when it is asked for the first time.
    /// - Throws: `wrongLength` for a name of 0 or more than 4,096 bytes.
    public func account(_ name: String) throws -> TestAccount {
        if let known = accounts.first(where: { $0.name.isExactly(name) }) {
            return TestAccount(world: self, state: known)
        }
        let account = try TestAccount.State(name)
        accounts.append(account)
        return TestAccount(world: self, state: account)
    }

    /// The account of this name, if there is one.
    /// - Throws: `TestWorldError.unknownAccount`.
    public func knownAccount(_ name: String) throws(TestWorldError) -> TestAccount {
        guard let account = accounts.first(where: { $0.name.isExactly(name) }) else {
            throw TestWorldError(.unknownAccount, "there is no account \"\(name)\"; call `account` first")
        }
        return TestAccount(world: self, state: account)
    }

    /// All devices deliver, round after round, until none has a voucher that is due, or a round brings nothing.
    public func deliverAll() throws {
        while true {
            var count = 0
            for account in accounts {
                for device in TestAccount(world: self, state: account).devices { count += try device.deliver() }
            }
            if count == 0 { return }
        }
    }

    func noteSealed(_ voucher: VoucherID, _ name: String) { sealedNames[voucher] = name }

    // MARK: Network

    func transmit(_ request: Request, from account: TestAccount.State) throws -> Answer {
        switch network.fate(&networkRandom) {
        case .arrives: return arrive(request, of: account)
        case .lost: return .unanswered
        case .answerLost:
            _ = arrive(request, of: account)
            return .unanswered
        case .repeated:
            _ = arrive(request, of: account)
            return arrive(request, of: account)
        case .delayed(let seconds):
            let (arrival, isNever) = now.addingReportingOverflow(seconds)
            inFlight.append(InFlight(arrival: isNever ? .max : arrival, request: request, account: account))
            return .unanswered
        }
    }

    private func arrive(_ request: Request, of account: TestAccount.State) -> Answer {
        do throws(SealedMatchError) {
            switch request {
            case .registration(let registration): try collector.register(registration, from: account.id)
            case .voucher(let voucher): try collector.store(voucher, from: account.id)
            }
            return .accepted
        } catch {
            return .refused(error)
        }
    }

    func reordered<Element>(_ elements: [Element]) -> [Element] {
        guard network.reorders else { return elements }
        var out = elements
        for index in out.indices.dropFirst().reversed() {
            out.swapAt(index, Int(networkRandom.next() % UInt64(index + 1)))
        }
        return out
    }
}
