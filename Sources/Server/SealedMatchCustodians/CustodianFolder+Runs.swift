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
    /// the same. The operator has agreed to the plan. (Docs/Protocol.md, "Carried on")
    /// - Parameter time: seconds since 1970.
    /// - Throws: `unknownSet` unless the operator has agreed; `sessionConflict` for another run than the one that is
    ///   here; what the round throws, with the party whose fault it is.
    package func advance(_ messages: RunMessages, time: UInt64) throws(CustodianError) -> RunStep {
        var random = SystemRandom()
        return try advance(messages, time: time, random: &random)
    }

    package func advance(
        _ messages: RunMessages, time: UInt64, random: inout some RandomSource & ~Copyable
    ) throws(CustodianError) -> RunStep {
        // Carried on, step 1
        let plan = messages.plan
        let table = plan.tableID
        let (newKeys, run, index) = try blaming(nil) { () throws(SealedMatchError) in
            guard let newKeys = try agreement(to: plan) else {
                throw SealedMatchError(.unknownSet, "this custodian's operator has not agreed to this plan")
            }
            return (newKeys, try plan.name(), try plan.index(of: party.publicKey))
        }
        // Carried on, step 2
        guard let first = messages.all(1) else {
            let current = try party.runName(table)
            try blaming(nil) { () throws(SealedMatchError) in
                _ = try journal.steps.mayBegin(plan, current: current)
            }
            let message = try party.begin(plan, newKeys: newKeys, random: &random)
            // Behind the state: killed between, it is begun again, and then written down.
            try note(.begun, table, run, time)
            return .says(round: 1, message: message)
        }
        // Carried on, step 3: messages of another run are none of the one that is here. Killed after it had complained,
        // or asked once more: the same complaint.
        try party.requireAt(plan)
        if let (accused, complaint) = try party.complaint(in: plan) {
            return .complains(of: accused, complaint: complaint)
        }
        // Carried on, step 4
        let isLost = plan.lost == index
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
            if messages.all(3) == nil { return .says(round: 3, message: try party.confirm(table, second)) }
        } catch {
            guard error.code == .shareRejected, let accused = error.party,
                let place = messages.senders(2).firstIndex(of: accused)
            else { throw error }
            return .complains(of: accused, complaint: try party.complain(table, of: accused, second[place]))
        }
        // Carried on, step 5
        let record = try party.finish(table, messages.all(3) ?? [])
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

    /// Gives up a run that has not ended here: its secrets are forgotten, and another one can be begun.
    /// - Throws: `sessionConflict` where no run of this plan is under way; what the store throws.
    package func abandon(_ plan: RunPlan) throws(CustodianError) { try party.abandon(plan) }

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
