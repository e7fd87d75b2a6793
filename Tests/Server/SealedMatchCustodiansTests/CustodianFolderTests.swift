import Foundation
import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import Synchronization
import Testing

/// Three custodians' folders, and services in them.
private final class Folders: Sendable {
    let path: String
    let coordinator: Coordinator.Signer
    let coordinatorKey: Bytes32
    let clock = Mutex<UInt64>(1_800_000_000)

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "folders-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        coordinator = Coordinator.Signer(try SigningKey.random())
        coordinatorKey = coordinator.publicKey
        for place in 0..<3 { try CustodianFolder.create(at: self[place]) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(place: Int) -> String { "\(path)/\(place)" }

    var now: UInt64 { clock.withLock { $0 } }

    func service(_ place: Int) throws -> CustodianService {
        try CustodianService(try CustodianFolder(path: self[place])) { [self] in now }
    }

    func plan() throws -> RunPlan {
        try RunPlan.keyGeneration(
            threshold: 2, tableID: TableID(canonical: SeededRandomBytes.bytes(16)),
            keys: (0..<3).map { try CustodianFolder.publicKey(in: self[$0]) })
    }

    func agree(_ plan: RunPlan) throws {
        for place in 0..<3 { try CustodianFolder.agree(to: plan, name: plan.name(), in: self[place]) }
    }

    /// A key generation by services, as `authority carry` does it.
    func generate(_ plan: RunPlan, _ services: [CustodianService]) throws -> CustodianRecord {
        var messages = RunMessages(plan)
        for round in messages.rounds {
            for (place, sender) in messages.senders(round).enumerated() {
                messages[round, sender] = try services[place].run(messages.encoded)
            }
        }
        let records = try services.map { try $0.run(messages.encoded) }
        #expect(Set(records).count == 1)
        return try CustodianRecord(canonical: records[0])
    }

    func allow(_ table: TableID, slots: UInt64 = 1_000, rate: UInt32 = 1_000) throws {
        for place in 0..<3 {
            try CustodianPolicy(
                tableID: table, until: now + 1_000, slots: slots, rate: rate, coordinators: [coordinatorKey]
            ).write(in: self[place])
        }
    }
}

private enum SeededRandomBytes {
    static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }
}

/// The signed bytes of a call, by a way that keeps them.
private func call(
    _ call: CustodianCall, _ body: [UInt8], _ folders: Folders, to place: Int, by key: SigningKeyBox? = nil,
    time: UInt64? = nil
) throws -> [UInt8] {
    let key = try key ?? SigningKeyBox()
    return try call.make(
        body, to: CustodianFolder.publicKey(in: folders[place]), time: time ?? folders.now, key: key.key)
}

private final class SigningKeyBox {
    let key: SigningKey
    init() throws { key = try SigningKey.random() }
}

/// Three custodians with a key, of which the first one's policy lets one coordinator ask.
private struct Asked {
    let folders: Folders
    let plan: RunPlan
    var services: [CustodianService]
    let coordinator: Coordinator
    let parties: [PartyIndex]
    private let key: SigningKeyBox

    init(slots: UInt64) throws {
        key = try SigningKeyBox()
        folders = try Folders()
        plan = try folders.plan()
        services = try (0..<3).map { [folders] in try folders.service($0) }
        try folders.agree(plan)
        coordinator = try Coordinator(folders.generate(plan, services))
        parties = [party(1), party(2)]
        try CustodianPolicy(
            tableID: plan.tableID, until: folders.now + 1_000, slots: slots, rate: 1_000,
            coordinators: [key.key.publicKey]
        ).write(in: folders[0])
    }

    /// A call to the first one.
    func make(_ kind: CustodianCall, _ body: [UInt8], at time: UInt64? = nil) throws -> [UInt8] {
        try call(kind, body, folders, to: 0, by: key, time: time)
    }

    func request(_ points: [Point]) throws -> [UInt8] {
        try coordinator.request(points, of: parties[0], among: parties).encoded
    }

