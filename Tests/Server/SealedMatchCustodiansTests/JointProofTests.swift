import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

@Suite struct JointProofTests {
    /// A key, pairs that it gave, and a session for some parties.
    private struct Session {
        let parties: Parties
        let record: CustodianRecord
        let elements: [Point]
        let evaluated: [Point]
        let places: [Int]
        let proof: JointProof

        init(_ threshold: Int, of count: Int, places: [Int], pairs: Int = 7) throws {
            try self.init(Parties(threshold, of: count), places: places, pairs: pairs)
        }

        init(_ parties: Parties, places: [Int], pairs: Int = 7, record: CustodianRecord? = nil) throws {
            self.parties = parties
            self.record = try record ?? parties.run()
            let alpha = try parties.alpha(Array(0..<parties.plan.threshold))
            let elements = try SealedMatchCustodiansTests.elements(pairs, seed: 1)
            self.elements = elements
            evaluated = try elements.map { try $0.multipliedVarTime(byPublic: alpha) }
            self.places = places
            proof = try JointProof(
                Coordinator(self.record), elements: elements, evaluated: evaluated,
                parties: places.map { SealedMatchCustodiansTests.party($0 + 1) })
        }

        var table: TableID { parties.table }

        func each(_ body: (CustodianParty<MemoryStore>) throws -> [UInt8]) throws -> [[UInt8]] {
            try places.sorted().map { try body(parties.party($0)) }
        }

        func commit() throws -> [[UInt8]] { try each { try $0.commit(table, proof.session.encoded) } }
        func reveal(_ messages: [[UInt8]]) throws -> [[UInt8]] { try each { try $0.reveal(table, messages) } }
        func respond(_ messages: [[UInt8]]) throws -> [[UInt8]] { try each { try $0.respond(table, messages) } }
    }

    /// The verifier is the one of every proof: it does not know that there are custodians.
    @Test(arguments: [
        (2, 3, [0, 1]), (2, 3, [2, 0]), (5, 8, [0, 2, 3, 6, 7]), (3, 3, [0, 1, 2]), (16, 16, Array(0..<16)),
    ])
    func theUnchangedVerifierAccepts(_ threshold: Int, _ count: Int, _ places: [Int]) throws {
        let session = try Session(threshold, of: count, places: places)
        let first = try session.commit()
        let second = try session.reveal(first)
        let third = try session.respond(second)
        let proof = try session.proof.finish(commitments: first, reveals: second, responses: third)
        try proof.verifyVarTime(
            publicKey: session.record.publicKey, elements: session.elements, evaluated: session.evaluated)
        #expect(try DLEQProof(canonical: proof.encoded) == proof)
        // Of other pairs it is none.
        expectCode(.proofRejected) {
            try proof.verifyVarTime(
                publicKey: session.record.publicKey, elements: session.elements,
                evaluated: session.evaluated.reversed())
        }
    }

