internal import SealedMatchCrypto
package import SealedMatchProtocol

extension CustodianFolder {
    /// What a party does next in a run.
    package enum RunStep: Sendable {
        /// It says something, in this round.
        case says(round: Int, message: [UInt8])
        /// It has found a wrong share, and complains: `SMP5`; or it saw a complaint. The run is dead. Named is who is
        /// wrong.
        case complains(of: PartyIndex, complaint: [UInt8])
        /// It has its share of this record's key.
        case hasShare(CustodianRecord)
        /// Nothing, until others have spoken.
        case waits
    }

    /// Carries a run on by one step, as far as the messages allow. Called again with the same messages it does and says
    /// the same. (Docs/Protocol.md, "Carried on")
    /// - Parameter time: seconds since 1970.
    /// - Throws: `custodianStopped`; `unknownSet` unless the operator has agreed to the plan, or the run is here;
    ///   `sessionConflict` for another run than the one that is under way; what the round throws, with the party whose
    ///   fault it is.
    package func advance(_ messages: RunMessages, time: UInt64) throws(CustodianError) -> RunStep {
        var random = SystemRandom()
        return try advance(messages, time: time, random: &random)
    }

    package func advance(
        _ messages: RunMessages, time: UInt64, random: inout some RandomSource & ~Copyable
    ) throws(CustodianError) -> RunStep {
        // Whatever is looked at here is so until the step is done.
        try runTurn.withLock { (_) throws(CustodianError) in try step(messages, time, &random) }
    }

    private func step(
        _ messages: RunMessages, _ time: UInt64, _ random: inout some RandomSource & ~Copyable
    ) throws(CustodianError) -> RunStep {
        // Carried on, step 1
        guard !Self.isStopped(path) else {
            throw CustodianError(nil, .custodianStopped, "this custodian's operator has stopped it")
        }
        let plan = messages.plan
        let table = plan.tableID
        let current = try party.runPlan(table)
        if let current, try blaming(nil, { () throws(SealedMatchError) in try isGivenUp(current) }) {
            _ = try settle(current)
        }
        let standing = try party.standing(plan)
        let (newKeys, run, index) = try blaming(nil) { () throws(SealedMatchError) in
            let newKeys = try agreement(to: plan)
            if newKeys == nil, case .none = standing {
                throw SealedMatchError(.unknownSet, "this custodian's operator has not agreed to this plan")
            }
            return (newKeys ?? [], try plan.name(), try plan.index(of: party.publicKey))
        }
        let confirmations = try blaming(nil) { () throws(SealedMatchError) in try messages.confirmations() }
        switch standing {
        case .hasShare(let record):
            // Carried on, step 2
            try note(.finished, table, run, time)
            return .hasShare(record)
        case .kept:
            // Carried on, step 3
            guard let confirmations else {
                throw CustodianError(nil, .sessionConflict, "this run was given up here: all confirmations can end it")
            }
            let record = try party.finishAfterAll(plan, confirmations)
            try note(.finished, table, run, time)
            return .hasShare(record)
        case .atHand, .none: break
        }
        // Carried on, step 4
        let first = messages.all(1)
        guard first != nil || messages.made != nil else {
            try blaming(nil) { () throws(SealedMatchError) in
                _ = try journal.steps.mayBegin(plan, current: current?.name())
            }
            let message = try party.begin(plan, newKeys: newKeys, random: &random)
            // Behind the state: killed between, it is begun again, and then written down.
            try note(.begun, table, run, time)
            return .says(round: 1, message: message)
        }
        // Carried on, step 5: messages of another run are none of the one that is here. Killed after it had complained,
        // or asked once more: the same complaint.
        try party.requireAt(plan)
        if let (accused, complaint) = try party.complaint(in: plan) {
            return .complains(of: accused, complaint: complaint)
        }
        // Carried on, step 6
        let isLost = plan.lost == index
        guard let first else { return try finish(table, run, confirmations, time) }
        guard let second = messages.all(2) else {
            return isLost ? .waits : .says(round: 2, message: try party.deal(table, first, random: &random))
        }
        if isLost {
            guard let handovers = messages.all(4), let base = messages.base else { return .waits }
            try party.recover(table, base: base, first: first, second: second, handovers: handovers)
            try note(.finished, table, run, time)
            return .hasShare(base)
        }
        do throws(CustodianError) {
            if plan.kind == .recovery {
                return messages.all(4) == nil
                    ? .says(round: 4, message: try party.handOver(table, second, random: &random)) : .waits
            }
            if confirmations == nil { return .says(round: 3, message: try party.confirm(table, second)) }
        } catch {
            guard error.code == .shareRejected, let accused = error.party,
                let place = messages.senders(2).firstIndex(of: accused)
            else { throw error }
            return .complains(of: accused, complaint: try party.complain(table, of: accused, second[place]))
        }
        return try finish(table, run, confirmations, time)
    }

