import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchTestSupport
import Testing

/// Runs that were given up after they were confirmed: honest parties always come back to one record.
@Suite struct GivenUpTests {
    /// Party 3 keeps its confirmation back; party 1 gives the run up; then party 2 gets it.
    @Test func theRecordEndsItAtWhoGaveItUp() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let plan = try RunPlan.refresh(record)
        let third = try parties.third(parties.second(parties.first(plan)))
        let old = try parties.share(0)
        try parties.party(0).abandon(plan)
        #expect(try parties.party(0).givenUp(parties.table) == [plan.name()])
        let new = try parties.party(1).finish(parties.table, third)
        // Until then the old share serves.
        #expect(try parties.party(0).share(of: parties.table).record == record)
        #expect(try parties.share(0) == old)
        #expect(try parties.party(0).finishAfterAll(plan, new.confirmations()) == new)
        #expect(try parties.party(0).givenUp(parties.table) == [])
        #expect(try Point.baseVarTime(timesPublic: parties.alpha([0, 1])) == record.publicKey)
        #expect(try parties.share(0) != old)
    }

    @Test func confirmationsAreThoseOfTheParties() throws {
        let parties = try Parties(3, of: 5)
        let third = try parties.third(parties.second(parties.first()))
        let record = try parties.party(0).finish(parties.table, third)
        #expect(try record.confirmations() == third)
    }

    /// What was given up is no share any more when a later run has ended, and nothing of it is on the disk; also after
    /// an erasure.
    @Test func nothingStays() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let plan = try RunPlan.refresh(record)
        let third = try parties.third(parties.second(parties.first(plan)))
        for place in 0..<3 { try parties.party(place).abandon(plan) }
        // What it will be: on a disk that is put back.
        let before = parties.stores[0].content(parties.table)
        _ = try parties.party(0).finishAfterAll(plan, third)
        let kept = try parties.share(0).encoded.bytes
        parties.stores[0].restore(parties.table, before)
        func isOnDisk(_ secret: [UInt8]) -> Bool {
            let disk = parties.stores[0].content(parties.table) ?? []
            return disk.indices.contains { disk[$0...].starts(with: secret) }
        }
        #expect(isOnDisk(kept))
        let old = try parties.share(0).encoded.bytes
        try parties.run(RunPlan.refresh(record))
        #expect(!isOnDisk(kept) && !isOnDisk(old))
        expectFault(.sessionConflict, nil) { _ = try parties.party(0).finishAfterAll(plan, third) }
        parties.stores[0].restore(parties.table, before)
        _ = try parties.party(0).erase(parties.table, now: 1)
        #expect(!isOnDisk(kept) && !isOnDisk(old))
    }

    /// A state that was put back, and then a recovery to a later record: what the state kept is from before that, and
    /// moves nobody back.
    @Test func aRecoveryForgetsWhatAStateKeptThatWasPutBack() throws {
        let parties = try Parties(2, of: 3)
        let (record, table) = (try parties.run(), parties.table)
        let plan = try RunPlan.refresh(record)
        let third = try parties.third(parties.second(parties.first(plan)))
        for place in 0..<3 { try parties.party(place).abandon(plan) }
        let before = parties.stores[0].content(table)
        let later = try parties.run(RunPlan.refresh(record))
        let share = try parties.share(0)
        parties.stores[0].restore(table, before)
        #expect(try parties.party(0).givenUp(table) == [plan.name()])
        let recovery = try RunPlan.recovery(of: party(1), in: later, by: [party(2), party(3)])
        let first = try (0..<3).map { try parties.party($0).begin(recovery) }
        let second = try [1, 2].map { try parties.party($0).deal(table, first) }
        let handovers = try [1, 2].map { try parties.party($0).handOver(table, second) }
        try parties.party(0).recover(table, base: later, first: first, second: second, handovers: handovers)
        #expect(try parties.party(0).givenUp(table) == [])
        #expect(try parties.share(0) == share)
        expectFault(.sessionConflict, nil) { _ = try parties.party(0).finishAfterAll(plan, third) }
        #expect(try Point.baseVarTime(timesPublic: parties.alpha([0, 1])) == record.publicKey)
    }

    /// A state of version 0.2 has no place for runs that were given up.
    @Test func statesOfBeforeAreRead() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let state = try #require(parties.stores[0].content(parties.table))
        #expect(state.suffix(4) == [0, 0, 0, 0])
        parties.stores[0].restore(parties.table, Array(state.dropLast(4)))
        #expect(try parties.party(0).share(of: parties.table).record == record)
        parties.stores[0].restore(parties.table, Array(state.dropLast(5)))
        expectFault(.wrongLength, nil) { _ = try parties.party(0).share(of: parties.table) }
        parties.stores[0].restore(parties.table, state + [0])
        expectFault(.wrongLength, nil) { _ = try parties.party(0).share(of: parties.table) }
    }

    /// Killed before each write of giving up and of ending after all, and done again.
    @Test func killedAtEachWrite() throws {
        for allowed in 0..<3 {
            let parties = try Parties(2, of: 3)
            let record = try parties.run()
            let plan = try RunPlan.refresh(record)
            let third = try parties.third(parties.second(parties.first(plan)))
            let store = parties.stores[0]
            store.allow(allowed)
            func retried(_ body: (CustodianParty<MemoryStore>) throws -> Void) throws {
                do {
                    try body(parties.party(0))
                } catch let error as CustodianError {
                    #expect(error.code == .fileFailed)
                    #expect(try parties.party(0).share(of: parties.table).record == record)
                    store.allowAll()
                    try body(parties.party(0))
                }
            }
            try retried { try $0.abandon(plan) }
            try retried { _ = try $0.finishAfterAll(plan, third) }
            _ = try parties.party(1).finish(parties.table, third)
            #expect(try Point.baseVarTime(timesPublic: parties.alpha([0, 1])) == record.publicKey)
        }
    }

    /// Two honest parties and one who has every message of his at will, in any order: whoever has finished has the
    /// record, and by records alone the honest ones meet.
    @Test func honestPartiesMeetWhateverTheOrder() throws {
        var (splits, ends) = (0, 0)
        for seed in 0..<40 {
            var random = SeededRandom(UInt64(1_000 + seed))
            let world = try Schedule()
            for _ in 0..<80 {
                func below(_ bound: Int) -> Int { Int(random.bytes(1)[0]) % bound }
                try world.act(below(10), place: below(2), run: below(max(1, world.runs.count)))
            }
            let (first, second) = (try world.record(0), try world.record(1))
            if first != second { splits += 1 }
            if first != world.base || second != world.base { ends += 1 }
            try world.meet()
            #expect(try world.record(0) == world.record(1), "seed \(seed)")
            #expect(try Point.baseVarTime(timesPublic: world.parties.alpha([0, 1])) == world.base.publicKey)
        }
        // Else nothing was tried here.
        #expect(splits > 3 && ends > 10, "\(splits) splits, \(ends) ends")
    }
}

