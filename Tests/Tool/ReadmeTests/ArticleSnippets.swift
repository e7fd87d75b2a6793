import Foundation
import SealedMatchAuthority
import SealedMatchCases
import SealedMatchCollector
import SealedMatchLists
import SealedMatchOpenings
import SealedMatchJetStream
import SealedMatchPostgreSQL
import SealedMatchSQLite
import SealedMatchSets
import SealedMatchTesting
import Testing

// The snippets of the articles "Getting started", word for word; `ReadmeTests` compares the two and runs them.

func listsSnippet(_ alice: SourceLists.Files, _ bob: SourceLists.Files) throws -> SourceLists {
    let lists = try SourceLists([alice, bob], profile: .standard)
    for (path, list) in zip(lists.paths, lists.lists) {
        for warning in list.warnings { print("\(path):\(warning.line): \(warning.text)") }
    }
    return lists
}

/// - Returns: the matching key of the set that was built.
func setsSnippet(
    _ lists: SourceLists, _ parameters: Parameters, setFile: String, now: UInt64, signers: [(key: String, place: Int)]
) throws -> MatchingKey {
    let workers = Workers(threads: 2)
    let entries = try EntrySelection(
        lists: lists.lists.map(\.hashes), profile: parameters.profile, minimumSources: parameters.minimumSources,
        separation: parameters.separation, workers: workers)
    let description = BuiltSet.Description(
        version: 1, issuedAt: now, expiresAt: now + 300 * 86_400, parameters: parameters, sources: lists.keys)
    let new = try NewSet.build(entries, description, workers: workers)
    let package = try AuditPackage.make(new.set, entries: entries, secrets: new.secrets, workers: workers)
    try new.set.write(to: setFile)
    for signer in signers {
        let key = try SourceKeyFile.readSecret(signer.key)
        try signingSnippet(setFile, package, key, lists.lists[signer.place].hashes, workers)
    }
    return try new.secrets.matchingKey()
}

private func signingSnippet(
    _ setFile: String, _ package: AuditPackage, _ key: borrowing SigningKey, _ ownHashes: [ListedHash],
    _ workers: Workers
) throws {
    let file = try SignableSetFile(path: setFile)
    let own = Audit.SourceList(source: key.publicKey, hashes: ownHashes)
    let audit = try Audit.run(file.set, package: package, lists: [own], workers: workers)
    for finding in audit.findings { print(finding.kind.rawValue) }
    try file.sign(with: key, after: audit)
}

func storesSnippet(
    _ header: SetHeader, collectorFile: String, authorityFile: String
) throws -> (CollectorStore, AuthorityStore) {
    let collector = try CollectorStore(path: collectorFile, creation: .ifMissing)
    let authority = try AuthorityStore(path: authorityFile, creation: .ifMissing)
    collector.policy.knownSets = [try header.root(): header.parameters]
    return (collector, authority)
}

func collectorSnippet<Front: Intake>(
    _ intake: Front, account: AccountID, registrations: [UInt8], vouchers: [[UInt8]]
) async throws -> [Result<IntakeOutcome, SealedMatchError>] {
    let answers = try await intake.register(all: registrations, authenticatedAs: account)
    let outcomes = try await intake.store(all: vouchers, authenticatedAs: account)
    return answers + outcomes
}

func clockSnippet(_ policy: inout CollectorPolicy, now: UInt64) throws {
    policy.epochs = try CollectorPolicy.epochs(at: now)
}

func releaseSnippet<Names: NameResolver>(
    _ names: Names, request: [UInt8], key: borrowing SigningKey
) async throws -> Release {
    let released = try await names.resolve(request)
    let release = try released.signed(by: key)
    return release
}

func expirySnippet<Front: Intake>(_ intake: Front, firstEpoch: UInt32) async throws -> ExpiredCounts {
    let forgotten = try await intake.expire(before: firstEpoch)
    return forgotten
}

func authoritySnippet<Source: VoucherSource, Store: OpeningStore>(
    _ key: consuming MatchingKey, _ header: SetHeader, source: Source, store: Store
) throws -> OpeningProgress? {
    let set = try MatchingSet(key: key, header: header)
    let service = OpeningService(source: source, store: store, opener: VoucherOpener([set]))
    let progress = try service.openPending()
    return progress
}

