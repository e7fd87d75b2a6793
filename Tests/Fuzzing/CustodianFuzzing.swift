import Foundation
import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchSets
import Synchronization

// What custodians say to each other, to whoever asks them, and keep. Parties and their keys are the same in each run of
// the fuzzer, so that a corpus stays of use.

/// What is accepted is encoded again to the same bytes; and what a fuzzer does not have the keys for, it cannot forge.
struct CustodianHarness {
    enum Kind: String, CaseIterable {
        case plan, record, share, messages, round1, round2, round3, request, answer, complaint, equivocation, proof
        case journal, policy, erasure, call, head, state
        /// What a party has properly signed: a party that lies, not one that cannot sign.
        case signed1, signed2, signed3
    }

    private let world = try! CustodianWorld()

    func run(_ kind: Kind, _ bytes: [UInt8]) throws {
        do {
            switch kind {
            case .plan: promise(try RunPlan(canonical: bytes).encoded == bytes, "a plan is not canonical")
            case .record:
                let record = try CustodianRecord(canonical: bytes)
                promise(record.encoded == bytes, "a record is not canonical")
                if (try? record.verify()) != nil, record.plan == world.plan {
                    promise(record.name == world.record.name, "a record is forged")
                }
            case .share:
                let share = try CustodianShare(canonical: SecretBytes.copying(bytes))
                promise(try share.encoded().withBytes { Array($0) } == bytes, "a share is not canonical")
            case .messages: try carried(bytes)
            case .round1: try round(1, bytes)
            case .round2: try round(2, bytes)
            case .round3: try round(3, bytes)
            case .signed1: try signed(1, bytes)
            case .signed2: try signed(2, bytes)
            case .signed3: try signed(3, bytes)
            case .request:
                let request = try EvaluationRequest(canonical: bytes)
                promise(request.encoded == bytes, "a request is not canonical")
                _ = try? world.share().evaluate(request)
            case .answer:
                let answer = try world.coordinator.verify(bytes, of: world.party(1), to: world.request)
                promise(answer.encoded == bytes, "an answer is not canonical")
                promise(bytes == world.answer || answer.products == world.products, "a proof is forged")
            case .complaint:
                promise(try Complaint.judge(bytes, world.plan).number <= 3, "a complaint names nobody")
            case .equivocation:
                let half = bytes.count / 2
                let pair = (Array(bytes.prefix(half)), Array(bytes.dropFirst(half)))
                promise(try Equivocation.judge(pair, world.plan).number <= 3, "two messages name nobody")
            case .proof: try proof(bytes)
            case .journal: try journal(bytes)
            case .policy: promise(try CustodianPolicy(canonical: bytes).encoded == bytes, "a policy is not canonical")
            case .erasure:
                let statement = try ErasureStatement(canonical: bytes)
                promise(statement.encoded == bytes, "a statement is not canonical")
            case .call:
                for call in CustodianCall.allCases {
                    _ = try? call.open(bytes, custodian: world.keys[0], now: world.time)
                }
                promise(try SetSeeds(canonical: bytes).encoded == bytes, "seeds are not canonical")
            case .head:
                if let end = ReplyHead.count(in: bytes, from: 0) {
                    let head = try ReplyHead(parsing: bytes[..<end])
                    promise(head.status >= 100 && head.status < 1_000 && head.length >= 0, "a reply without numbers")
                }
            case .state: state(bytes)
            }
        } catch let error as CustodianError {
            throw error.error
        }
    }

    /// What a custodian's service is brought, and what whoever carries it looks at.
    private func carried(_ bytes: [UInt8]) throws {
        let messages = try RunMessages(canonical: bytes)
        promise(messages.encoded == bytes, "messages are not canonical")
        for round in messages.rounds {
            guard messages.all(round) != nil else { break }
            for party in messages.senders(round) {
                _ = try? messages.check(messages[round, party] ?? [], round: round, of: party)
            }
        }
        _ = try? messages.record()
    }

    /// One message of party 2 among those that the others said.
    private func round(_ round: Int, _ bytes: [UInt8]) throws {
        try world.messages.check(bytes, round: round, of: world.party(2))
        promise(try bytes == world.messages[round, world.party(2)], "a message is forged")
    }