/// Refreshes of a key by parties 1 and 2, and by party 3, which takes part in all of them at once.
private final class Schedule {
    let parties: Parties
    let base: CustodianRecord
    private(set) var runs: [Run] = []
    /// What party 3 has on its disk with the share of a record.
    private var liar: [Bytes32: [UInt8]?] = [:]

    final class Run {
        let plan: RunPlan
        let store = MemoryStore()
        var said: [[[UInt8]?]] = Array(repeating: [nil, nil, nil], count: 3)
        init(_ plan: RunPlan) { self.plan = plan }

        func all(_ round: Int) -> [[UInt8]]? {
            let all = said[round].compactMap { $0 }
            return all.count == 3 ? all : nil
        }
    }

    init() throws {
        parties = try Parties(2, of: 3)
        base = try parties.run()
        liar[base.name] = parties.stores[2].content(parties.table)
    }

    func record(_ place: Int) throws -> CustodianRecord { try parties.party(place).share(of: parties.table).record }

    /// One step; what is refused changes nothing.
    func act(_ what: Int, place: Int, run index: Int) throws {
        guard !runs.isEmpty, what > 0 else { return try plan(record(place)) }
        let (run, party) = (runs[index], try parties.party(place))
        func say(_ round: Int, _ message: () throws -> [UInt8]) throws {
            do {
                run.said[round][place] = try message()
            } catch is CustodianError {
                return
            }
            try liarSpeaks(run)
        }
        // Oftener what goes on than what gives up.
        switch what {
        case 1: try? party.abandon(run.plan)
        case 2, 3: if let third = run.all(2) { end(run.plan, third, place) }
        default:
            if run.said[0][place] == nil {
                try say(0) { try party.begin(run.plan) }
            } else if run.said[1][place] == nil, let first = run.all(0) {
                try say(1) { try party.deal(parties.table, first) }
            } else if let second = run.all(1) {
                try say(2) { try party.confirm(parties.table, second) }
            }
        }
    }

    private func plan(_ record: CustodianRecord) throws {
        guard runs.count < 6, let disk = liar[record.name] else { return }
        let run = Run(try RunPlan.refresh(record))
        run.store.restore(parties.table, disk)
        runs.append(run)
        run.said[0][2] = try liarParty(run).begin(run.plan)
    }

    private func liarParty(_ run: Run) throws -> CustodianParty<MemoryStore> {
        try CustodianParty(identity: parties.key(2), store: run.store)
    }

    private func liarSpeaks(_ run: Run) throws {
        let party = try liarParty(run)
        if run.said[1][2] == nil, let first = run.all(0) { run.said[1][2] = try party.deal(parties.table, first) }
        if run.said[2][2] == nil, let second = run.all(1) {
            run.said[2][2] = try? party.confirm(parties.table, second)
        }
        guard let third = run.all(2), try party.share(of: parties.table).record.plan != run.plan else { return }
        let record = try party.finish(parties.table, third)
        liar[record.name] = run.store.content(parties.table)
    }

    private func end(_ plan: RunPlan, _ third: [[UInt8]], _ place: Int) {
        guard let party = try? parties.party(place) else { return }
        // Confirmations of another run than the one at hand are refused.
        _ = try? party.finish(parties.table, third)
        _ = try? party.finishAfterAll(plan, third)
    }

    /// Each is brought what the other one has.
    func meet() throws {
        for _ in 0..<2 {
            let there = [try record(0), try record(1)]
            for place in 0..<2 {
                let other = there[1 - place]
                guard other.plan.kind == .refresh else { continue }
                end(other.plan, try other.confirmations(), place)
            }
        }
    }
}
