import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchJSON
import SealedMatchProtocol
import SealedMatchSets
import SealedMatchTestSupport
import SealedMatchVectors
import Synchronization

/// custodians.
enum CustodianVectors {
    static let custodians: [String: VectorRunner] = [
        "DecodePlan": { input, _ in
            let bytes = try input.bytes("plan")
            let plan = try RunPlan(canonical: bytes)
            guard plan.encoded == bytes else { throw VectorError("encoded again it differs") }
            return [
                "kind": .text("\(plan.kind)"), "threshold": .number(plan.threshold),
                "tableID": .bytes(plan.tableID.encoded), "base": .bytes(plan.base.bytes),
                "keys": .list(plan.keys.map { .bytes($0.bytes) }),
                "dealers": .numbers(plan.dealers.map(\.number)),
                "lost": plan.lost.map { .number($0.number) } ?? .null, "run": .bytes(try plan.name().bytes),
            ]
        },
        "Begin": { input, _ in
            var run = try Run(input)
            return ["message": .bytes(try run.begin())]
        },
        "Deal": { input, _ in
            var run = try Run(input)
            return ["message": .bytes(try run.deal(input))]
        },
        "Confirm": { input, _ in
            var run = try Run(input)
            _ = try run.deal(input)
            let second = try input.byteStrings("second")
            return ["message": .bytes(try unblamed { try run.party.confirm(run.table, second) })]
        },
        "Finish": { input, _ in
            var run = try Run(input)
            _ = try run.deal(input)
            let (second, third) = (try input.byteStrings("second"), try input.byteStrings("third"))
            return try unblamed {
                _ = try run.party.confirm(run.table, second)
                let record = try run.party.finish(run.table, third)
                try record.verify()
                let share = try run.party.share(of: run.table)
                guard share.record == record else { throw VectorError("the share is of another record") }
                return ["share": .bytes(try share.encoded().withBytes { Array($0) })]
            }
        },
        "HandOver": { input, _ in
            var run = try Run(input)
            return ["message": .bytes(try run.handOver(input))]
        },
        "Recover": { input, _ in
            var run = try Run(input)
            _ = try run.begin()
            let base = try CustodianRecord(canonical: input.bytes("record"))
            let (first, second) = (try input.byteStrings("first"), try input.byteStrings("second"))
            let handovers = try input.byteStrings("handovers")
            return try unblamed {
                try run.party.recover(run.table, base: base, first: first, second: second, handovers: handovers)
                return ["share": .bytes(try run.party.share(of: run.table).encoded().withBytes { Array($0) })]
            }
        },
        "Erase": { input, _ in
            let (bytes, time) = (try input.bytes("share"), try input.word("time"))
            let table = try CustodianShare(canonical: secret(bytes)).record.plan.tableID
            let store = OneTable()
            try store.begin(table, share: bytes)
            let key = try SigningKey(seed: SecretBytes.copying(input.bytes("seed", count: 32)))
            let party = CustodianParty(identity: key, store: store)
            return ["statement": .bytes(try unblamed { try party.erase(table, now: time).encoded })]
        },
        "VerifyErasure": { input, _ in
            let bytes = try input.bytes("statement")
            let record = try CustodianRecord(canonical: input.bytes("record"))
            let statement = try ErasureStatement(canonical: bytes)
            guard statement.encoded == bytes else { throw VectorError("encoded again it differs") }
            try statement.verify(record)
            return ["party": .number(statement.party.number), "time": .word(statement.time)]
        },
        "JudgeComplaint": { input, _ in
            let (plan, complaint) = (try RunPlan(canonical: input.bytes("plan")), try input.bytes("complaint"))
            return ["party": .number(try Complaint.judge(complaint, plan).number)]
        },
        "JudgeEquivocation": { input, _ in
            let (plan, messages) = (
                try RunPlan(canonical: input.bytes("plan")), try input.byteStrings("messages")
            )
            guard messages.count == 2 else { throw VectorError("there are two messages") }
            return ["party": .number(try Equivocation.judge((messages[0], messages[1]), plan).number)]
        },
        "VerifyRecord": { input, _ in
            let bytes = try input.bytes("record")
            let record = try CustodianRecord(canonical: bytes)
            guard record.encoded == bytes else { throw VectorError("encoded again it differs") }
            try unblamed { try record.verify() }
            return [
                "name": .bytes(record.name.bytes), "publicKey": .bytes(record.publicKey.encoded.bytes),
                "shareKeys": .list(
                    record.plan.parties.map { .bytes(record.publicKey(of: $0).encoded.bytes) }),
            ]
        },
        "RecordOfSet": { input, folder in
            let record = try CustodianRecord(canonical: input.bytes("record"))
            let header = try SetFile(path: folder.path(input.fields("set"))).header
            try unblamed { try record.verify() }
            try record.check(header)
            return [:]
        },
        "DecodeShare": { input, _ in
            let bytes = try input.bytes("share")
            let share = try CustodianShare(canonical: secret(bytes))
            let encoded = try share.encoded().withBytes { Array($0) }
            guard encoded == bytes else { throw VectorError("encoded again it differs") }
            return [
                "party": .number(share.party.number), "share": .bytes(encoded[8..<40]),
                "record": .bytes(share.record.name.bytes),
            ]
        },
        "Request": { input, _ in
            let elements = try input.allBytes32("elements").map { try Point(canonical: $0) }
            let party = try PartyIndex(input.number("party", as: Int.self))
            let parties = try input.numbers("parties", as: Int.self).map { try PartyIndex($0) }
            let (coordinator, isProved) = (try input.coordinator(), try input.boolean("proved"))
            let request = try coordinator.request(elements, of: party, among: parties, isProved: isProved)
            return ["request": .bytes(request.encoded)]
        },
        "Evaluate": { input, _ in
            let bytes = try input.bytes("request")
            var random = ReplayRandom(try input.bytes("random"))
            let share = try CustodianShare(canonical: secret(input.bytes("share")))
            let request = try EvaluationRequest(canonical: bytes)
            guard request.encoded == bytes else { throw VectorError("encoded again it differs") }
            let answer = try share.evaluate(request, random: &random).encoded
            guard random.remaining == 0 else { throw VectorError("\(random.remaining) random bytes are left over") }
            return ["answer": .bytes(answer)]
        },
        "Mask": { input, _ in
            var random = ReplayRandom(try input.bytes("random"))
            let check = try MaskedCheck(input.allBytes32("elements").map { try Point(canonical: $0) }, random: &random)
            guard random.remaining == 0 else { throw VectorError("\(random.remaining) random bytes are left over") }
            return ["masked": .bytes(check.elements.last.map(\.encoded.bytes) ?? [])]
        },
        "AcceptProducts": { input, _ in
            var random = ReplayRandom(try input.bytes("random"))
            let check = try MaskedCheck(input.allBytes32("elements").map { try Point(canonical: $0) }, random: &random)
            let products = try input.allBytes32("products").map { try Point(canonical: $0) }
            let product = try Point(canonical: input.bytes32("product"))
            let all = products + [product]
            guard let roots = GroupBatch.rootsVarTime(of: all) else { throw VectorError("an element has no root") }
            let isAccepted = try check.accepts(
                total: GroupBatch.linearCombinationVarTime(check.weights, all, roots: roots), masked: product,
                publicKey: Point(canonical: input.bytes32("publicKey")))
            return ["accepted": .boolean(isAccepted)]
        },
        "VerifyAnswer": { input, _ in
            let (answer, party) = (try input.bytes("answer"), try PartyIndex(input.number("party", as: Int.self)))
            let request = try EvaluationRequest(canonical: input.bytes("request"))
            let coordinator = try input.coordinator()
            return try unblamed {
                let answer = try coordinator.verify(answer, of: party, to: request)
                return [
                    "products": .list(answer.products.map { .bytes($0.encoded.bytes) }),
                    "roots": .list((answer.roots ?? []).map { .bytes($0.bytes) }),
                ]
            }
        },
        "DecodeSession": { input, _ in
            let bytes = try input.bytes("session")
            let session = try ProofSession(canonical: bytes)
            guard session.encoded == bytes else { throw VectorError("encoded again it differs") }
            return [
                "record": .bytes(session.record.bytes), "attempt": .bytes(session.attempt),
                "parties": .numbers(session.parties.map(\.number)),
                "composite": .bytes(session.composite.encoded.bytes), "name": .bytes(try session.name().bytes),
            ]
        },
        "ProofSession": { input, _ in ["session": .bytes(try input.jointProof().session.encoded)] },
        "Commit": { input, _ in
            let prover = try Prover(input)
            return ["message": .bytes(try prover.commit())]
        },
        "Reveal": { input, _ in
            let prover = try Prover(input)
            let commitments = try input.byteStrings("commitments")
            return try unblamed {
                _ = try prover.commit()
                return ["message": .bytes(try prover.party.reveal(prover.table, commitments))]
            }
        },
        "Respond": { input, _ in
            let prover = try Prover(input)
            let (commitments, reveals) = (try input.byteStrings("commitments"), try input.byteStrings("reveals"))
            return try unblamed {
                _ = try prover.commit()
                _ = try prover.party.reveal(prover.table, commitments)
                return ["message": .bytes(try prover.party.respond(prover.table, reveals))]
            }
        },
        "JointProof": { input, _ in
            let proof = try input.jointProof()
            let (first, second, third) = (
                try input.byteStrings("commitments"), try input.byteStrings("reveals"),
                try input.byteStrings("responses")
            )
            let made = try unblamed { try proof.finish(commitments: first, reveals: second, responses: third) }
            try made.verifyVarTime(
                publicKey: CustodianRecord(canonical: input.bytes("record")).publicKey,
                elements: input.allBytes32("elements").map { try Point(canonical: $0) },
                evaluated: input.allBytes32("evaluated").map { try Point(canonical: $0) })
            return ["proof": .bytes(made.encoded)]
        },
        "Blame": { input, _ in
            let proof = try input.jointProof()
            let (first, second, third) = (
                try input.byteStrings("commitments"), try input.byteStrings("reveals"),
                try input.byteStrings("responses")
            )
            do {
                let made = try proof.finish(commitments: first, reveals: second, responses: third)
                return ["proof": .bytes(made.encoded), "error": .null, "party": .null]
            } catch let error as CustodianError {
                return ["proof": .null, "error": .text(ErrorNames.name(error.code)), "party": .party(error.party)]
            }
        },
        "Combine": { input, _ in
            let coordinator = try input.coordinator()
            var answers: [(request: EvaluationRequest, answer: EvaluationAnswer)] = []
            for one in try input.objects("answers") {
                let (request, answer) = (
                    try EvaluationRequest(canonical: one.bytes("request")), try one.bytes("answer")
                )
                // Whose it is, is at its fifth byte.
                answers.append(
                    (request, try unblamed { try coordinator.verify(answer, of: PartyIndex(answer[4]), to: request) }))
            }
            return ["products": .list(try coordinator.combine(answers).map { .bytes($0.encoded.bytes) })]
        },
    ]