    func session(_ points: [Point]) throws -> [UInt8] {
        try JointProof(coordinator, elements: points, evaluated: points, parties: parties).session.encoded
    }
}

/// A custodian that changes what it says in a round of a proof.
private struct ProvingLiar: ProvingCustodian {
    let custodian: RemoteCustodian
    let round: Int
    let change: @Sendable ([UInt8]) -> [UInt8]

    var party: PartyIndex { custodian.party }
    func evaluate(_ request: [UInt8]) throws(SealedMatchError) -> [UInt8] { try custodian.evaluate(request) }
    func commit(_ session: ProofSession) throws(SealedMatchError) -> [UInt8] {
        let said = try custodian.commit(session)
        return round == 1 ? change(said) : said
    }
    func reveal(_ session: ProofSession, _ commitments: [[UInt8]]) throws(SealedMatchError) -> [UInt8] {
        let said = try custodian.reveal(session, commitments)
        return round == 2 ? change(said) : said
    }
    func respond(_ session: ProofSession, _ reveals: [[UInt8]]) throws(SealedMatchError) -> [UInt8] {
        let said = try custodian.respond(session, reveals)
        return round == 3 ? change(said) : said
    }
}

@Suite struct CustodianFolderTests {
    /// Whatever one party says in a round of a proof, it is that one which is named, and the others prove.
    @Test func proofsWithALiar() throws {
        let folders = try Folders()
        let services = try (0..<3).map { try folders.service($0) }
        let plan = try folders.plan()
        try folders.agree(plan)
        let record = try folders.generate(plan, services)
        try folders.allow(plan.tableID, slots: 100_000, rate: 100_000)
        let remote = try (0..<3).map { place in
            RemoteCustodian(
                CustodianLine(
                    services[place], name: "", publicKey: try CustodianFolder.publicKey(in: folders[place]),
                    coordinator: folders.coordinator, now: { [folders] in folders.now }), as: party(place + 1))
        }
        let points = try elements(3, seed: 4)
        let honest = try DividedKey(Coordinator(record), custodians: remote) { Issue.record("\($0)") }
        var products = points.map(\.encoded)
        try honest.evaluate(&products)
        let evaluated = try products.map { try Point(canonical: $0) }
        let changes: [@Sendable ([UInt8]) -> [UInt8]] = [
            { _ in [] }, { $0 + [0] }, { [0] + $0.dropFirst() }, { $0.replacing([3], at: 4) },
            { $0.replacing([1], at: 5) }, { $0.replacing([$0[8] ^ 1], at: 8) }, { $0.replacing([$0[40] ^ 1], at: 40) },
            { Array($0.dropLast()) },
        ]
        // A proof that was begun in time is not gone on with afterwards.
        let late = try JointProof(
            Coordinator(record), elements: points, evaluated: evaluated, parties: [party(1), party(2)])
        let commitments = try remote.prefix(2).map { try $0.commit(late.session) }
        folders.clock.withLock { $0 += 1_001 }
        expectCode(.setExpired) { _ = try remote[0].reveal(late.session, commitments) }
        expectCode(.setExpired) { _ = try remote[0].respond(late.session, commitments) }
        folders.clock.withLock { $0 -= 1_001 }
        for round in 1...3 {
            for (index, change) in changes.enumerated() {
                let named = Mutex<[PartyIndex]>([])
                let custodians: [any ProvingCustodian] = [
                    remote[0], ProvingLiar(custodian: remote[1], round: round, change: change), remote[2],
                ]
                let key = try DividedKey(Coordinator(record), custodians: custodians) { fault in
                    named.withLock { $0.append(fault.party) }
                }
                let proof = try key.prove(elements: points, evaluated: evaluated)
                try proof.verifyVarTime(publicKey: record.publicKey, elements: points, evaluated: evaluated)
                #expect(named.withLock { $0 } == [party(2)], "round \(round), change \(index)")
            }
        }
    }

