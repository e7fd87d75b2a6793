import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

@Suite struct RefreshTests {
    @Test(arguments: [(2, 3), (5, 8), (3, 3)])
    func theKeyStaysAndTheSharesDoNot(_ threshold: Int, _ count: Int) throws {
        let parties = try Parties(threshold, of: count)
        let old = try parties.run()
        let oldShares = try (0..<count).map { try parties.share($0) }
        let oldCustodian = try parties.custodian(0)
        let new = try parties.run(RunPlan.refresh(old))
        try new.verify()
        #expect(new.publicKey == old.publicKey && new.name != old.name && new.plan.base == old.name)
        for place in 0..<count {
            #expect(new.publicKey(of: party(place + 1)) != old.publicKey(of: party(place + 1)))
            #expect(try parties.share(place) != oldShares[place])
        }
        for subset in subsets(threshold, of: count).prefix(60) {
            #expect(try Point.baseVarTime(timesPublic: parties.alpha(subset)) == old.publicKey)
        }
        // An old share and new ones do not fit together.
        var mixed = try (0..<threshold).map { ($0, try parties.share($0)) }
        mixed[0].1 = oldShares[0]
        let wrong = try interpolate(mixed.map { (place: $0.0, value: $0.1) })
        #expect(try Point.baseVarTime(timesPublic: wrong) != old.publicKey)
        // Nor does a coordinator with the new record take an old share's answer.
        let coordinator = try Coordinator(new)
        let asked = (1...threshold).map { party($0) }
        let request = try coordinator.request(elements(2, seed: 1), of: party(1), among: asked)
        expectCode(.unknownSet) { _ = try oldCustodian.evaluate(request.encoded) }
        // The old share is on no disk.
        for place in 0..<count {
            let state = parties.stores[place].content(parties.table)!
            let secret = oldShares[place].encoded.bytes
            #expect(!(0...state.count - 32).contains { Array(state[$0..<$0 + 32]) == secret })
        }
        // And again, from the new record.
        #expect(try parties.run(RunPlan.refresh(new)).publicKey == old.publicKey)
    }

    @Test func refreshesFromOtherRecords() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let plan = try RunPlan.refresh(record)
        let wrong = try RunPlan(
            kind: .refresh, threshold: 2, tableID: parties.table, attempt: plan.attempt,
            base: Bytes32(exactly: Array(repeating: 1, count: 32)),
            keys: plan.keys)
        expectFault(.setMismatch, nil) { _ = try parties.party(0).begin(wrong) }
        let other = try RunPlan(
            kind: .refresh, threshold: 3, tableID: parties.table, attempt: plan.attempt, base: record.name,
            keys: plan.keys)
        expectFault(.setMismatch, nil, "another threshold") { _ = try parties.party(0).begin(other) }
        let moved = try RunPlan.refresh(record, keys: [plan.keys[1], plan.keys[0], plan.keys[2]])
        expectFault(.setMismatch, nil, "another index") { _ = try parties.party(0).begin(moved) }
        let stranger = try SigningKey.random().publicKey
        let replaced = try RunPlan.refresh(record, keys: [plan.keys[0], plan.keys[1], stranger])
        expectFault(.setMismatch, nil, "a key that nobody named") { _ = try parties.party(0).begin(replaced) }
        _ = try parties.party(0).begin(replaced, newKeys: [stranger])
        // A run that was given up leaves the share.
        try parties.party(0).abandon(replaced)
        #expect(try parties.party(0).share(of: parties.table).record == record)
        let table = try RunPlan(
            kind: .refresh, threshold: 2, tableID: TableID(canonical: Array(repeating: 9, count: 16)),
            attempt: plan.attempt, base: record.name, keys: plan.keys)
        expectFault(.unknownSet, nil, "no share of this table") { _ = try parties.party(0).begin(table) }
    }

    /// A dealer whose polynomial is not zero at 0 would change α: the commitments have no place for it, and a share
    /// that is not by them is refused.
    @Test func aDealerCannotChangeTheKey() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let plan = try RunPlan.refresh(record)
        let first = try parties.first(plan)
        var second = try parties.second(first)
        var body = Array(second[1].dropLast(64))
        var random = SeededRandom(2)
        let plain = try plan.name().bytes + [2, 1] + Scalar.random(from: &random).withEncoded { Array($0) }
        body.replaceSubrange(
            72..<186,
            with: try SealingKey.seal(
                SecretBytes.copying(plain), to: Bytes32(exactly: Array(first[0][40..<72])), random: &random))
        body += try parties.key(1).sign(Array("SealedMatch/1 custodian message\u{0}".utf8) + body).encoded
        second[1] = body
        expectFault(.shareRejected, party(2)) { _ = try parties.party(0).confirm(parties.table, second) }
        let complaint = try parties.party(0).complain(parties.table, of: party(2), second[1])
        #expect(try Complaint.judge(complaint, plan) == party(2))
        // The old shares serve on, and another attempt goes through when the others have given this one up.
        #expect(try parties.party(0).share(of: parties.table).record == record)
        for place in [1, 2] { try parties.party(place).abandon(plan) }
        #expect(try parties.run(RunPlan.refresh(record)).publicKey == record.publicKey)
    }

    /// Killed before each write: who had confirmed can finish, and all shares fit.
    @Test func killedAtEachWrite() throws {
        for allowed in 0..<4 {
            let parties = try Parties(2, of: 3)
            let record = try parties.run()
            let plan = try RunPlan.refresh(record)
            let store = parties.stores[1]
            store.allow(allowed)
            func retried<Result>(
                _ place: Int, _ body: (CustodianParty<MemoryStore>) throws -> Result
            ) throws -> Result {
                do {
                    return try body(parties.party(place))
                } catch let error as CustodianError {
                    #expect(error.code == .fileFailed && place == 1)
                    store.allowAll()
                    return try body(parties.party(place))
                }
            }
            let table = parties.table
            let first = try (0..<3).map { try retried($0) { try $0.begin(plan) } }
            let second = try (0..<3).map { try retried($0) { try $0.deal(table, first) } }
            let third = try (0..<3).map { try retried($0) { try $0.confirm(table, second) } }
            // Parties 1 and 3 finish first: 2 still has what it takes.
            for place in [0, 2, 1] { _ = try retried(place) { try $0.finish(table, third) } }
            for subset in subsets(2, of: 3) {
                #expect(try Point.baseVarTime(timesPublic: parties.alpha(subset)) == record.publicKey)
            }
        }
    }

    /// A confirmed refresh that is not finished is not thrown away by beginning another one.
    @Test func aConfirmedRunIsNotReplaced() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let confirmations = try parties.third(parties.second(parties.first(RunPlan.refresh(record))))
        expectFault(.sessionConflict, nil) { _ = try parties.party(0).begin(RunPlan.refresh(record)) }
        #expect(try parties.party(0).finish(parties.table, confirmations).publicKey == record.publicKey)
    }
}