    @Test func pairsThatAreNotByTheKey() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let points = try elements(3, seed: 1)
        let wrong = try JointProof(
            Coordinator(record), elements: points, evaluated: elements(3, seed: 2), parties: [party(1), party(2)])
        let both = [0, 1]
        let first = try both.map { try parties.party($0).commit(parties.table, wrong.session.encoded) }
        let second = try both.map { try parties.party($0).reveal(parties.table, first) }
        let third = try both.map { try parties.party($0).respond(parties.table, second) }
        expectFault(.proofRejected, nil) {
            _ = try wrong.finish(commitments: first, reveals: second, responses: third)
        }
    }

    /// Each byte of each message: the coordinator names the party, and so does each other party where it can see it.
    @Test func everyByteCounts() throws {
        let session = try Session(2, of: 3, places: [0, 1])
        let first = try session.commit()
        let second = try session.reveal(first)
        let third = try session.respond(second)
        for (round, messages) in [first, second, third].enumerated() {
            for offset in messages[1].indices {
                var all = [first, second, third]
                all[round][1][offset] ^= 1
                do {
                    _ = try session.proof.finish(commitments: all[0], reveals: all[1], responses: all[2])
                    Issue.record("byte \(offset) of round \(round + 1) may be changed")
                } catch {
                    #expect(error.party == party(2), "byte \(offset) of round \(round + 1)")
                }
            }
        }
        // A party looks before it answers: this one has not yet.
        let fresh = try Session(session.parties, places: [0, 1], record: session.record)
        let again = try fresh.commit()
        let revealed = try fresh.reveal(again)
        for offset in revealed[1].indices {
            var changed = revealed
            changed[1][offset] ^= 1
            do {
                _ = try fresh.parties.party(0).respond(fresh.table, changed)
                Issue.record("byte \(offset) may be changed")
            } catch let error as CustodianError {
                #expect(error.party == party(2), "byte \(offset)")
            }
        }
        #expect(try fresh.respond(revealed).count == 2)
    }

    /// A party whose Z, T or answer is by another share, and that is consistent with what it committed to.
    @Test func aPartyThatLiesConsistently() throws {
        let session = try Session(2, of: 3, places: [0, 1])
        let name = Array(try session.commit()[0][8..<40])
        func lie(_ magic: String, _ body: [UInt8]) -> [UInt8] { Array(magic.utf8) + [2, 0, 0, 0] + name + body }
        var random = SeededRandom(5)
        let r = try Scalar.random(from: &random)
        let z = try Scalar.random(from: &random)
        let m = session.proof.session.composite
        let reveal = try [Point.base(times: r), m.multiplied(by: r), m.multiplied(by: z)].flatMap(\.encoded.bytes)
        var input = KDF(.proofCommitment)
        input.append(name)
        input.append(UInt8(2))
        input.append(reveal)
        let first = try [session.commit()[0], lie("SMS1", input.hash().bytes)]
        let second = try [session.parties.party(0).reveal(session.table, first), lie("SMS2", reveal)]
        let third = try [
            session.parties.party(0).respond(session.table, second), lie("SMS3", r.withEncoded { Array($0) }),
        ]
        expectFault(.proofRejected, party(2)) {
            _ = try session.proof.finish(commitments: first, reveals: second, responses: third)
        }
    }

    /// What a coordinator may not: make a nonce serve for two challenges.
    @Test func aNonceServesOnce() throws {
        let session = try Session(2, of: 3, places: [0, 1])
        let table = session.table
        let one = try session.parties.party(0)
        let first = try session.commit()
        expectFault(.sessionConflict, nil, "no answer before the reveal") { _ = try one.respond(table, first) }
        let revealed = try one.reveal(table, first)
        // Other commitments of party 2 after party 1's R is known: refused.
        var random = SeededRandom(3)
        let forged = [first[0], Array(first[1][0..<40]) + random.bytes(32)]
        expectFault(.sessionConflict, nil) { _ = try one.reveal(table, forged) }
        #expect(try one.reveal(table, first) == revealed)
        // Other reveals than those that were committed to: refused, and the nonce is not spent.
        var other = try session.reveal(first)
        let honest = other
        other[1].replaceSubrange(40..<72, with: try elements(1, seed: 8)[0].encoded.bytes)
        expectFault(.transcriptMismatch, party(2)) { _ = try one.respond(table, other) }
        let answer = try one.respond(table, honest)
        // Now it is: whatever comes, the same answer, and no reveal any more.
        #expect(try one.respond(table, honest) == answer)
        #expect(try one.respond(table, other) == answer)
        expectFault(.sessionConflict, nil) { _ = try one.reveal(table, first) }
        // Nor is the session begun a second time, with another nonce.
        expectFault(.sessionConflict, nil) { _ = try one.commit(table, session.proof.session.encoded) }
        // And a session takes the place of another one.
        let next = try Session(session.parties, places: [0, 2], record: session.record)
        _ = try one.commit(table, next.proof.session.encoded)
        expectFault(.transcriptMismatch, party(1)) { _ = try one.reveal(table, first) }
    }

    @Test func sessionsAreStrict() throws {
        let session = try Session(2, of: 3, places: [0, 1])
        let good = session.proof.session.encoded
        try expectCanonical(good, mutations: 2_000, seed: 5) { try ProofSession(canonical: $0).encoded }
        expectExactLength(good) { _ = try ProofSession(canonical: $0) }
        let one = try session.parties.party(0)
        for (code, bytes) in [
            (SealedMatchError.Code.unknownSet, good.replacing([good[4] ^ 1], at: 4)),
            (.parameterOutOfRange, good.replacing([1], at: 52)), (.parameterOutOfRange, good.replacing([7], at: 52)),
            (.parameterOutOfRange, good.replacing([9], at: 52)), (.parameterOutOfRange, good.replacing([6], at: 52)),
            (.nonCanonical, good.replacing([1], at: 54)),
            (.identityPoint, good.replacing(Array(repeating: 0, count: 32), at: 56)),
            (.invalidPoint, good.replacing(Array(repeating: 255, count: 32), at: 56)),
        ] {
            expectFault(code, nil) { _ = try one.commit(session.table, bytes) }
        }
        expectFault(.sessionConflict, nil, "nothing was begun") { _ = try one.reveal(session.table, [[], []]) }
    }

    /// Killed at each write. A nonce never serves twice: all answers that leave for one R are equal.
    @Test func killedAtEachWrite() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        for allowed in 0..<4 {
            let session = try Session(parties, places: [0, 1], record: record)
            let store = parties.stores[0]
            store.allow(allowed)
            func retried(_ body: (CustodianParty<MemoryStore>) throws -> [UInt8]) throws -> [UInt8] {
                do {
                    return try body(parties.party(0))
                } catch let error as CustodianError {
                    #expect(error.code == .fileFailed)
                    store.allowAll()
                    return try body(parties.party(0))
                }
            }
            let (table, other) = (parties.table, try parties.party(1))
            let first = [
                try retried { try $0.commit(table, session.proof.session.encoded) },
                try other.commit(table, session.proof.session.encoded),
            ]
            #expect(try parties.party(0).commit(table, session.proof.session.encoded) == first[0])
            let second = [try retried { try $0.reveal(table, first) }, try other.reveal(table, first)]
            let third = [try retried { try $0.respond(table, second) }, try other.respond(table, second)]
            #expect(try parties.party(0).respond(table, second) == third[0])
            store.allowAll()
            let proof = try session.proof.finish(commitments: first, reveals: second, responses: third)
            try proof.verifyVarTime(
                publicKey: record.publicKey, elements: session.elements, evaluated: session.evaluated)
        }
    }

    /// Before an answer leaves, its nonce is on no disk.
    @Test func theNonceIsGoneWithTheAnswer() throws {
        let session = try Session(2, of: 3, places: [0, 1])
        let first = try session.commit()
        let nonce = {
            // stage, session, reveal, nonce: at the end of the state's third part, which stands before eight bytes.
            Array(session.parties.stores[0].content(session.table)!.dropLast(8).suffix(32))
        }()
        let scalar = try PublicScalar(canonical: Bytes32(exactly: nonce))
        let second = try session.reveal(first)
        #expect(try Point.baseVarTime(timesPublic: scalar).encoded.bytes == Array(second[0][40..<72]))
        func isKept() -> Bool {
            let state = session.parties.stores[0].content(session.table)!
            return (0...state.count - 32).contains { Array(state[$0..<$0 + 32]) == nonce }
        }
        #expect(isKept())
        _ = try session.respond(second)
        #expect(!isKept())
    }
}