    @Test func serviceKeepsToItsPolicy() throws {
        let folders = try Folders()
        let key = try SigningKeyBox()
        var services = try (0..<3).map { try folders.service($0) }
        let plan = try folders.plan()
        expectFault(.unknownSet, nil) { _ = try services[0].run(RunMessages(plan).encoded) }
        try folders.agree(plan)
        let record = try folders.generate(plan, services)
        let coordinator = try Coordinator(record)
        let both = [party(1), party(2)]
        let points = try elements(4, seed: 1)
        let body = try coordinator.request(points, of: party(1), among: both).encoded
        func asked(_ time: UInt64? = nil, to place: Int = 0) throws -> [UInt8] {
            try services[0].answer(.evaluate, call(.evaluate, body, folders, to: place, by: key, time: time))
        }
        expectCode(.unknownSet) { _ = try asked() }
        var policy = CustodianPolicy(
            tableID: plan.tableID, until: folders.now + 10, slots: 9, rate: 1_000,
            coordinators: [folders.coordinatorKey])
        try policy.write(in: folders[0])
        expectCode(.authenticationFailed) { _ = try asked() }
        policy.coordinators.append(key.key.publicKey)
        try policy.write(in: folders[0])
        _ = try coordinator.verify(asked(), of: party(1), to: EvaluationRequest(canonical: body))
        // Another custodian's call, an old one, one from the future, another kind, a changed body, a changed signature.
        expectCode(.authenticationFailed) { _ = try asked(to: 1) }
        expectCode(.authenticationFailed) { _ = try asked(folders.now - 301) }
        expectCode(.authenticationFailed) { _ = try asked(folders.now + 301) }
        let good = try call(.evaluate, body, folders, to: 0, by: key)
        expectCode(.authenticationFailed) { _ = try services[0].answer(.commit, good) }
        for place in [80, 143, 150] {
            expectCode(.authenticationFailed) {
                _ = try services[0].answer(.evaluate, good.replacing([good[place] ^ 1], at: place))
            }
        }
        expectCode(.nonCanonical) { _ = try services[0].answer(.evaluate, good.replacing([1], at: 5)) }
        expectCode(.wrongLength) { _ = try services[0].answer(.evaluate, Array(good.prefix(143))) }
        try CustodianFolder.stop(folders[0])
        expectCode(.custodianStopped) { _ = try asked() }
        try CustodianFolder.resume(folders[0])
        _ = try asked(folders.now + 1)
        // Nine slots, of which eight were used.
        expectCode(.quotaExceeded) { _ = try asked(folders.now + 2) }
        policy.slots = 100
        try policy.write(in: folders[0])
        _ = try asked(folders.now + 2)
        policy.slots = .max
        policy.rate = 0
        try policy.write(in: folders[0])
        folders.clock.withLock { $0 += 11 }
        expectCode(.setExpired) { _ = try asked() }
        // What was counted is there after a restart: three batches of four.
        services = []
        let again = try CustodianFolder(path: folders[0])
        #expect(again.journal.total(plan.tableID) == 12)
        _ = try again.erase(plan.tableID, time: 1)
        _ = try again.erase(plan.tableID, time: 2)
        var kinds: [JournalEntry.Kind] = []
        let summary = try CustodianJournal.Summary.read(
            CustodianFolder.journalPath(in: folders[0]), publicKey: again.party.publicKey
        ) { kinds.append($0.kind) }
        #expect(kinds == [.begun, .finished, .evaluated, .evaluated, .evaluated, .erased])
        #expect(summary.totals == [plan.tableID: 12])
    }

