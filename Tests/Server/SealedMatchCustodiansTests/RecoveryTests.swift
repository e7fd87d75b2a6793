import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

@Suite struct RecoveryTests {
    /// A recovery up to the handing over: what each said.
    private struct Recovery {
        let parties: Parties
        let record: CustodianRecord
        let plan: RunPlan
        let lost: Int
        let dealers: [Int]
        var first: [[UInt8]] = []
        var second: [[UInt8]] = []
        var handovers: [[UInt8]] = []

        init(_ parties: Parties, _ record: CustodianRecord, lost: Int, dealers: [Int]) throws {
            self.parties = parties
            self.record = record
            self.lost = lost
            self.dealers = dealers.sorted()
            plan = try RunPlan.recovery(of: party(lost + 1), in: record, by: dealers.map { party($0 + 1) })
            // The disk is new.
            parties.stores[lost].restore(parties.table, nil)
            let members = (dealers + [lost]).sorted()
            first = try members.map { try parties.party($0).begin(plan) }
            second = try self.dealers.map { try parties.party($0).deal(parties.table, first) }
            handovers = try self.dealers.map { try parties.party($0).handOver(parties.table, second) }
        }

        func recover() throws {
            try parties.party(lost).recover(
                parties.table, base: record, first: first, second: second, handovers: handovers)
        }
    }

    @Test(arguments: [(2, 3), (3, 3 + 1), (5, 8)])
    func theShareIsTheSame(_ threshold: Int, _ count: Int) throws {
        let parties = try Parties(threshold, of: count)
        let record = try parties.run()
        for lost in [0, count - 1] {
            let share = try parties.share(lost)
            let dealers = Array((0..<count).filter { $0 != lost }.suffix(threshold))
            let run = try Recovery(parties, record, lost: lost, dealers: dealers)
            try run.recover()
            #expect(try parties.share(lost) == share)
            // Again, after it was killed behind its last write.
            try run.recover()
            // Its evaluations are as before.
            let evaluator = try ThresholdEvaluator(
                Coordinator(record),
                custodians: ([lost] + dealers.prefix(threshold - 1)).map { try parties.custodian($0) }
            ) { Issue.record("\($0)") }
            var encodings = try elements(2, seed: 3).map(\.encoded)
            let alpha = try parties.alpha(Array(0..<threshold))
            let expected = try elements(2, seed: 3).map { try $0.multipliedVarTime(byPublic: alpha).encoded }
            try evaluator.evaluate(&encodings)
            #expect(encodings == expected)
        }
    }