    /// What a runner throws is the error alone: whose fault it is, other tests look at.
    static func unblamed<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as CustodianError { throw error.error }
    }

    static func secret(_ bytes: [UInt8]) throws -> SecretBytes {
        // Guarded memory is never empty.
        guard !bytes.isEmpty else { throw SealedMatchError(.wrongLength, "empty") }
        return try SecretBytes.copying(bytes)
    }

    /// A party in a run, with a case's random bytes.
    struct Run {
        let party: CustodianParty<OneTable>
        let plan: RunPlan
        private let newKeys: Set<Bytes32>
        private var random: ReplayRandom

        var table: TableID { plan.tableID }

        init(_ input: Fields) throws {
            let store = OneTable()
            let seed = try SecretBytes.copying(input.bytes("seed", count: 32))
            plan = try RunPlan(canonical: input.bytes("plan"))
            random = ReplayRandom(try input.bytes("random"))
            if try !input.isNull("base") { try store.begin(plan.tableID, share: input.bytes("base")) }
            newKeys = try Set(input.allBytes32("newKeys"))
            party = CustodianParty(identity: try SigningKey(seed: seed), store: store)
        }

        mutating func begin() throws -> [UInt8] {
            let message = try unblamed { try party.begin(plan, newKeys: newKeys, random: &random) }
            try end()
            return message
        }

        mutating func deal(_ input: Fields) throws -> [UInt8] {
            let first = try input.byteStrings("first")
            return try unblamed {
                _ = try party.begin(plan, newKeys: newKeys, random: &random)
                let message = try party.deal(table, first, random: &random)
                try end()
                return message
            }
        }

        mutating func handOver(_ input: Fields) throws -> [UInt8] {
            let (first, second) = (try input.byteStrings("first"), try input.byteStrings("second"))
            return try unblamed {
                _ = try party.begin(plan, newKeys: newKeys, random: &random)
                _ = try party.deal(table, first, random: &random)
                let message = try party.handOver(table, second, random: &random)
                try end()
                return message
            }
        }

        private func end() throws {
            guard random.remaining == 0 else { throw VectorError("\(random.remaining) random bytes are left over") }
        }
    }

    /// A party in a proof session, with a case's random bytes.
    struct Prover {
        let party: CustodianParty<OneTable>
        let table: TableID
        private let session: [UInt8]
        private let random: [UInt8]

        init(_ input: Fields) throws {
            let store = OneTable()
            let bytes = try input.bytes("share")
            table = try CustodianShare(canonical: secret(bytes)).record.plan.tableID
            try store.begin(table, share: bytes)
            // Its identity plays no part here.
            party = CustodianParty(identity: try SigningKey.random(), store: store)
            session = try input.bytes("session")
            random = try input.bytes("random", count: 32)
        }

        func commit() throws -> [UInt8] {
            var replay = ReplayRandom(random)
            let message = try unblamed { try party.commit(table, session, random: &replay) }
            guard replay.remaining == 0 else { throw VectorError("\(replay.remaining) random bytes are left over") }
            return message
        }
    }

    /// What a custodian keeps that has a share, and nothing else.
    static func state(_ table: TableID, share: [UInt8]) -> [UInt8] {
        Array("SMCD".utf8) + table.encoded + littleEndian(UInt32(share.count)) + share + Array(repeating: 0, count: 16)
    }

    /// A store in memory.
    final class OneTable: CustodianStore {
        private let bytes = Mutex<[UInt8]?>(nil)

        /// A state that holds a share, and nothing else.
        func begin(_ table: TableID, share: [UInt8]) throws {
            bytes.withLock { $0 = CustodianVectors.state(table, share: share) }
        }

        func read(_: TableID) throws(SealedMatchError) -> SecretBytes? {
            guard let bytes = bytes.withLock({ $0 }) else { return nil }
            return try SecretBytes.copying(bytes)
        }

        func replace(_: TableID, with state: borrowing SecretBytes) throws(SealedMatchError) {
            let copy = state.withBytes { Array($0) }
            bytes.withLock { $0 = copy }
        }
    }
}

extension JSON {
    /// The number of whoever is named.
    static func party(_ party: PartyIndex?) -> JSON { party.map { .number($0.number) } ?? .null }
}

extension Fields {
    fileprivate func jointProof() throws -> JointProof {
        let parties = try numbers("parties", as: Int.self).map { try PartyIndex($0) }
        let elements = try allBytes32("elements").map { try Point(canonical: $0) }
        let evaluated = try allBytes32("evaluated").map { try Point(canonical: $0) }
        return try JointProof(
            coordinator(), elements: elements, evaluated: evaluated, parties: parties,
            attempt: bytes("attempt", count: 16))
    }

    fileprivate func coordinator() throws -> Coordinator {
        let bytes = try bytes("record")
        return try CustodianVectors.unblamed { try Coordinator(CustodianRecord(canonical: bytes)) }
    }
}