    /// An operator gives a run up while the custodian runs. Another run is begun then, and the record of the first one
    /// ends that, too: in a body of its own.
    @Test func aRunningCustodianGivesUp() throws {
        let folders = try Folders()
        let services = try (0..<3).map { try folders.service($0) }
        let generated = try folders.plan()
        try folders.agree(generated)
        let record = try folders.generate(generated, services)
        func refresh() throws -> RunMessages {
            let plan = try RunPlan.refresh(record)
            try folders.agree(plan)
            return RunMessages(plan)
        }
        func said(_ messages: inout RunMessages, _ rounds: ClosedRange<Int>) throws {
            for round in rounds {
                for (place, sender) in messages.senders(round).enumerated() {
                    messages[round, sender] = try services[place].run(messages.encoded)
                }
            }
        }
        var (one, whole) = (try refresh(), RunMessages(generated))
        try said(&one, 1...2)
        whole = one
        try said(&whole, 3...3)
        let new = try CustodianRecord(canonical: services[1].run(whole.encoded))
        // Party 1 gives up; what is agreed to then waits for that, and no longer.
        let other = try refresh()
        expectFault(.sessionConflict, nil) { _ = try services[0].run(other.encoded) }
        #expect(try !CustodianFolder.giveUp(one.plan, in: folders[0]))
        _ = try services[0].run(other.encoded)
        expectFault(.sessionConflict, nil) { _ = try services[0].run(one.encoded) }
        #expect(try services[0].run(new.encoded) == new.encoded)
        #expect(try services[0].run(new.encoded) == new.encoded)
        // What was begun from the record before was given up with it.
        expectFault(.sessionConflict, nil) { _ = try services[0].run(other.encoded) }
        // Given up, and agreed to again before it was done.
        let last = RunMessages(try RunPlan.refresh(new))
        try CustodianFolder.agree(to: last.plan, name: last.plan.name(), in: folders[0])
        let first = try services[0].run(last.encoded)
        #expect(try CustodianFolder.giveUp(last.plan, in: folders[0]))
        try CustodianFolder.agree(to: last.plan, name: last.plan.name(), in: folders[0])
        #expect(try services[0].run(last.encoded) == first)
        #expect(try CustodianFolder.giveUp(last.plan, in: folders[0]))
        expectFault(.sessionConflict, nil) { _ = try services[0].run(last.encoded) }
    }

    /// A carrier without any key brings calls again: at once, together, and after a start. Each was taken once.
    @Test func callsAreTakenOnce() throws {
        let asked = try Asked(slots: 42)
        let now = asked.folders.now
        let points = try elements(4, seed: 1)
        func request(at time: UInt64) throws -> [UInt8] {
            try asked.make(.evaluate, asked.request(points), at: time)
        }
        func bring(_ kind: CustodianCall, _ bytes: [[UInt8]], to service: CustodianService) -> [Int] {
            let answered = Mutex<[Int]>([])
            DispatchQueue.concurrentPerform(iterations: bytes.count) { index in
                if (try? service.answer(kind, bytes[index])) != nil { answered.withLock { $0.append(index) } }
            }
            return answered.withLock { $0 }
        }
        let folder = asked.services[0]
        let first = try request(at: now)
        #expect(bring(.evaluate, Array(repeating: first, count: 8), to: folder).count == 1)
        expectCode(.authenticationFailed) { _ = try folder.answer(.evaluate, first) }
        // 42 elements in all: ten calls of four, whoever comes first, and one proof.
        let more = try (1...16).map { try request(at: now + $0) }
        #expect(bring(.evaluate, more, to: folder).count == 9)
        let (old, new) = (try asked.session(points), try asked.session(points))
        let commit = try asked.make(.commit, old)
        _ = try folder.answer(.commit, commit)
        _ = try folder.answer(.commit, asked.make(.commit, new))
        expectCode(.authenticationFailed) { _ = try folder.answer(.commit, commit) }
        expectCode(.sessionConflict) {
            _ = try folder.answer(.commit, asked.make(.commit, old, at: now + 1))
        }
        expectCode(.quotaExceeded) {
            _ = try folder.answer(.commit, asked.make(.commit, new, at: now + 1))
        }
    }

