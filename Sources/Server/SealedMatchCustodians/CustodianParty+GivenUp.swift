public import SealedMatchCrypto
public import SealedMatchProtocol

// Runs that an operator gives up, and what is here of a run. (Docs/Protocol.md, 5.22, "Giving up")
extension CustodianParty {
    /// Gives up a run that does not go on: its secrets are forgotten, and another one can be begun. Of a key generation
    /// the table's name cannot be used again.
    ///
    /// If this party has confirmed, its new share is kept, and the share from before serves: others may have all
    /// confirmations, and then the run can still end here, too (`finishAfterAll`).
    /// - Throws: `sessionConflict` if it is over, was never begun, or another one is under way; `keyErased`; what the
    ///   store throws.
    public func abandon(_ plan: RunPlan) throws(CustodianError) {
        try step(plan.tableID) { (state) throws(CustodianError) in
            try blaming(nil) { () throws(SealedMatchError) in
                // Giving up, step 1
                let run = try state.decodedRun()
                guard run.plan == plan else {
                    throw SealedMatchError(.sessionConflict, "another run of this table is under way here")
                }
                switch run {
                case .ended, .givenUp:
                    throw SealedMatchError(.sessionConflict, "this run is over here: there is nothing to give up")
                case .round3(let round):
                    // Giving up, step 2
                    try state.keep(state.keptRuns() + [round])
                default: break
                }
                // Giving up, step 3
                try save(.givenUp(plan), in: &state)
            }
        }
    }

    /// Ends a run that was given up after this party had confirmed. Whoever has the record has all confirmations
    /// (`CustodianRecord.confirmations`). (Docs/Protocol.md, "Finished after all")
    /// - Parameter confirmations: the parties' `SMP3`, by index, its own too.
    /// - Throws: what is wrong with a message, with its party; `sessionConflict` if no such run is kept; `keyErased`.
    public func finishAfterAll(
        _ plan: RunPlan, _ confirmations: [[UInt8]]
    ) throws(CustodianError) -> CustodianRecord {
        try step(plan.tableID) { (state) throws(CustodianError) in
            // Finished after all, step 1
            let (here, kept) = try blaming(nil) { () throws(SealedMatchError) in
                (try Self.record(of: plan, state), try Self.kept(plan, state))
            }
            if let here, here.plan == plan { return here }
            guard let kept else {
                throw CustodianError(nil, .sessionConflict, "no such run was given up here after it was confirmed")
            }
            // Finished after all, step 2
            let record = try kept.record(confirmations)
            return try blaming(nil) { () throws(SealedMatchError) in
                // Finished after all, step 3: the old share and the new one, and what is forgotten: one write.
                try state.use(CustodianShare(kept.share.secret.clone(), of: kept.party, in: record))
                let run = try state.decodedRun()
                switch run {
                case .round1, .round2: try save(.givenUp(run.plan), in: &state)
                default: try state.save(to: store)
                }
                return record
            }
        }
    }

    /// The runs of a table that were given up after this party had confirmed, and may still end: their names, in their
    /// order.
    public func givenUp(_ table: TableID) throws(CustodianError) -> [Bytes32] {
        try step(table) { (state) throws(CustodianError) in
            try blaming(nil) { () throws(SealedMatchError) in
                var names: [Bytes32] = []
                for run in try state.keptRuns() { names.append(try run.plan.name()) }
                return names
            }
        }
    }

    /// What is here of a run.
    enum Standing {
        /// Nothing.
        case none
        /// The state is at it, or was at its end last.
        case atHand
        /// It was given up after it was confirmed, and may still end.
        case kept
        /// The share is by it.
        case hasShare(CustodianRecord)
    }

    /// (Docs/Protocol.md, "Carried on", steps 1 and 2)
    func standing(_ plan: RunPlan) throws(CustodianError) -> Standing {
        try step(plan.tableID) { (state) throws(CustodianError) in
            try blaming(nil) { () throws(SealedMatchError) in
                guard state.erasure == nil else { return .none }
                if let record = try Self.record(of: plan, state) { return .hasShare(record) }
                if try Self.kept(plan, state) != nil { return .kept }
                guard state.run != nil else { return .none }
                return try state.decodedRun().plan == plan ? .atHand : .none
            }
        }
    }

    /// The record of the share that is here, if that is by this run.
    private static func record(
        of plan: RunPlan, _ state: CustodianState
    ) throws(SealedMatchError) -> CustodianRecord? {
        guard state.share != nil || state.erasure != nil else { return nil }
        let record = try state.decodedShare().record
        if record.plan == plan { return record }
        guard plan.kind == .recovery, record.name == plan.base, state.run != nil,
            case .ended(plan) = try state.decodedRun()
        else { return nil }
        return record
    }

    private static func kept(
        _ plan: RunPlan, _ state: CustodianState
    ) throws(SealedMatchError) -> SharingRun.Round3? {
        guard state.erasure == nil else { throw SealedMatchError(.keyErased, "the share of this key was erased") }
        return try state.keptRuns().first { $0.plan == plan }
    }
}
