public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol
internal import Synchronization

/// A collector's intake in NATS JetStream: any number of fronts take vouchers into one replicated work queue, and
/// registrations into a stream beside it. It holds no secret. (Docs/Protocol.md, "Collector")
///
/// What it takes is on the disks of most servers, if they write with `sync_interval: always`. It is `Intake` with the
/// exceptions that a work queue needs (`IntakePromises.workQueue` of SealedMatchTesting): a voucher's repetition is
/// `stored` again, another one of the same ID is, too, and the first that is opened counts; vouchers are not counted
/// by account, so a front bounds their rate; a call that throws may have stored some of its vouchers. JetStream keeps a
/// time with each message: of a registration for as long as it is there, of vouchers until they are opened.
///
/// Erasure forgets registrations at once. Vouchers that were not opened yet stay sealed until an opener meets them and
/// drops them; those that wait for a set's key stay until the key is there or the epoch expires; those that openers set
/// aside until an operator looks at them. Servers write over the bytes when they compact their files.
///
/// Its asynchronous functions wait on threads of their own; the others block.
public final class JetStreamIntake: Intake, CommitmentSource, NameResolver, NoticeBoard {
    private let connection: ServerConnection
    private let registrations: Registrations
    private let sender: FrameSender
    private let memory: RegistrationMemory
    private let lanes = Lanes(width: 16, capacity: 4_096)
    // Counts of requests for names are one message an epoch: who takes turns does not collide.
    private let resolving = Lanes(width: 1, capacity: 4_096)
    private let currentPolicy: Mutex<CollectorPolicy>
    private let ownIdentity: StoreIdentity
    private let options: JetStreamOptions
    private let client: JetStreamClient

    /// Makes a deployment's two streams, for an explicit first run; those that are there stay. It blocks.
    /// - Throws: `fileFailed`; `authenticationFailed`; `parameterOutOfRange` for an option; `damagedStore` when one of
    ///   the streams is gone, or one is not configured as the options say; `invalidMagic` for streams of others.
    public static func setUp(_ options: JetStreamOptions) throws(SealedMatchError) {
        try options.check()
        let connection = try ServerConnection(options)
        defer { connection.close() }
        try Streams(client: JetStreamClient(connection, patience: options.patience), options: options).setUp()
    }

    /// Connects to a deployment that was set up. It blocks, for as long as the options' patience.
    /// - Throws: as `setUp`; `fileFailed` also when there are no streams.
    public init(
        _ options: JetStreamOptions, policy: CollectorPolicy = CollectorPolicy()
    ) throws(SealedMatchError) {
        try options.check()
        connection = try ServerConnection(options)
        client = JetStreamClient(connection, patience: options.patience)
        ownIdentity = try Streams(client: client, options: options).open()
        self.options = options
        let subjects = Subjects(name: options.name)
        registrations = Registrations(client: client, subjects: subjects)
        sender = FrameSender(client, subject: subjects.new, options)
        memory = RegistrationMemory(capacity: options.rememberedRegistrations, seconds: options.remembering)
        currentPolicy = Mutex(policy)
    }

    /// Ends the connection. What waits, and what is asked later, fails with `interrupted`.
    public func close() { connection.close() }

    /// Sees that servers answer, that the streams are those of this deployment, and that they take what is written.
    /// Nothing is stored. It blocks, for some seconds at most.
    /// - Throws: `fileFailed`, also for 30 seconds after the queue was full unless something was stored since,
    ///   `damagedStore`, `invalidMagic`, `interrupted`, with what is wrong.
    public func check() throws(SealedMatchError) {
        var client = client
        client.patience = min(options.patience, Streams.lookPatience)
        let subjects = Subjects(name: options.name)
        try Streams(client: client, options: options).check(ownIdentity, writing: [subjects.new, subjects.barrier])
    }

    /// What is accepted from now on.
    public var policy: CollectorPolicy {
        get { currentPolicy.withLock { $0 } }
        set { currentPolicy.withLock { $0 = newValue } }
    }