    /// After a start nothing that was signed before it is answered, and no session but the one at hand is begun again.
    @Test func aStartBringsNothingBack() throws {
        var asked = try Asked(slots: 100)
        let folders = asked.folders
        let points = try elements(2, seed: 1)
        let sessions = try (0..<2).map { _ in try asked.session(points) }
        let calls =
            try [
                (.evaluate, asked.make(.evaluate, asked.request(points))),
                (.commit, asked.make(.commit, sessions[0])), (.commit, asked.make(.commit, sessions[1])),
            ] as [(CustodianCall, [UInt8])]
        let said = try calls.map { try asked.services[0].answer($0.0, $0.1) }
        asked.services = []
        folders.clock.withLock { $0 += 1 }
        let again = try folders.service(0)
        for (kind, bytes) in calls { expectCode(.authenticationFailed) { _ = try again.answer(kind, bytes) } }
        expectCode(.sessionConflict) { _ = try again.answer(.commit, asked.make(.commit, sessions[0])) }
        #expect(try again.answer(.commit, asked.make(.commit, sessions[1])) == said[2])
        let summary = try CustodianJournal.Summary.read(
            CustodianFolder.journalPath(in: folders[0]), publicKey: CustodianFolder.publicKey(in: folders[0]))
        #expect(summary.totals == [asked.plan.tableID: 5])
    }

    @Test func aRateIsKept() throws {
        var bucket = TokenBucket()
        let start = ContinuousClock.now
        let taken = [(65_535, 0), (1, 0), (20, 2), (1, 2), (65_536, 100_000), (65_535, 100_000)].map { count, seconds in
            bucket.take(count, rate: 10, now: start + .seconds(seconds))
        }
        #expect(taken == [true, false, true, false, false, true])
    }