    private func finish(
        _ table: TableID, _ run: Bytes32, _ confirmations: [[UInt8]]?, _ time: UInt64
    ) throws(CustodianError) -> RunStep {
        let record = try party.finish(table, confirmations ?? [])
        // Carried on, step 7
        try note(.finished, table, run, time)
        return .hasShare(record)
    }

    /// Shows this party a complaint of a run, which it then does not go on with. A run that is not under way here, or
    /// in which the party has confirmed or handed over, stays as it is.
    /// - Throws: what is wrong with the complaint; what the store throws.
    package func see(_ complaint: [UInt8], of plan: RunPlan) throws(CustodianError) {
        do throws(CustodianError) {
            try party.requireAt(plan)
            try party.see(plan.tableID, complaint)
        } catch {
            guard error.code == .sessionConflict || error.code == .keyErased else { throw error }
        }
    }

    /// What `abandon` found.
    package enum Abandoned: Sendable {
        /// A run was under way. Confirmed: all confirmations can still end it.
        case run
        /// The operator had agreed to it, and it was not under way. Nobody can begin it here any more.
        case agreement
    }

    /// Gives up a run that has not ended here, so that another one can be begun, and withdraws what the operator agreed
    /// to. (Docs/Protocol.md, "Giving up" and "Agreed to")
    /// - Throws: `sessionConflict` where there is neither; `keyErased`; what the store throws.
    @discardableResult
    package func abandon(_ plan: RunPlan) throws(CustodianError) -> Abandoned {
        try runTurn.withLock { (_) throws(CustodianError) in
            let isWithdrawn = try blaming(nil) { () throws(SealedMatchError) in try Self.giveUp(plan, in: path) }
            let isRun = try settle(plan)
            guard isRun || isWithdrawn else {
                throw CustodianError(nil, .sessionConflict, "nothing of this run is here to give up")
            }
            return isRun ? .run : .agreement
        }
    }

    /// Does what was noted: the run that is at hand is given up, if its operator did that.
    private func settle(_ plan: RunPlan) throws(CustodianError) -> Bool {
        var isRun = true
        do throws(CustodianError) {
            try party.abandon(plan)
        } catch {
            guard error.code == .sessionConflict else { throw error }
            isRun = false
        }
        // Behind the state: killed between, there is nothing more to give up, and then the note goes.
        try blaming(nil) { () throws(SealedMatchError) in try noteGivenUp(plan) }
        return isRun
    }

    private func note(
        _ kind: JournalEntry.Kind, _ table: TableID, _ run: Bytes32, _ time: UInt64
    ) throws(CustodianError) {
        try blaming(nil) { () throws(SealedMatchError) in
            try journal.note(kind, table, subject: run, time: time, key: party.identity)
        }
    }

    /// Erases this party's share of a key; the journal has it, too.
    /// - Returns: the signed statement, the same one when asked again.
    /// - Throws: as `CustodianParty.erase`; what the journal throws.
    package func erase(_ table: TableID, time: UInt64) throws(CustodianError) -> ErasureStatement {
        let statement = try party.erase(table, now: time)
        try note(.erased, table, statement.record, time)
        return statement
    }
}
