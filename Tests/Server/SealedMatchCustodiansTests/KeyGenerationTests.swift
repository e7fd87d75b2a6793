import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

@Suite struct KeyGenerationTests {
    @Test(arguments: [(2, 3), (5, 8), (3, 3), (2, 2), (2, 16), (16, 16)])
    func allGetTheSameKey(_ threshold: Int, _ count: Int) throws {
        let parties = try Parties(threshold, of: count)
        let record = try parties.run()
        try record.verify()
        #expect(try CustodianRecord(canonical: record.encoded) == record)
        // Every τ of them have α, and L is its.
        for subset in subsets(threshold, of: count) {
            let alpha = try parties.alpha(subset)
            #expect(try Point.baseVarTime(timesPublic: alpha) == record.publicKey)
        }
        // One less do not.
        let fewer = try parties.alpha(Array(0..<threshold - 1))
        #expect(try Point.baseVarTime(timesPublic: fewer) != record.publicKey)
        for place in 0..<count {
            let key = try Point.baseVarTime(timesPublic: parties.share(place))
            #expect(key == record.publicKey(of: party(place + 1)))
        }
    }

    @Test func twoTablesHaveTwoKeys() throws {
        let (one, two) = (try Parties(2, of: 3, seed: 1), try Parties(2, of: 3, seed: 1))
        // Even with the same parties and the same name of the table.
        #expect(try one.run().publicKey != two.run().publicKey)
    }

    @Test func plansOutOfRange() throws {
        var random = SeededRandom(3)
        let table = try TableID(canonical: random.bytes(16))
        let keys = try (0..<17).map { _ in try Bytes32(exactly: random.bytes(32)) }
        for (threshold, keys) in [
            (1, Array(keys[0..<3])), (4, Array(keys[0..<3])), (2, Array(keys[0..<1])), (2, keys),
            (2, [keys[0], keys[1], keys[0]]), (0, []),
        ] {
            expectCode(.parameterOutOfRange) {
                _ = try RunPlan.keyGeneration(threshold: threshold, tableID: table, keys: keys)
            }
        }
    }

