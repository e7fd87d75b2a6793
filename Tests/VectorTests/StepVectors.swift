import Foundation
import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchFiles
import SealedMatchJSON
import SealedMatchLists
import SealedMatchProtocol
import SealedMatchTestSupport
import SealedMatchVectors
import Synchronization

/// steps: what a custodian does, one step after another.
enum StepVectors {
    static let steps: [String: VectorRunner] = [
        "Party": { input, _ in
            let (store, table) = (CustodianVectors.OneTable(), try TableID(canonical: input.bytes("tableID")))
            if try !input.isNull("share") { try store.begin(table, share: input.bytes("share")) }
            let key = try SigningKey(seed: CustodianVectors.secret(input.bytes("seed", count: 32)))
            let party = CustodianParty(identity: key, store: store)
            return [
                "replies": .list(
                    try input.objects("steps").map { step in try said { try step.taken(by: party, table) } })
            ]
        },
        "Runs": { input, folder in
            let share = try input.isNull("share") ? nil : input.bytes("share")
            let custodian = try Serving(input, folder, share: share, TableID(canonical: input.bytes("tableID")))
            let replies = try input.objects("steps").map { step in try said { try custodian.take(step) } }
            let journal = try Data(contentsOf: URL(filePath: custodian.journalPath))
            return ["replies": .list(replies), "journal": .bytes([UInt8](journal))]
        },
        "Service": { input, folder in
            let share = try input.bytes("share")
            let table = try CustodianShare(canonical: CustodianVectors.secret(share)).record.plan.tableID
            let custodian = try Serving(input, folder, share: share, table)
            var replies: [JSON] = []
            for step in try input.objects("steps") {
                var reply: [String: JSON] = ["answer": .null, "error": .null]
                do {
                    if let answer = try custodian.take(step) { reply["answer"] = .bytes(answer) }
                } catch let error as SealedMatchError {
                    reply["error"] = .text(ErrorNames.name(error.code))
                }
                replies.append(.object(reply))
            }
            let journal = try Data(contentsOf: URL(filePath: custodian.journalPath))
            return ["replies": .list(replies), "journal": .bytes([UInt8](journal))]
        },
        "Limits": { input, folder in
            let custodian = try Serving(input, folder, share: nil, nil)
            var replies: [JSON] = []
            for step in try input.objects("steps") {
                do {
                    _ = try custodian.take(step)
                    replies.append(.null)
                } catch let error as SealedMatchError {
                    replies.append(.text(ErrorNames.name(error.code)))
                }
            }
            let found = try CustodianJournal.Summary.read(custodian.journalPath, publicKey: custodian.publicKey)
            return ["replies": .list(replies), "totals": .totals(found)]
        },
        "Taken": { input, _ in
            var taken = TakenCalls(earliest: try input.word("start"), most: try input.number("most"))
            var replies: [JSON] = []
            for call in try input.objects("calls") {
                let (name, time) = (try call.bytes32("name"), try call.word("time"))
                let coordinator = try call.bytes32("coordinator")
                do {
                    try taken.check(name, of: coordinator, time: time, now: call.word("now"))
                    taken.keep(name, of: coordinator, time: time)
                    replies.append(.null)
                } catch let error as SealedMatchError {
                    replies.append(.text(ErrorNames.name(error.code)))
                }
            }
            return ["replies": .list(replies)]
        },
        "Coordinator": { input, _ in
            var custodians: [PartyIndex: ScriptedCustodian] = [:]
            for share in try input.byteStrings("shares") {
                let custodian = try ScriptedCustodian(CustodianShare(canonical: CustodianVectors.secret(share)))
                custodians[custodian.party] = custodian
            }
            let order = try input.numbers("order", as: Int.self).map { try custodians.one(PartyIndex($0)) }
            let faults = Mutex<[JSON]>([])
            let record = try custodians.one(PartyIndex(1)).record
            let evaluator = try ThresholdEvaluator(Coordinator(record), custodians: order) { fault in
                faults.withLock { $0.append(.fault(fault)) }
            }
            var batches: [JSON] = []
            for batch in try input.objects("batches") {
                for answer in try batch.objects("answers") {
                    try custodians.one(PartyIndex(answer.number("party", as: Int.self))).answers(
                        plain: answer.text("plain"), proved: answer.text("proved"))
                }
                var elements = try batch.allBytes32("elements")
                var (products, refusal) = (JSON.null, JSON.null)
                do {
                    try evaluator.evaluate(&elements)
                    products = .list(elements.map { .bytes($0) })
                } catch let error as SealedMatchError {
                    refusal = .text(ErrorNames.name(error.code))
                }
                let asked = custodians.sorted { $0.key < $1.key }.map(\.value.asked)
                var found: [JSON] = []
                faults.withLock { swap(&$0, &found) }
                batches.append(
                    .object([
                        "products": products, "error": refusal, "faults": .list(found), "asked": .list(asked),
                    ]))
            }
            return ["batches": .list(batches)]
        },
    ]