    /// What party 2 signs among those that the others said. Party 1 goes on, or names it; and what party 1 has accepted
    /// is what party 2 had said, where a fuzzer cannot know better.
    private func signed(_ round: Int, _ bytes: [UInt8]) throws {
        let liar = try world.party(2)
        let signature = try SigningKey(seed: SecretBytes.copying(CustodianWorld.seed(1)))
            .sign(Array("SealedMatch/1 custodian message".utf8) + [0] + bytes).encoded
        let message = bytes + signature
        var said = world.messages.all(round) ?? []
        let honest = said[1]
        said[1] = message
        let carried = Result { try world.messages.check(message, round: round, of: liar) }
        let party = try world.party(before: round + 1)
        var random = FuzzRandom(2)
        do {
            switch round {
            case 1:
                _ = try party.deal(world.table, said, random: &random)
                // The proof covers X and A_0. The other A are its own affair.
                promise(message.prefix(104) == honest.prefix(104), "a proof of possession is forged")
            case 2:
                _ = try party.confirm(world.table, said)
                promise(message.prefix(186) == honest.prefix(186), "a share is forged")
            default:
                promise(try party.finish(world.table, said).name == world.record.name, "another key is confirmed")
                promise(message == honest, "a confirmation is forged")
            }
            try carried.get()
        } catch let error as CustodianError {
            promise(error.party == liar, "somebody else is named")
            if error.code == .shareRejected {
                let complaint = try party.complain(world.table, of: liar, message)
                promise(try Complaint.judge(complaint, world.plan) == liar, "a complaint names somebody else")
            }
            throw error
        }
    }

    /// Two messages of a round of a joint proof, by a party that has just begun it, and by who puts it together.
    private func proof(_ bytes: [UInt8]) throws {
        guard let round = bytes.first else { return }
        let half = (bytes.count - 1) / 2
        let pair = [Array(bytes[1..<(1 + half)]), Array(bytes.dropFirst(1 + half))]
        switch round % 5 {
        case 0:
            let rest = Array(bytes.dropFirst())
            promise(try ProofSession(canonical: rest).encoded == rest, "a session is not canonical")
        case 1: _ = try world.begun().reveal(world.table, pair)
        case 2: _ = try world.revealed().respond(world.table, pair)
        case 3:
            _ = try? world.proof.check(commitments: pair)
            _ = try? world.proof.check(commitments: world.commitments, reveals: pair)
        default:
            let proof = try world.proof.finish(
                commitments: world.commitments, reveals: world.reveals, responses: pair)
            promise(proof.encoded == world.proved.encoded, "a proof is forged")
        }
    }

    private func journal(_ bytes: [UInt8]) throws {
        promise(try JournalEntry(canonical: bytes).encoded == bytes, "an entry is not canonical")
    }

    /// A file that somebody damaged.
    private func state(_ bytes: [UInt8]) {
        let store = FuzzStore(bytes)
        guard
            let party = try? CustodianParty(
                identity: SigningKey(seed: SecretBytes.copying(CustodianWorld.seed(0))), store: store)
        else { return }
        _ = try? party.share(of: world.table)
        _ = try? party.lastMessage(world.table)
        _ = try? party.commit(world.table, world.proof.session.encoded)
        _ = try? party.begin(world.plan)
        _ = try? party.confirm(world.table, world.messages.all(2) ?? [])
        _ = try? party.finish(world.table, world.messages.all(3) ?? [])
    }

    private func promise(_ condition: Bool, _ message: StaticString) {
        guard condition else { fatalError("\(message)") }
    }