    @Test func encodingsAreCanonical() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        try expectCanonical(parties.plan.encoded, mutations: 2_000, seed: 1) { try RunPlan(canonical: $0).encoded }
        expectExactLength(parties.plan.encoded) { _ = try RunPlan(canonical: $0) }
        try expectCanonical(record.encoded, mutations: 2_000, seed: 2) { try CustodianRecord(canonical: $0).encoded }
        expectExactLength(record.encoded) { _ = try CustodianRecord(canonical: $0) }
        let share = try parties.party(0).share(of: parties.table).encoded().withBytes { Array($0) }
        try expectCanonical(share, mutations: 2_000, seed: 3) {
            try CustodianShare(canonical: SecretBytes.copying($0.isEmpty ? [0] : $0)).encoded().withBytes { Array($0) }
        }
    }

    /// One bit of each byte of a message of each round: refused by each other party, and its sender named.
    @Test func everyByteOfRoundOneCounts() throws {
        let parties = try Parties(2, of: 3)
        let messages = try parties.first()
        for offset in messages[1].indices {
            var changed = messages
            changed[1][offset] ^= 1
            do {
                _ = try parties.party(0).deal(parties.table, changed)
                Issue.record("byte \(offset) may be changed")
            } catch let error as CustodianError {
                #expect(error.party == party(2), "byte \(offset)")
                let expected: SealedMatchError.Code =
                    switch offset {
                    case 0..<4: .invalidMagic
                    case 4: .parameterOutOfRange
                    case 5..<8: .nonCanonical
                    case 8..<40: .transcriptMismatch
                    default: .invalidSignature
                    }
                #expect(error.code == expected, "byte \(offset)")
            }
        }
        // Nothing came of it.
        #expect(try parties.run().publicKey.isIdentity == false)
    }

    @Test func everyByteOfRoundsTwoAndThreeCounts() throws {
        let parties = try Parties(2, of: 3)
        let dealt = try parties.second(parties.first())
        for offset in dealt[1].indices {
            var changed = dealt
            changed[1][offset] ^= 1
            do {
                _ = try parties.party(2).confirm(parties.table, changed)
                Issue.record("byte \(offset) of round 2 may be changed")
            } catch let error as CustodianError {
                #expect(error.party == party(2), "byte \(offset) of round 2")
                #expect(offset < 40 || error.code == .invalidSignature, "byte \(offset) of round 2")
            }
        }
        let confirmations = try parties.third(dealt)
        for offset in confirmations[1].indices {
            var changed = confirmations
            changed[1][offset] ^= 1
            do {
                _ = try parties.party(2).finish(parties.table, changed)
                Issue.record("byte \(offset) of round 3 may be changed")
            } catch let error as CustodianError {
                #expect(error.party == party(2), "byte \(offset) of round 3")
            }
        }
        #expect(try parties.party(2).finish(parties.table, confirmations).publicKey.isIdentity == false)
    }

    @Test func wrongNumbersAndOrdersOfMessages() throws {
        let parties = try Parties(2, of: 3)
        let messages = try parties.first()
        let one = try parties.party(0)
        expectFault(.parameterOutOfRange, nil) { _ = try one.deal(parties.table, Array(messages[0..<2])) }
        expectFault(.parameterOutOfRange, nil) { _ = try one.deal(parties.table, messages + [messages[0]]) }
        expectFault(.parameterOutOfRange, party(2)) {
            _ = try one.deal(parties.table, [messages[0], messages[2], messages[1]])
        }
        expectFault(.sessionConflict, nil, "no round 3 before round 2") {
            _ = try one.confirm(parties.table, messages)
        }
        expectFault(.sessionConflict, nil, "no end before round 3") { _ = try one.finish(parties.table, messages) }
        expectFault(.unknownSet, nil, "no share before the end") { _ = try one.share(of: parties.table) }
    }

    /// Messages of another table, and of another run for the same one.
    @Test func replays() throws {
        let (here, there) = (try Parties(2, of: 3, seed: 1), try Parties(2, of: 3, seed: 2))
        let again = try Parties(2, of: 3, seed: 1)
        for other in [there, again] {
            #expect(try other.plan.name() != here.plan.name())
            let (first, old) = (try here.first(), try other.first())
            expectFault(.transcriptMismatch, party(2)) {
                _ = try here.party(0).deal(here.table, [first[0], old[1], first[2]])
            }
        }
        let dealt = try here.second(here.first())
        let old = try again.second(again.first())
        expectFault(.transcriptMismatch, party(3)) {
            _ = try here.party(0).confirm(here.table, [dealt[0], dealt[1], old[2]])
        }
    }

    /// One party says one thing to one, another to the other.
    @Test func equivocation() throws {
        let parties = try Parties(2, of: 3)
        var messages = try parties.first()
        let honest = messages
        // Party 3 begins twice, with a disk of its own each time.
        let twin = CustodianParty(identity: try parties.key(2), store: MemoryStore())
        messages[2] = try twin.begin(parties.plan)
        let one = try parties.party(0).deal(parties.table, honest)
        let two = try parties.party(1).deal(parties.table, messages)
        let three = try parties.party(2).deal(parties.table, honest)
        expectFault(.transcriptMismatch, party(2)) {
            _ = try parties.party(0).confirm(parties.table, [one, two, three])
        }
        // Who compares what they were given sees who it was.
        let (a, b) = (honest[2], messages[2])
        #expect(try Equivocation.judge((a, b), parties.plan) == party(3))
        expectCode(.proofRejected) { _ = try Equivocation.judge((a, a), parties.plan) }
        expectCode(.proofRejected) { _ = try Equivocation.judge((a, three), parties.plan) }
        expectCode(.proofRejected) { _ = try Equivocation.judge((a, honest[1]), parties.plan) }
        expectCode(.invalidSignature) {
            _ = try Equivocation.judge((a, b.replacing([b[80] ^ 1], at: 80)), parties.plan)
        }
        expectCode(.transcriptMismatch) { _ = try Equivocation.judge((a, b), Parties(2, of: 3, seed: 6).plan) }
        expectCode(.invalidMagic) { _ = try Equivocation.judge((a, b.replacing([0x39], at: 3)), parties.plan) }
        expectCode(.wrongLength) { _ = try Equivocation.judge((a, []), parties.plan) }
        // Nor does anybody deal a second time, for other messages.
        expectFault(.sessionConflict, nil) { _ = try parties.party(0).deal(parties.table, messages) }
    }

    /// The last to speak chooses A_0 so that all others cancel, and L is its own.
    @Test func rogueKey() throws {
        let parties = try Parties(2, of: 3)
        let messages = try parties.first()
        var random = SeededRandom(9)
        let wanted = try Point.base(times: Scalar.random(from: &random))
        var rogue = wanted
        for message in messages[0..<2] {
            rogue = try rogue.subtracting(Point(canonical: Bytes32(exactly: Array(message[72..<104]))))
        }
        // All is properly signed: only the proof of possession can refuse it, its own or another's.
        for proof in [messages[2][136..<200], messages[1][136..<200]] {
            var body = Array(messages[2][0..<72]) + rogue.encoded.bytes + messages[2][104..<136] + proof
            body += try parties.key(2).sign(Array("SealedMatch/1 custodian message\u{0}".utf8) + body).encoded
            expectFault(.proofRejected, party(3)) {
                _ = try parties.party(0).deal(parties.table, [messages[0], messages[1], body])
            }
        }
        // Nor does another's whole message serve.
        var copied = messages[1]
        copied[4] = 3
        copied.removeLast(64)
        copied += try parties.key(2).sign(Array("SealedMatch/1 custodian message\u{0}".utf8) + copied).encoded
        expectFault(.proofRejected, party(3)) {
            _ = try parties.party(0).deal(parties.table, [messages[0], messages[1], copied])
        }
    }

    @Test func aTableIsSharedOnce() throws {
        let parties = try Parties(2, of: 3)
        try parties.run()
        let keys = parties.plan.keys
        let second = try RunPlan.keyGeneration(threshold: 2, tableID: parties.table, keys: keys)
        expectFault(.sessionConflict, nil) { _ = try parties.party(0).begin(second) }
        // Not even when the first run came to nothing.
        let failed = try Parties(2, of: 3, seed: 5)
        _ = try failed.first()
        try failed.party(0).abandon(failed.plan)
        let third = try RunPlan.keyGeneration(threshold: 2, tableID: failed.table, keys: failed.plan.keys)
        for plan in [failed.plan, third] {
            expectFault(.sessionConflict, nil) { _ = try failed.party(0).begin(plan) }
        }
        expectFault(.parameterOutOfRange, nil, "a stranger") {
            _ = try CustodianParty(identity: SigningKey.random(), store: MemoryStore()).begin(failed.plan)
        }
    }

    /// Killed before each write of each party, and started again: all end with the key, and no party says two things.
    @Test func killedAtEachWrite() throws {
        for victim in 0..<3 {
            for allowed in 0..<4 {
                let parties = try Parties(2, of: 3, seed: 7)
                let store = parties.stores[victim]
                store.allow(allowed)
                var said: [Int: [UInt8]] = [:]
                func retried(
                    _ place: Int, _ round: Int, _ body: (CustodianParty<MemoryStore>) throws -> [UInt8]
                ) throws -> [UInt8] {
                    for _ in 0..<2 {
                        do {
                            let message = try body(parties.party(place))
                            if place == victim {
                                // A call that is repeated says the same.
                                #expect(try body(parties.party(place)) == message)
                                #expect(said[round] == nil || said[round] == message)
                                said[round] = message
                            }
                            return message
                        } catch let error as CustodianError {
                            #expect(error.code == .fileFailed && place == victim)
                            store.allowAll()
                        }
                    }
                    return try body(parties.party(place))
                }
                let table = parties.table
                let first = try (0..<3).map { try retried($0, 1) { try $0.begin(parties.plan) } }
                let second = try (0..<3).map { try retried($0, 2) { try $0.deal(table, first) } }
                let third = try (0..<3).map { try retried($0, 3) { try $0.confirm(table, second) } }
                let records = try (0..<3).map { try retried($0, 4) { try $0.finish(table, third).encoded } }
                #expect(Set(records).count == 1)
                let record = try CustodianRecord(canonical: records[0])
                for subset in subsets(2, of: 3) {
                    #expect(try Point.baseVarTime(timesPublic: parties.alpha(subset)) == record.publicKey)
                }
            }
        }
    }
}