    /// What a party says to a step, or refuses, and whom it names.
    private static func said(_ step: () throws -> [UInt8]?) throws -> JSON {
        var reply: [String: JSON] = ["message": .null, "error": .null, "party": .null]
        do {
            if let message = try step() { reply["message"] = .bytes(message) }
        } catch let fault as CustodianError {
            reply["error"] = .text(ErrorNames.name(fault.code))
            reply["party"] = .party(fault.party)
        } catch let error as SealedMatchError {
            reply["error"] = .text(ErrorNames.name(error.code))
        }
        return .object(reply)
    }
}

extension [PartyIndex: ScriptedCustodian] {
    fileprivate func one(_ party: PartyIndex) throws -> ScriptedCustodian {
        guard let custodian = self[party] else { throw VectorError("no share of party \(party.number)") }
        return custodian
    }
}

extension JSON {
    fileprivate static func fault(_ fault: ThresholdEvaluator.Fault) -> JSON {
        let isWrong = fault.kind == .wrong
        return .object([
            "party": .party(fault.party), "kind": .text(isWrong ? "wrong" : "silent"),
            "error": isWrong ? .text(ErrorNames.name(fault.error.code)) : .null,
        ])
    }
}

/// A custodian that answers as a case says.
private final class ScriptedCustodian: Custodian {
    private struct State {
        var (plain, proved) = ("honest", "honest")
        var (askedPlainly, askedForProof) = (0, 0)
    }
    private let honest: LocalCustodian
    private let state = Mutex(State())
    let record: CustodianRecord
    let party: PartyIndex

    init(_ share: consuming CustodianShare) {
        (record, party) = (share.record, share.party)
        honest = LocalCustodian(share)
    }

    /// From now on. Nothing was asked yet.
    func answers(plain: String, proved: String) {
        state.withLock { $0 = State(plain: plain, proved: proved, askedPlainly: 0, askedForProof: 0) }
    }

    /// How often it was asked.
    var asked: JSON {
        let state = state.withLock { $0 }
        return .object([
            "party": .party(party), "plain": .number(state.askedPlainly), "proved": .number(state.askedForProof),
        ])
    }

    func evaluate(_ request: [UInt8]) throws(SealedMatchError) -> [UInt8] {
        let isProved = try EvaluationRequest(canonical: request).isProved
        let how = state.withLock { state in
            if isProved { state.askedForProof += 1 } else { state.askedPlainly += 1 }
            return isProved ? state.proved : state.plain
        }
        var answer = try honest.evaluate(request)
        // Without a proof the answer has roots: as many bytes as the products.
        let roots = 40 + (answer.count - 40) / 2
        func setFirst(_ product: [UInt8]) throws(SealedMatchError) {
            answer.replaceSubrange(40..<72, with: product)
            if !isProved { setRoot(try Self.root(of: product)) }
        }
        func setRoot(_ root: [UInt8]) { answer.replaceSubrange(roots..<roots + 32, with: root) }
        switch how {
        case "honest": break
        case "more":
            let first = try Point(canonical: Bytes32(exactly: Array(answer[40..<72])))
            try setFirst(try first.adding(Point.baseVarTime(timesPublic: PublicScalar(1))).encoded.bytes)
        case "none": try setFirst([UInt8](repeating: 0xFF, count: 32))
        case "identity": try setFirst([UInt8](repeating: 0, count: 32))
        // There are none where a proof is asked for.
        case "otherRoot", "doubledRoot", "negatedRoot", "swappedRoots":
            if isProved { break }
            let first = try Point(canonical: Bytes32(exactly: Array(answer[40..<72])))
            switch how {
            case "otherRoot": setRoot(try Self.root(of: Point.generator().encoded.bytes))
            case "doubledRoot": setRoot(try Self.root(of: first.adding(first).encoded.bytes))
            case "negatedRoot": setRoot(Self.negated(Array(answer[roots..<roots + 32])))
            default:
                let (one, two) = (Array(answer[roots..<roots + 32]), Array(answer[(roots + 32)..<(roots + 64)]))
                answer.replaceSubrange(roots..<roots + 64, with: two + one)
            }
        case "short": answer.removeLast()
        case "index": answer[4] = party.number % 16 + 1
        case "digest": answer[8] ^= 1
        // "silent", and whatever nobody knows: then the output is another one.
        default: throw SealedMatchError(.interrupted, "it does not answer")
        }
        return answer
    }
}