    /// One valid input of each kind.
    static func writeSeeds(_ write: (Kind, String, [UInt8]) throws -> Void) throws {
        let world = try CustodianWorld()
        try write(.plan, "plan", world.plan.encoded)
        try write(.record, "record", world.record.encoded)
        try write(.share, "share", world.share().encoded().withBytes { Array($0) })
        try write(.messages, "messages", world.messages.encoded)
        try write(.messages, "recovery", RunMessages(world.recovery, base: world.record).encoded)
        let rounds: [(Kind, Kind)] = [(.round1, .signed1), (.round2, .signed2), (.round3, .signed3)]
        for (place, kinds) in rounds.enumerated() {
            let message = world.messages[place + 1, try world.party(2)] ?? []
            try write(kinds.0, "party-2", message)
            try write(kinds.1, "party-2", message.dropLast(Signature.encodedCount))
        }
        try write(.request, "request", world.request.encoded)
        try write(.answer, "answer", world.answer)
        let two = world.messages[1, try world.party(2)] ?? []
        try write(.equivocation, "equivocation", two + two)
        try write(.proof, "session", [0] + world.proof.session.encoded)
        try write(.proof, "commitments", [1] + world.commitments.flatMap { $0 })
        try write(.proof, "reveals", [2] + world.reveals.flatMap { $0 })
        try write(.proof, "reveals-3", [3] + world.reveals.flatMap { $0 })
        try write(.proof, "responses", [4] + world.responses.flatMap { $0 })
        let key = try SigningKey(seed: SecretBytes.copying(CustodianWorld.seed(0)))
        let entry = try JournalEntry.make(
            .evaluated, number: 3, time: 4, world.table, subject: world.record.name, asker: key.publicKey, count: 5,
            total: 6, previous: Bytes32(), key: key)
        try write(.journal, "journal", entry.encoded)
        let policy = CustodianPolicy(
            tableID: world.table, until: 1, slots: 2, rate: 3, coordinators: [key.publicKey, world.keys[1]])
        try write(.policy, "policy", policy.encoded)
        try write(
            .erasure, "erasure",
            CustodianParty(identity: key, store: FuzzStore(world.states[0])).erase(world.table, now: 7).encoded)
        let again = try SigningKey(seed: SecretBytes.copying(CustodianWorld.seed(0)))
        try write(
            .call, "call",
            CustodianCall.evaluate.make(world.request.encoded, to: world.keys[0], time: world.time, key: again))
        try write(.call, "seeds", SetSeeds.random(tableID: world.table, entriesDigest: Bytes32()).encoded)
        try write(
            .head, "head",
            Array("HTTP/1.1 200 OK\r\nContent-Type: x\r\nContent-Length: 12\r\nConnection: close\r\n\r\n".utf8))
        for (name, bytes) in world.kept { try write(.state, "state-\(name)", bytes) }
    }
}

/// A state in memory.
private final class FuzzStore: CustodianStore {
    private let bytes: Mutex<[UInt8]?>

    init(_ bytes: [UInt8]?) { self.bytes = Mutex(bytes) }

    var content: [UInt8] { bytes.withLock { $0 ?? [] } }

    func read(_: TableID) throws(SealedMatchError) -> SecretBytes? {
        guard let bytes = bytes.withLock({ $0 }) else { return nil }
        return try SecretBytes.copying(bytes)
    }

    func replace(_: TableID, with state: borrowing SecretBytes) throws(SealedMatchError) {
        let copy = state.withBytes { Array($0) }
        bytes.withLock { $0 = copy }
    }
}

/// SplitMix64.
private struct FuzzRandom: RandomSource {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SealedMatchError) {
        for index in buffer.indices {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            buffer[index] = UInt8(truncatingIfNeeded: z ^ z >> 31)
        }
    }
}

/// A key of three parties, two of whom are needed; an evaluation and a joint proof by it.
private struct CustodianWorld {
    let plan: RunPlan
    let recovery: RunPlan
    let messages: RunMessages
    let record: CustodianRecord
    let coordinator: Coordinator
    let request: EvaluationRequest
    let answer: [UInt8]
    let products: [Point]
    let proof: JointProof
    let commitments: [[UInt8]]
    let reveals: [[UInt8]]
    let responses: [[UInt8]]
    let proved: DLEQProof
    /// Of the parties, at the end of the key generation.
    let states: [[UInt8]]
    /// Of party 1, at other steps.
    let kept: [(String, [UInt8])]
    let time: UInt64 = 1_800_000_000

    static func seed(_ place: Int) -> [UInt8] { [UInt8](repeating: UInt8(place + 1), count: 32) }

    var table: TableID { plan.tableID }
    var keys: [Bytes32] { plan.keys }

    func party(_ number: Int) throws -> PartyIndex { try PartyIndex(number) }

