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
            var replies: [JSON] = []
            for step in try input.objects("steps") {
                var reply: [String: JSON] = ["message": .null, "error": .null, "party": .null]
                do {
                    reply["message"] = .bytes(try step.taken(by: party, table))
                } catch let fault as CustodianError {
                    reply["error"] = .text(ErrorNames.name(fault.code))
                    reply["party"] = .party(fault.party)
                } catch let error as SealedMatchError {
                    reply["error"] = .text(ErrorNames.name(error.code))
                }
                replies.append(.object(reply))
            }
            return ["replies": .list(replies)]
        },
        "Service": { input, folder in
            let share = try input.bytes("share")
            let custodian = try Serving(input, folder, share: share)
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
            let custodian = try Serving(input, folder, share: nil)
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
            var taken = TakenCalls(start: try input.word("start"), most: try input.number("most"))
            var replies: [JSON] = []
            for call in try input.objects("calls") {
                let (name, time) = (try call.bytes32("name"), try call.word("time"))
                do {
                    try taken.check(name, time: time, now: call.word("now"))
                    taken.keep(name, time: time)
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
        func setFirst(_ product: [UInt8]) { answer.replaceSubrange(40..<72, with: product) }
        switch how {
        case "honest": break
        case "more":
            let first = try Point(canonical: Bytes32(exactly: Array(answer[40..<72])))
            setFirst(try first.adding(Point.baseVarTime(timesPublic: PublicScalar(1))).encoded.bytes)
        case "none": setFirst([UInt8](repeating: 0xFF, count: 32))
        case "identity": setFirst([UInt8](repeating: 0, count: 32))
        case "short": answer.removeLast()
        case "index": answer[4] = party.number % 16 + 1
        case "digest": answer[8] ^= 1
        // "silent", and whatever nobody knows: then the output is another one.
        default: throw SealedMatchError(.interrupted, "it does not answer")
        }
        return answer
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
        by party: CustodianParty<CustodianVectors.OneTable>, _ table: TableID
    ) throws -> [UInt8] {
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
        case "handOver":
            let messages = try byteStrings("messages")
            return try replaying { try party.handOver(table, messages, random: &$0) }
        case "finish": return try party.finish(table, byteStrings("messages")).encoded
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
    fileprivate func replaying(_ step: (inout ReplayRandom) throws -> [UInt8]) throws -> [UInt8] {
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

/// A custodian's folder, and the service in it.
private final class Serving {
    private let folder: CustodianFolder
    private var service: CustodianService
    private let clock = Clock()
    private let table: TableID?

    var journalPath: String { CustodianFolder.journalPath(in: folder.path) }
    var publicKey: Bytes32 { folder.party.publicKey }

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

    init(_ input: Fields, _ vectors: VectorFolder, share: [UInt8]?) throws {
        let path = vectors.scratch("custodian")
        try LockedDirectory.make(path)
        let key = try SigningKey(seed: CustodianVectors.secret(input.bytes("seed", count: 32)))
        try SourceKeyFile.create(key, at: path + "/custodian.key")
        if let share {
            let table = try CustodianShare(canonical: CustodianVectors.secret(share)).record.plan.tableID
            let states = try CustodianDirectory(path: path + "/state")
            try states.replace(table, with: SecretBytes.copying(CustodianVectors.state(table, share: share)))
            self.table = table
        } else {
            table = nil
        }
        folder = try CustodianFolder(path: path)
        service = Self.service(folder, clock)
    }

    private static func service(_ folder: CustodianFolder, _ clock: Clock) -> CustodianService {
        CustodianService(folder, now: { clock.now }, instant: { clock.instant })
    }

    func take(_ step: Fields) throws -> [UInt8]? {
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
        case "allow": try CustodianPolicy(canonical: step.bytes("policy")).write(in: folder.path)
        case "stop": try CustodianFolder.stop(folder.path)
        case "resume": try CustodianFolder.resume(folder.path)
        case "restart": service = Self.service(folder, clock)
        case let other: throw VectorError("\(step.place): nobody does \(other)")
        }
        return nil
    }
}