    /// Whatever byte of a journal changes, or is missing, it is seen; of an unfinished end nothing stays.
    @Test func journals() throws {
        let folders = try Folders()
        let plan = try folders.plan()
        try folders.agree(plan)
        do { _ = try folders.generate(plan, (0..<3).map { try folders.service($0) }) }
        let path = CustodianFolder.journalPath(in: folders[0])
        let publicKey = try CustodianFolder.publicKey(in: folders[0])
        let good = [UInt8](try Data(contentsOf: URL(filePath: path)))
        #expect(good.count == 2 * JournalEntry.encodedCount)
        func write(_ bytes: [UInt8]) throws {
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: Data(bytes))
            try file.close()
        }
        for bit in stride(from: 0, to: good.count * 8, by: 13) {
            var bad = good
            bad[bit / 8] ^= 1 << UInt8(bit % 8)
            try write(bad)
            expectCode(.damagedJournal) { _ = try CustodianJournal.Summary.read(path, publicKey: publicKey) }
        }
        try write(Array(good[216...]))
        expectCode(.damagedJournal) { _ = try CustodianFolder(path: folders[0]) }
        try write(Array(good[216...]) + Array(good[..<216]))
        expectCode(.damagedJournal) { _ = try CustodianFolder(path: folders[0]) }
        for rest in [Array(good[..<100]), [UInt8](repeating: 0, count: 216), [7]] {
            try write(good + rest)
            let folder = try CustodianFolder(path: folders[0])
            #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == good)
            // What is appended then stands where the unfinished entry was. The share is gone since the first of these:
            // a custodian that was killed before its entry writes it when it is asked again.
            _ = try folder.erase(plan.tableID, time: 1)
            #expect(try CustodianJournal.Summary.read(path, publicKey: publicKey).count == 3)
        }
    }

    /// A journal that was lost, or whose end was, does not begin anew; and no share comes back that was erased.
    @Test func aJournalThatIsLost() throws {
        var asked = try Asked(slots: 100)
        let (folder, table) = (asked.folders[0], asked.plan.tableID)
        let state = "\(folder)/state/\(Hexadecimal.text(table.encoded)).custodian"
        let path = CustodianFolder.journalPath(in: folder)
        func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }
        func write(_ bytes: [UInt8], _ path: String) throws {
            try Data(bytes).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        func expect(_ code: SealedMatchError.Code, _ entries: Int, of journal: [UInt8]) throws {
            try write(Array(journal.prefix(entries * JournalEntry.encodedCount)), path)
            expectCode(code) { _ = try CustodianFolder(path: folder) }
        }
        let points = try elements(2, seed: 1)
        _ = try asked.services[0].answer(.commit, asked.make(.commit, asked.session(points)))
        _ = try asked.services[0].answer(.evaluate, asked.make(.evaluate, asked.request(points)))
        asked.services = []
        let (journal, share) = (try bytes(path), try bytes(state))
        // Begun, finished, proved, evaluated.
        #expect(journal.count == 4 * JournalEntry.encodedCount)
        try FileManager.default.removeItem(atPath: path)
        expectCode(.damagedJournal) { _ = try CustodianFolder(path: folder) }
        #expect(!FileManager.default.fileExists(atPath: path))
        for entries in 0...2 { try expect(.damagedJournal, entries, of: journal) }
        // What no state knows is not missed.
        try write(Array(journal.prefix(3 * JournalEntry.encodedCount)), path)
        _ = try CustodianFolder(path: folder)
        // Without a state there is nothing that a journal could lack: a share is recovered then.
        try FileManager.default.removeItem(atPath: state)
        try FileManager.default.removeItem(atPath: path)
        _ = try CustodianFolder(path: folder)
        try write(share, state)
        try write(journal, path)
        _ = try CustodianFolder(path: folder).erase(table, time: 1)
        let (erased, statement) = (try bytes(path), try bytes(state))
        try write(share, state)
        expectCode(.keyErased) { _ = try CustodianFolder(path: folder) }
        try write(statement, state)
        try expect(.damagedJournal, 0, of: erased)
        // The entry of the erasure is written when it is asked for again.
        try write(Array(erased.dropLast(JournalEntry.encodedCount)), path)
        _ = try CustodianFolder(path: folder).erase(table, time: 2)
        #expect(try bytes(path).count == erased.count)
        expectCode(.keyErased) {
            _ = try asked.folders.service(0).answer(.evaluate, asked.make(.evaluate, asked.request(points)))
        }
    }

    /// For a record that is not here no disk is looked at, whoever asks; nor for a share that was asked for before.
    @Test func unknownRecordsAreNotLookedFor() throws {
        let asked = try Asked(slots: 100)
        let (folder, service) = (asked.folders[0], asked.services[0])
        let points = try elements(2, seed: 1)
        let known = try asked.request(points)
        let unknown = known.replacing([UInt8](repeating: 7, count: 32), at: 8)
        _ = try service.answer(.evaluate, asked.make(.evaluate, known))
        try FileManager.default.moveItem(atPath: folder + "/state", toPath: folder + "/moved")
        expectCode(.unknownSet) {
            _ = try service.answer(.evaluate, call(.evaluate, unknown, asked.folders, to: 0))
        }
        expectCode(.authenticationFailed) {
            _ = try service.answer(.evaluate, call(.evaluate, known, asked.folders, to: 0))
        }
        _ = try service.answer(.evaluate, asked.make(.evaluate, known, at: asked.folders.now + 1))
    }

    /// A new share is known after its run, and the old one is forgotten, however often the run's messages are brought.
    @Test func sharesOfRunsAreKnown() throws {
        let asked = try Asked(slots: 100)
        let points = try elements(2, seed: 1)
        let old = try asked.request(points)
        _ = try asked.services[0].answer(.evaluate, asked.make(.evaluate, old))
        let refresh = try RunPlan.refresh(asked.coordinator.record)
        try asked.folders.agree(refresh)
        let record = try asked.folders.generate(refresh, asked.services)
        let new = try Coordinator(record).request(points, of: asked.parties[0], among: asked.parties).encoded
        for time in 1...2 as ClosedRange<UInt64> {
            expectCode(.unknownSet) {
                _ = try asked.services[0].answer(.evaluate, asked.make(.evaluate, old, at: asked.folders.now + time))
            }
            _ = try asked.services[0].answer(.evaluate, asked.make(.evaluate, new, at: asked.folders.now + time))
        }
    }

    @Test func policiesAreStrict() throws {
        let policy = CustodianPolicy(
            tableID: try TableID(canonical: Array(1...16)), until: 1_800_000_000, slots: 12, rate: 3,
            coordinators: [try Bytes32(exactly: Array(1...32))])
        let good = policy.encoded
        #expect(try CustodianPolicy(canonical: good) == policy)
        try expectCanonical(good, mutations: 3_000, seed: 9) { try CustodianPolicy(canonical: $0).encoded }
        var none = policy
        none.coordinators = []
        expectCode(.parameterOutOfRange) { _ = try CustodianPolicy(canonical: none.encoded) }
    }

    /// A run that somebody carries, and one whose plan has another name than was compared.
    @Test func runsNeedAgreement() throws {
        let folders = try Folders()
        let services = try (0..<3).map { try folders.service($0) }
        let plan = try folders.plan()
        expectCode(.transcriptMismatch) {
            try CustodianFolder.agree(to: plan, name: folders.plan().name(), in: folders[0])
        }
        try folders.agree(plan)
        let record = try folders.generate(plan, services)
        // New shares, by the same means; the old ones are of no use then.
        let refresh = try RunPlan.refresh(record)
        try folders.agree(refresh)
        let new = try folders.generate(refresh, services)
        #expect(new.publicKey == record.publicKey && new.name != record.name)
        let messages = RunMessages(refresh)
        #expect(try RunMessages(canonical: messages.encoded).encoded == messages.encoded)
        expectCode(.wrongLength) { _ = try RunMessages(canonical: messages.encoded + [0]) }
        for prefix in [0, 4, 75, 171] {
            expectCode(.wrongLength) { _ = try RunMessages(canonical: Array(messages.encoded.prefix(prefix))) }
        }
    }

    /// An operator agrees to one run. That one is not begun again after another one, whoever asks: else a thief of the
    /// key of a party that was recovered once would be given its share.
    @Test func anAgreementServesOnce() throws {
        let folders = try Folders()
        let services = try (0..<3).map { try folders.service($0) }
        let plan = try folders.plan()
        try folders.agree(plan)
        let record = try folders.generate(plan, services)
        func recovery(_ lost: Int, by dealers: [Int]) throws -> RunPlan {
            let plan = try RunPlan.recovery(of: party(lost), in: record, by: dealers.map { party($0) })
            try folders.agree(plan)
            return plan
        }
        func recover(_ plan: RunPlan) throws {
            var messages = RunMessages(plan, base: record)
            for round in messages.rounds {
                for sender in messages.senders(round) {
                    let message = try services[Int(sender.number) - 1].run(messages.encoded)
                    try messages.check(message, round: round, of: sender)
                    messages[round, sender] = message
                }
            }
            let lost = try #require(plan.lost)
            #expect(try services[Int(lost.number) - 1].run(messages.encoded) == record.encoded)
            #expect(try messages.record() == record)
        }
        let first = try recovery(2, by: [1, 3])
        try recover(first)
        try recover(recovery(1, by: [2, 3]))
        // Of a table one plan is agreed to. Agreed to again, it was begun before.
        for code in [SealedMatchError.Code.unknownSet, .sessionConflict] {
            for place in 0..<3 {
                expectFault(code, nil) { _ = try services[place].run(RunMessages(first, base: record).encoded) }
            }
            try folders.agree(first)
        }
        try recover(recovery(2, by: [1, 3]))
    }

    @Test func addresses() throws {
        #expect(try CustodianAddress("unix:/run/x") == .unix("/run/x"))
        #expect(try CustodianAddress("http://127.0.0.1:8080") == .loopback(port: 8080))
        #expect(try CustodianAddress("http://localhost:80/") == .loopback(port: 80))
        for text in [
            "", "unix:", "http://127.0.0.1", "http://127.0.0.1:70000", "http://10.0.0.1:80", "https://127.0.0.1:80",
            "http://127.0.0.1:80/path", "unix:" + String(repeating: "x", count: 108),
        ] {
            expectCode(.parameterOutOfRange) { _ = try CustodianAddress(text) }
        }
    }
}