extension ScriptedCustodian {
    /// Zero bytes of what is no element.
    private static func root(of encoding: [UInt8]) throws(SealedMatchError) -> [UInt8] {
        let roots = GroupBatch.rootsVarTime(of: [Point(unchecked: try Bytes32(exactly: encoding))])
        return roots?.first?.bytes ?? [UInt8](repeating: 0, count: 32)
    }

    /// p less a number.
    private static func negated(_ number: [UInt8]) -> [UInt8] {
        let prime = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
        var borrow = 0
        return zip(prime, number).map { p, digit in
            let difference = Int(p) - Int(digit) - borrow
            borrow = difference < 0 ? 1 : 0
            return UInt8(truncatingIfNeeded: difference)
        }
    }
}

extension JSON {
    /// Elements of each table, by tableID.
    static func totals(_ summary: CustodianJournal.Summary) -> JSON {
        .list(
            summary.totals.sorted { $0.key.encoded.lexicographicallyPrecedes($1.key.encoded) }
                .map { .object(["tableID": .bytes($0.key.encoded), "total": .word($0.value)]) })
    }
}

extension Fields {
    /// What a party answers to this step.
    fileprivate func taken(
        by party: CustodianParty<some CustodianStore>, _ table: TableID
    ) throws -> [UInt8]? {
        switch try text("do") {
        case "begin":
            let (plan, keys) = (try RunPlan(canonical: bytes("plan")), try Set(allBytes32("newKeys")))
            return try replaying { try party.begin(plan, newKeys: keys, random: &$0) }
        case "deal":
            let messages = try byteStrings("messages")
            return try replaying { try party.deal(table, messages, random: &$0) }
        case "confirm": return try party.confirm(table, byteStrings("messages"))
        case "complain":
            return try party.complain(table, of: PartyIndex(number("accused", as: Int.self)), bytes("message"))
        case "see": return try party.see(table, bytes("complaint"))
        case "giveUp":
            try party.abandon(RunPlan(canonical: bytes("plan")))
            return nil
        case "handOver":
            let messages = try byteStrings("messages")
            return try replaying { try party.handOver(table, messages, random: &$0) }
        case "finish": return try party.finish(table, byteStrings("messages")).encoded
        case "finishAfterAll":
            return try party.finishAfterAll(RunPlan(canonical: bytes("plan")), byteStrings("messages")).encoded
        case "recover":
            try party.recover(
                table, base: CustodianRecord(canonical: bytes("record")), first: byteStrings("first"),
                second: byteStrings("second"), handovers: byteStrings("handovers"))
            return try party.share(of: table).record.encoded
        case "evaluate":
            let request = try EvaluationRequest(canonical: bytes("request"))
            return try replaying { try party.share(of: table).evaluate(request, random: &$0).encoded }
        case "commit":
            let session = try bytes("session")
            return try replaying { try party.commit(table, session, random: &$0) }
        case "reveal": return try party.reveal(table, byteStrings("messages"))
        case "respond": return try party.respond(table, byteStrings("messages"))
        case "erase": return try party.erase(table, now: word("time")).encoded
        case let other: throw VectorError("\(place): nobody does \(other)")
        }
    }

    /// What draws all of `random`, whether it succeeds or not.
    fileprivate func replaying<Result>(_ step: (inout ReplayRandom) throws -> Result) throws -> Result {
        var random = ReplayRandom(try bytes("random"))
        do {
            let result = try step(&random)
            try random.end()
            return result
        } catch let error where !(error is VectorError) {
            try random.end()
            throw error
        }
    }
}

extension Fields {
    /// What was said in a run so far.
    fileprivate func runMessages() throws -> RunMessages {
        let base = try isNull("base") ? nil : CustodianRecord(canonical: bytes("base"))
        var messages = RunMessages(try RunPlan(canonical: bytes("plan")), base: base)
        for (round, name) in zip(messages.rounds, ["first", "second", "third"]) {
            guard try !isNull(name) else { continue }
            let (senders, said) = (messages.senders(round), try byteStrings(name))
            guard senders.count == said.count else { throw wrong(name, "list of one message of each") }
            for (sender, message) in zip(senders, said) { messages[round, sender] = message }
        }
        return messages
    }
}

/// A custodian's folder, and the service in it.
private final class Serving {
    private let path: String
    private var folder: CustodianFolder?
    private var service: CustodianService?
    private let clock = Clock()
    private let table: TableID?
    private let share: [UInt8]?

    var journalPath: String { CustodianFolder.journalPath(in: path) }
    let publicKey: Bytes32

    /// What both clocks of a custodian say.
    private final class Clock: Sendable {
        private let times = Mutex<(first: UInt64?, now: UInt64)>((nil, 0))
        private let start = ContinuousClock.now

        var now: UInt64 { times.withLock { $0.now } }
        var instant: ContinuousClock.Instant {
            start + .seconds(times.withLock { Int64(truncatingIfNeeded: $0.now &- ($0.first ?? $0.now)) })
        }

