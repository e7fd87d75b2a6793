import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

@Suite struct ErasureTests {
    @Test func theShareIsGone() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let share = try parties.share(0)
        let statement = try parties.party(0).erase(parties.table, now: 1_800_000_000)
        try statement.verify(record)
        #expect(statement.party == party(1) && statement.time == 1_800_000_000)
        let state = parties.stores[0].content(parties.table)!
        #expect(!(0...state.count - 32).contains { Array(state[$0..<$0 + 32]) == share.encoded.bytes })
        // Asked again, later, and by another process: the same.
        #expect(try parties.party(0).erase(parties.table, now: 1_900_000_000) == statement)
        // Nothing is done with this table here any more.
        let plan = try RunPlan.keyGeneration(threshold: 2, tableID: parties.table, keys: parties.plan.keys)
        let recovery = try RunPlan.recovery(of: party(1), in: record, by: [party(2), party(3)])
        let session = try JointProof(
            Coordinator(record), elements: elements(1, seed: 1), evaluated: elements(1, seed: 2),
            parties: [party(1), party(2)]
        ).session
        expectFault(.keyErased, nil) { _ = try parties.party(0).share(of: parties.table) }
        expectFault(.keyErased, nil) { _ = try parties.party(0).commit(parties.table, session.encoded) }
        for plan in [plan, parties.plan, recovery, try RunPlan.refresh(record)] {
            expectFault(.keyErased, nil) { _ = try parties.party(0).begin(plan) }
        }
        // The others go on; with two of three gone nobody can.
        #expect(try parties.party(1).share(of: parties.table).record == record)
    }

    @Test func killedWhileErasing() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        parties.stores[0].allow(0)
        expectFault(.fileFailed, nil) { _ = try parties.party(0).erase(parties.table, now: 1) }
        parties.stores[0].allowAll()
        #expect(try parties.party(0).share(of: parties.table).record == record)
        try parties.party(0).erase(parties.table, now: 2).verify(record)
        expectFault(.unknownSet, nil, "there was nothing") {
            _ = try parties.party(0).erase(TableID(canonical: Array(repeating: 1, count: 16)), now: 1)
        }
    }

    @Test func statementsAreStrict() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let good = try parties.party(1).erase(parties.table, now: 7).encoded
        try expectCanonical(good, mutations: 1_000, seed: 8) { try ErasureStatement(canonical: $0).encoded }
        expectExactLength(good) { _ = try ErasureStatement(canonical: $0) }
        for offset in good.indices {
            var changed = good
            changed[offset] ^= 1
            #expect(throws: SealedMatchError.self, "byte \(offset)") {
                try ErasureStatement(canonical: changed).verify(record)
            }
        }
        let other = try Parties(2, of: 3, seed: 4).run()
        expectCode(.unknownSet) { try ErasureStatement(canonical: good).verify(other) }
    }
}