    /// What a dealer hands over is not its share, and is another value in each run.
    @Test func handedOverValuesAreMasked() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let own = try parties.share(0)
        var seen: Set<[UInt8]> = [own.encoded.bytes]
        for _ in 0..<3 {
            let run = try Recovery(parties, record, lost: 1, dealers: [0, 2])
            // p's secret key of this run, from its state: behind head, lengths, stage, plan and index.
            let state = parties.stores[1].content(parties.table)!
            let start = 20 + 4 + 4 + 1 + run.plan.encoded.count + 1
            let key = try SealingKey(secret: SecretBytes.copying(Array(state[start..<start + 32])))
            let plain = try key.open(Array(run.handovers[0][72..<186])).withBytes { Array($0) }
            #expect(Array(plain[0..<34]) == (try run.plan.name().bytes) + [1, 2])
            #expect(seen.insert(Array(plain[34...])).inserted)
        }
    }

    @Test func everyByteOfAHandoverCounts() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let good = try Recovery(parties, record, lost: 1, dealers: [0, 2])
        for offset in good.handovers[1].indices {
            var changed = good
            changed.handovers[1][offset] ^= 1
            do {
                try changed.recover()
                Issue.record("byte \(offset) may be changed")
            } catch let error as CustodianError {
                #expect(error.party == party(3), "byte \(offset)")
            }
        }
        // A value that is properly signed and sealed, and not what was committed to.
        var cheated = good
        var random = SeededRandom(4)
        let plain = try good.plan.name().bytes + [3, 2] + Scalar.random(from: &random).withEncoded { Array($0) }
        var body = Array(good.handovers[1].dropLast(64))
        body.replaceSubrange(
            72..<186,
            with: try SealingKey.seal(
                SecretBytes.copying(plain), to: Bytes32(exactly: Array(good.first[1][40..<72])), random: &random))
        body += try parties.key(2).sign(Array("SealedMatch/1 custodian message\u{0}".utf8) + body).encoded
        cheated.handovers[1] = body
        expectFault(.shareRejected, party(3)) { try cheated.recover() }
        try good.recover()
    }

    /// A coordinator that asks for a share to a key of his own.
    @Test func aShareGoesToNoOtherKey() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let mine = try SigningKey.random().publicKey
        let plan = try RunPlan.recovery(of: party(2), in: record, by: [party(1), party(3)], newKey: mine)
        expectFault(.setMismatch, nil) { _ = try parties.party(0).begin(plan) }
        // The operator of party 1 has it from party 2's operator: then it may be.
        _ = try parties.party(0).begin(plan, newKeys: [mine])
        let other = try RunPlan(
            kind: .recovery, threshold: 2, tableID: parties.table, attempt: plan.attempt,
            base: Bytes32(exactly: Array(repeating: 1, count: 32)), keys: record.plan.keys,
            dealers: [party(1), party(3)], lost: party(2))
        expectFault(.setMismatch, nil, "another record") { _ = try parties.party(2).begin(other) }
        for (lost, dealers) in [(2, [1]), (2, [1, 2]), (2, [1, 1]), (4, [1, 2]), (2, [1, 4])] {
            expectCode(.parameterOutOfRange) {
                _ = try RunPlan.recovery(of: party(lost), in: record, by: dealers.map { party($0) })
            }
        }
    }

    @Test func stepsOfAnotherRun() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let run = try Recovery(parties, record, lost: 1, dealers: [0, 2])
        expectFault(.sessionConflict, nil, "a dealer recovers nothing") {
            try parties.party(0).recover(
                parties.table, base: record, first: run.first, second: run.second, handovers: run.handovers)
        }
        expectFault(.sessionConflict, nil, "and confirms nothing") {
            _ = try parties.party(0).confirm(parties.table, run.second)
        }
        expectFault(.sessionConflict, nil, "p does not deal") {
            _ = try parties.party(1).deal(parties.table, run.first)
        }
        let other = try Parties(2, of: 3, seed: 8).run()
        expectFault(.setMismatch, nil, "another base") {
            try parties.party(1).recover(
                parties.table, base: other, first: run.first, second: run.second, handovers: run.handovers)
        }
        var short = run
        short.handovers.removeLast()
        expectFault(.parameterOutOfRange, nil) { try short.recover() }
        var mixed = run
        let again = try Recovery(parties, record, lost: 1, dealers: [0, 2])
        mixed.handovers = again.handovers
        expectFault(.transcriptMismatch, party(1), "messages of the run before") { try mixed.recover() }
        try again.recover()
    }

    /// A new key for the party that lost its machine; then a refresh, whose record names it.
    @Test func aNewMachine() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let share = try parties.share(1)
        let seed = SeededRandom(55).seed()
        func newParty(_ store: MemoryStore) throws -> CustodianParty<MemoryStore> {
            try CustodianParty(identity: SigningKey(seed: SecretBytes.copying(seed)), store: store)
        }
        let store = MemoryStore()
        let key = try newParty(store).publicKey
        let table = parties.table
        let plan = try RunPlan.recovery(of: party(2), in: record, by: [party(1), party(3)], newKey: key)
        let first = [
            try parties.party(0).begin(plan, newKeys: [key]), try newParty(store).begin(plan),
            try parties.party(2).begin(plan, newKeys: [key]),
        ]
        let second = try [0, 2].map { try parties.party($0).deal(table, first) }
        let handovers = try [0, 2].map { try parties.party($0).handOver(table, second) }
        try newParty(store).recover(table, base: record, first: first, second: second, handovers: handovers)
        let back = try newParty(store).share(of: table).encoded().withBytes { Array($0[8..<40]) }
        #expect(back == share.encoded.bytes)
        var keys = record.plan.keys
        keys[1] = key
        let refresh = try RunPlan.refresh(record, keys: keys)
        let all = [try parties.party(0), try newParty(store), try parties.party(2)]
        let begun = try all.map { try $0.begin(refresh, newKeys: [key]) }
        let dealt = try all.map { try $0.deal(table, begun) }
        let confirmed = try all.map { try $0.confirm(table, dealt) }
        for one in all {
            let new = try one.finish(table, confirmed)
            #expect(new.publicKey == record.publicKey && new.plan.keys == keys)
        }
    }
}

extension SeededRandom {
    fileprivate func seed() -> [UInt8] {
        var copy = self
        return copy.bytes(32)
    }
}