        func set(_ time: UInt64) {
            times.withLock { $0 = ($0.first ?? time, time) }
        }
    }

    init(_ input: Fields, _ vectors: VectorFolder, share: [UInt8]?, _ table: TableID?) throws {
        path = vectors.scratch("custodian")
        self.table = table
        self.share = share
        try LockedDirectory.make(path)
        let key = try SigningKey(seed: CustodianVectors.secret(input.bytes("seed", count: 32)))
        try SourceKeyFile.create(key, at: path + "/custodian.key")
        publicKey = key.publicKey
        if let share, let table {
            // The run by which it has its share.
            let run = try CustodianShare(canonical: CustodianVectors.secret(share)).record.plan.name()
            let entry = try JournalEntry.make(
                .begun, number: 0, time: 0, table, subject: run, asker: Bytes32(), count: 0, total: 0,
                previous: Bytes32(), key: key)
            try DurableFile.write(entry.encoded, to: journalPath, secret: true)
            try keep(share, table)
        }
        _ = try start()
    }

    /// The folder and a new service in it.
    private func start() throws -> CustodianFolder {
        let folder = try folder ?? CustodianFolder(path: path)
        self.folder = folder
        service = try CustodianService(folder, now: { [clock] in clock.now }, instant: { [clock] in clock.instant })
        return folder
    }

    /// Ends it, as if it had been killed before it wrote its last entry, or with a journal that lacks some, and starts
    /// it anew.
    private func kill(_ entries: UInt64) throws -> [UInt8]? {
        (folder, service) = (nil, nil)
        let journal = try FileHandle(forWritingTo: URL(filePath: journalPath))
        try journal.truncate(atOffset: journal.seekToEnd() - entries * UInt64(JournalEntry.encodedCount))
        try journal.close()
        _ = try start()
        return nil
    }

    private func said(_ step: CustodianFolder.RunStep) -> [UInt8]? {
        switch step {
        case .says(_, let message): message
        case .complains(_, let complaint): complaint
        case .hasShare(let record): record.encoded
        case .waits: nil
        }
    }

    /// Ends it, puts the state of before back, and starts it anew.
    private func putBack() throws -> [UInt8]? {
        (folder, service) = (nil, nil)
        guard let share, let table else { throw VectorError("there is no state to put back") }
        try keep(share, table)
        _ = try start()
        return nil
    }

    private func keep(_ share: [UInt8], _ table: TableID) throws {
        let states = try CustodianDirectory(path: path + "/state")
        try states.replace(table, with: SecretBytes.copying(CustodianVectors.state(table, share: share)))
    }

    func take(_ step: Fields) throws -> [UInt8]? {
        // Nothing here may hold the folder, which is opened anew.
        if try step.text("do") == "killed" { return try kill(1) }
        if try step.text("do") == "cut" { return try kill(step.number("entries")) }
        if try step.text("do") == "putBack" { return try putBack() }
        guard let folder, let service else { throw VectorError("the custodian does not run") }
        switch try step.text("do") {
        case "call":
            guard let call = CustodianCall(rawValue: try step.number("call", as: UInt8.self)) else {
                throw VectorError("no such call")
            }
            clock.set(try step.word("at"))
            let message = try step.bytes("message")
            return try step.replaying { try service.answer(call, message, random: &$0) }
        case "erase":
            guard let table else { throw VectorError("there is nothing to erase") }
            clock.set(try step.word("at"))
            return try CustodianVectors.unblamed { try folder.erase(table, time: clock.now).encoded }
        case "ask":
            clock.set(try step.word("at"))
            try service.admit(
                step.bytes32("coordinator"), TableID(canonical: step.bytes("tableID")), subject: Bytes32(),
                count: step.number("count"))
        case "agree":
            let plan = try RunPlan(canonical: step.bytes("plan"))
            try CustodianFolder.agree(to: plan, name: plan.name(), newKeys: step.allBytes32("newKeys"), in: path)
        case "run":
            clock.set(try step.word("at"))
            let messages = try step.runMessages()
            return said(try step.replaying { try service.advance(messages, random: &$0) })
        case "bring":
            clock.set(try step.word("at"))
            return try service.run(step.bytes("record"))
        case "giveUp": try folder.abandon(RunPlan(canonical: step.bytes("plan")))
        case "see":
            guard let table else { throw VectorError("there is no run") }
            return try step.taken(by: folder.party, table)
        case "allow": try CustodianPolicy(canonical: step.bytes("policy")).write(in: path)
        case "stop": try CustodianFolder.stop(path)
        case "resume": try CustodianFolder.resume(path)
        case "restart": _ = try start()
        case let other: throw VectorError("\(step.place): nobody does \(other)")
        }
        return nil
    }
}