    /// The deployment's identity, which its streams have from their set-up.
    public var identity: StoreIdentity { ownIdentity }

    // MARK: Intake

    /// Registers the pseudonym and commitment of an account and epoch, in one transaction of the servers.
    /// - Throws: as `Intake` says; `interrupted`. `fileFailed` also when an erasure of the account was begun and not
    ///   ended, or when it is not known whether it is registered: it can be sent again.
    public func register(
        _ registration: Registration, authenticatedAs account: AccountID
    ) async throws(SealedMatchError) -> IntakeOutcome {
        let policy = policy
        // Register, steps 1–2: the caller's account, and its signature
        try policy.check(registration, authenticatedAs: account)
        let (registrations, memory) = (registrations, memory)
        return try await lanes.run { () throws(SealedMatchError) in
            let asked = Deadline.now
            let result = try registrations.register(registration, policy)
            memory.keep(result.registered, asked: asked)
            return result.outcome
        }
    }

    /// Stores vouchers of one account, in a frame with those of other calls.
    /// - Returns: as `Intake` says, but never `alreadyStored`, `voucherConflict` or `quotaExceeded`.
    /// - Throws: `fileFailed`, also when the queue is full or too much waits: try again later; `damagedStore`,
    ///   `interrupted`. Then some may be stored.
    public func store(
        all vouchers: [[UInt8]], authenticatedAs account: AccountID
    ) async throws(SealedMatchError) -> [Result<IntakeOutcome, SealedMatchError>] {
        let policy = policy
        // Store, step 1: it decodes
        let headers = vouchers.map { bytes in
            Result { () throws(SealedMatchError) in try SealedVoucher(canonical: bytes).header }
        }
        var names: Set<AccountEpoch> = []
        for case .success(let header) in headers {
            names.insert(AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch))
        }
        guard !names.isEmpty else { return headers.map { $0.map { _ in .stored } } }
        // Store, steps 2, 3 and 5 look at the registration alone.
        let refusals = try await refusals(of: names, as: account, policy)
        var outcomes: [Result<IntakeOutcome, SealedMatchError>] = []
        var accepted: [[UInt8]] = []
        for (bytes, header) in zip(vouchers, headers) {
            outcomes.append(
                Result { () throws(SealedMatchError) in
                    let header = try header.get()
                    if let refusal = refusals[AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch)] {
                        throw refusal
                    }
                    // Store, step 5: a known set
                    try policy.check(header)
                    accepted.append(bytes)
                    return .stored
                })
        }
        try await sender.send(accepted)
        return outcomes
    }

    /// What speaks against vouchers under these names. What is remembered may speak for them; before anything is
    /// refused, the servers are asked.
    private func refusals(
        of names: Set<AccountEpoch>, as account: AccountID, _ policy: CollectorPolicy
    ) async throws(SealedMatchError) -> [AccountEpoch: SealedMatchError] {
        let left = try Self.refusals(
            of: names, as: account, policy, self.memory.expiry,
            names.reduce(into: [:]) { $0[$1] = self.memory[$1] })
        guard !left.isEmpty else { return [:] }
        let (registrations, memory) = (registrations, memory)
        return try await lanes.run { () throws(SealedMatchError) in
            let asked = Deadline.now
            let expiry = try registrations.expiry()
            memory.keep(expiry, asked: asked)
            var known: [AccountEpoch: Registration] = [:]
            for name in left.keys where name.epoch >= expiry.firstEpoch {
                guard let registration = try registrations.record(name)?.registration else { continue }
                known[name] = registration
                memory.keep(registration, asked: asked)
            }
            return try Self.refusals(of: Set(left.keys), as: account, policy, expiry, known)
        }
    }

    private static func refusals(
        of names: Set<AccountEpoch>, as account: AccountID, _ policy: CollectorPolicy,
        _ expiry: Registrations.Expiry?, _ known: [AccountEpoch: Registration]
    ) throws(SealedMatchError) -> [AccountEpoch: SealedMatchError] {
        var refusals: [AccountEpoch: SealedMatchError] = [:]
        for name in names {
            do throws(SealedMatchError) {
                guard let expiry else { throw SealedMatchError(.epochInPast, "no epoch is known to be taken") }
                // Store, step 2: the epoch has not expired
                try expiry.check(name.epoch)
                // Store, step 3: the pseudonym is registered, by the caller's account
                try ArrivedVoucher.check(known[name]?.account, is: account)
                // Store, step 5: a signed registration
                if let registration = known[name] { try policy.check(known: registration) }
            } catch {
                guard error.isRefusal else { throw error }
                refusals[name] = error
            }
        }
        return refusals
    }

    /// Forgets everything of epochs before `epoch`, and refuses them from now on; other fronts refuse them when what
    /// they remember is too old. Of vouchers, those that wait for a set's key; openers drop the others.
    /// - Returns: how many registrations were forgotten. Vouchers are not counted.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then it is to be asked for again.
    @discardableResult
    public func expire(before epoch: UInt32) async throws(SealedMatchError) -> ExpiredCounts {
        let (registrations, memory) = (registrations, memory)
        return try await lanes.run { () throws(SealedMatchError) in
            defer { memory.forget() }
            return ExpiredCounts(registrations: try registrations.expire(before: epoch), vouchers: 0)
        }
    }

    /// Forgets everything of one account, and names what it was registered as. Openers drop its vouchers.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; then it is to be asked for again, and then names
    ///   everything, also what was forgotten before.
    public func erase(_ account: AccountID) async throws(SealedMatchError) -> [AccountEpoch] {
        let (registrations, memory) = (registrations, memory)
        return try await lanes.run { () throws(SealedMatchError) in
            defer { memory.forget() }
            return try registrations.erase(account)
        }
    }

    /// Does the first part of an erasure, as a process that ends in the middle of one. It blocks.
    /// - Returns: the second part, for whenever it comes.
    package func beginErasing(
        _ account: AccountID
    ) throws(SealedMatchError) -> () throws(SealedMatchError) -> [AccountEpoch] {
        let (registrations, begun) = (registrations, try registrations.beginErasing(account))
        return { () throws(SealedMatchError) in try registrations.end(begun) }
    }

    // MARK: CommitmentSource

    /// The commitment that was registered with a pseudonym in an epoch, if there is one. It blocks.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func commitment(of pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> Commitment? {
        try registrations.record(AccountEpoch(pseudonym: pseudonym, epoch: epoch))?.registration.commitment
    }

    // MARK: NameResolver

    /// Releases the name that an encoded request asks for, and counts the request, in one transaction of the servers.
    /// (Docs/Protocol.md, "Resolve")
    /// - Throws: as `NameResolver` says; `interrupted`. Of a request that ended so, or with `fileFailed`, it is not
    ///   known whether it was counted.
    public func resolve(_ request: [UInt8]) async throws(SealedMatchError) -> ReleasedName {
        let registrations = registrations
        return try await resolving.run { () throws(SealedMatchError) in try registrations.resolve(request) }
    }

    /// What was asked for so far, by epoch, ascending; first what belongs to none.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func resolutionCounts() async throws(SealedMatchError) -> [ResolutionCounts] {
        let registrations = registrations
        return try await lanes.run { () throws(SealedMatchError) in try registrations.resolutionCounts() }
    }

    // MARK: NoticeBoard

    /// Keeps a notice, in one transaction of the servers. (Docs/Protocol.md, "Notify")
    /// - Throws: as `NoticeBoard` says; `interrupted`. With `fileFailed` it is to be sent again.
    public func post(_ order: NoticeOrder, on day: UInt32) async throws(SealedMatchError) -> IntakeOutcome {
        let registrations = registrations
        return try await resolving.run { () throws(SealedMatchError) in try registrations.post(order, on: day) }
    }

    /// What an account is to be told.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func notices(of account: AccountID) async throws(SealedMatchError) -> [Notice] {
        let registrations = registrations
        return try await lanes.run { () throws(SealedMatchError) in try registrations.notices(of: account) }
    }
}