    private static func party(_ place: Int, _ store: FuzzStore) throws -> CustodianParty<FuzzStore> {
        try CustodianParty(identity: SigningKey(seed: SecretBytes.copying(seed(place))), store: store)
    }

    func share() throws -> CustodianShare { try Self.party(0, FuzzStore(states[0])).share(of: table) }

    /// Party 1, which has spoken in the rounds before.
    func party(before round: Int) throws -> CustodianParty<FuzzStore> {
        try Self.party(0, FuzzStore(kept[round - 2].1))
    }

    /// Party 1, which has committed; and which has revealed.
    func begun() throws -> CustodianParty<FuzzStore> { try Self.party(0, FuzzStore(kept[3].1)) }
    func revealed() throws -> CustodianParty<FuzzStore> { try Self.party(0, FuzzStore(kept[4].1)) }

    init() throws {
        var random = FuzzRandom(1)
        let keys = try (0..<3).map { try SigningKey(seed: SecretBytes.copying(Self.seed($0))).publicKey }
        let plan = try RunPlan(
            kind: .keyGeneration, threshold: 2, tableID: TableID(canonical: [UInt8](repeating: 9, count: 16)),
            attempt: [UInt8](repeating: 1, count: 16), base: Bytes32(), keys: keys)
        let stores = (0..<3).map { _ in FuzzStore(nil) }
        let parties = try (0..<3).map { try Self.party($0, stores[$0]) }
        var messages = RunMessages(plan)
        var kept: [(String, [UInt8])] = []
        func all(_ round: Int, _ said: [[UInt8]]) throws {
            for (place, message) in said.enumerated() { messages[round, try PartyIndex(place + 1)] = message }
            kept.append(("round-\(round)", stores[0].content))
        }
        var said: [[UInt8]] = []
        for party in parties { said.append(try party.begin(plan, random: &random)) }
        try all(1, said)
        let first = said
        said = []
        for party in parties { said.append(try party.deal(plan.tableID, first, random: &random)) }
        try all(2, said)
        let second = said
        try all(3, parties.map { try $0.confirm(plan.tableID, second) })
        let third = messages.all(3) ?? []
        let records = try parties.map { try $0.finish(plan.tableID, third) }
        record = records[0]
        states = stores.map(\.content)
        self.plan = plan
        self.messages = messages
        recovery = try RunPlan(
            kind: .recovery, threshold: 2, tableID: plan.tableID, attempt: [UInt8](repeating: 2, count: 16),
            base: record.name, keys: keys, dealers: [PartyIndex(1), PartyIndex(3)], lost: PartyIndex(2))

        let coordinator = try Coordinator(record)
        self.coordinator = coordinator
        var elements: [Point] = []
        for _ in 0..<2 { elements.append(try HashToGroup.elements.point(random.bytes32().bytes)) }
        let among = [try PartyIndex(1), try PartyIndex(2)]
        request = try coordinator.request(elements, of: among[0], among: among)
        let share = try parties[0].share(of: plan.tableID)
        let given = try share.evaluate(request, random: &random)
        answer = given.encoded
        products = given.products
        var answers = [(request, given)]
        let other = try coordinator.request(elements, of: among[1], among: among)
        let second2 = try parties[1].share(of: plan.tableID)
        answers.append((other, try second2.evaluate(other, random: &random)))
        let evaluated = try coordinator.combine(answers.map { (request: $0.0, answer: $0.1) })

        proof = try JointProof(
            coordinator, elements: elements, evaluated: evaluated, parties: among,
            attempt: [UInt8](repeating: 3, count: 16))
        let session = proof.session.encoded
        var committed: [[UInt8]] = []
        for party in parties.prefix(2) {
            committed.append(try party.commit(plan.tableID, session, random: &random))
        }
        kept.append(("committed", stores[0].content))
        commitments = committed
        reveals = try parties.prefix(2).map { try $0.reveal(plan.tableID, committed) }
        kept.append(("revealed", stores[0].content))
        let revealed = reveals
        responses = try parties.prefix(2).map { try $0.respond(plan.tableID, revealed) }
        kept.append(("answered", stores[0].content))
        proved = try proof.finish(commitments: commitments, reveals: reveals, responses: responses)
        self.kept = kept
    }
}