func revealSnippet<Source: VoucherSource, Store: OpeningStore>(
    source: Source, store: Store
) throws -> RevealDecisions {
    let revealed = try RevealService(source: source, store: store).revealReady()
    for decision in revealed.decisions {
        switch decision.result {
        case .success(let result): print("\(result.reveal.matches.count) matches")
        case .failure(let error): print("stays sealed: \(error)")
        }
    }
    return revealed
}

func casesSnippet(
    _ reveals: [Reveal], source: Bytes32, list: HashList, header: SetHeader, path: String
) throws -> CaseFolder {
    let known = KnownList(name: "alice.txt", source: source, list: list)
    let comparison = try CaseComparison(lists: [known], sets: [header])
    let folder = try CaseFolder(path: path)
    for reveal in reveals {
        let addition = try folder.add(reveal, by: comparison)
        print("\(addition.path): \(addition.file?.matches.count ?? 0) new matches")
    }
    return folder
}

func testingSnippet<E: Evaluator>(_ evaluator: E) async throws {
    try await IntakeConformance.run(make: { try MemoryCollector(policy: $0) }, reopen: { $0 })
    try await OpeningsConformance.run(make: { MemoryOpenings() }, reopen: { $0 })
    try EvaluatorConformance.run(evaluator)
}

func setUpSnippet(password: String) throws -> JetStreamOptions {
    var options = JetStreamOptions(servers: ["nats://a:4222", "nats://b:4222", "nats://c:4222"], name: "messenger")
    options.credentials = .user("collector", password: password)
    options.maximumBytes = 200 << 30
    try JetStreamIntake.setUp(options)
    return options
}

func workQueueSnippet<E: Evaluator>(
    _ options: JetStreamOptions, _ vouchers: [[UInt8]], _ account: AccountID, _ openings: some OpeningStore,
    _ matching: MatchingSet<E>
) async throws -> (Int, OpeningProgress) {
    let intake = try JetStreamIntake(options)
    let outcomes = try await intake.store(all: vouchers, authenticatedAs: account)
    let queue = try JetStreamQueue(options)
    let service = QueueOpeningService(queue: queue, store: openings, opener: VoucherOpener([matching]))
    let progress = try service.openPending(waiting: 5)
    return (outcomes.count, progress)
}

func postgreSQLSnippet(
    _ dataKeys: borrowing SecretBytes, database: String, deployment: Bytes32
) throws -> PostgreSQLOpenings {
    let keys = try DataKeys(dataKeys)
    let openings = try PostgreSQLOpenings(database, deployment: deployment, keys: keys, creation: .ifMissing)
    return openings
}

func leasesSnippet(
    _ source: some CommitmentSource, _ openings: PostgreSQLOpenings, isStopping: () -> Bool,
    deliver: (RevealDecision) throws(SealedMatchError) -> Void
) throws -> RevealRun {
    let run = try RevealService(source: source, store: openings).revealDue(
        proceed: { !isStopping() }, deliver: deliver)
    return run
}

func worldSnippet() throws {
    let world = try TestWorld(threshold: 3, known: ["a", "b", "c", "d", "e", "f"])
    let phone = try world.account("alice").device()
    try phone.send("a", "b")
    #expect(try world.revealed("alice") == [])
    try phone.send("c", "d")
    #expect(try world.revealed("alice") == ["a", "b", "c", "d"])
    world.network.next = [.arrives, .lost]
    try phone.send("e")
    phone.disk.isFull = true
    #expect(throws: SealedMatchError(.fileFailed, "")) { try phone.send("f") }
}

func ownClientSnippet(_ file: URL, folder: String) throws {
    let world = try TestWorld(threshold: 3, known: ["a", "b", "c", "d"])
    try Data(world.set.file).write(to: file)
    let set = try BlindedSet.open(path: file.path, trust: world.trust(), now: world.now)
    let account = try world.account("bob")
    var client = try ClientDirectory.open(path: folder, set: set, account: account.id, window: 0, now: world.now)
    for name in ["a", "b", "c", "d"] { try client.seal(world.item(name).media, now: world.now) }
    for registration in try client.registrations() { try world.collector.register(registration, from: account.id) }
    for entry in try client.outbox.due(now: world.now).entries {
        try world.collector.store(entry.voucher, from: account.id)
        try client.outbox.acknowledge(entry)
    }
    #expect(try world.revealed("bob") == ["a", "b", "c", "d"])
}
