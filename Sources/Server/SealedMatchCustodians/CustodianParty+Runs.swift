public import SealedMatchCrypto
public import SealedMatchProtocol

// The rounds of a run. (Docs/Protocol.md, 5.22)
extension CustodianParty {
    /// Begins a run: draws this party's secrets, and says its round 1. (Docs/Protocol.md, "Key generation", steps 1
    /// and 2)
    ///
    /// An operator calls this, after the plan's name was compared with the other operators'; never somebody from
    /// outside.
    /// - Parameter newKeys: of a refresh or recovery, keys of parties that are not in the record that it begins from.
    ///   Whoever has the key of the party whose share is lost gets that share: the operator has it from that party's
    ///   operator.
    /// - Returns: this party's `SMP1`, for everybody.
    /// - Throws: `parameterOutOfRange` if the plan does not name this party; `sessionConflict` for a second key
    ///   generation of one table, or while another run is under way; `setMismatch` for a
    ///   refresh or recovery from another record than the one here, or with other keys; `keyErased`.
    public func begin(_ plan: RunPlan, newKeys: Set<Bytes32> = []) throws(CustodianError) -> [UInt8] {
        var random = SystemRandom()
        return try begin(plan, newKeys: newKeys, random: &random)
    }

    package func begin(
        _ plan: RunPlan, newKeys: Set<Bytes32> = [], random: inout some RandomSource & ~Copyable
    ) throws(CustodianError) -> [UInt8] {
        try step(plan.tableID) { (state) throws(CustodianError) in
            if let said = try Self.saidBefore(plan, state) { return said }
            return try blaming(nil) { () throws(SealedMatchError) in
                let party = try plan.index(of: identity.publicKey)
                guard plan.members.contains(party) else {
                    throw SealedMatchError(.parameterOutOfRange, "this party has no part in this run")
                }
                try Self.checkBase(plan, state, party: party, newKeys)
                let round = try SharingRun.Round1.begin(plan, identity: identity, random: &random)
                try save(.round1(round), in: &state)
                return round.message
            }
        }
    }

    /// What was said when the same run was begun before.
    private static func saidBefore(
        _ plan: RunPlan, _ state: CustodianState
    ) throws(CustodianError) -> [UInt8]? {
        try blaming(nil) { () throws(SealedMatchError) in
            guard state.erasure == nil else { throw SealedMatchError(.keyErased, "the share of this key was erased") }
            guard state.run != nil else { return nil }
            let run = try state.decodedRun()
            if case .round1(let round) = run, round.plan == plan { return round.message }
            // Whatever became of it, a key generation is not begun a second time, nor any other run.
            let kept = try state.keptRuns()
            guard run.plan != plan, plan.kind != .keyGeneration, !kept.contains(where: { $0.plan == plan }) else {
                throw SealedMatchError(.sessionConflict, "a run of this table was begun before")
            }
            guard run.isOver else {
                throw SealedMatchError(.sessionConflict, "another run of this table is under way, and not given up")
            }
            return nil
        }
    }

    /// (Docs/Protocol.md, "Refresh", step 1)
    private static func checkBase(
        _ plan: RunPlan, _ state: CustodianState, party: PartyIndex, _ newKeys: Set<Bytes32>
    ) throws(SealedMatchError) {
        switch (plan.kind, state.share != nil) {
        case (.keyGeneration, false): break
        case (.keyGeneration, true):
            throw SealedMatchError(.sessionConflict, "this party has a share of this table's key")
        case (.recovery, _) where party == plan.lost: break
        default:
            let share = try state.decodedShare()
            guard share.record.name == plan.base, share.party == party,
                share.record.threshold == plan.threshold, share.record.plan.count == plan.count
            else { throw SealedMatchError(.setMismatch, "the run begins from another record than the one here") }
            for (old, new) in zip(share.record.plan.keys, plan.keys) where old != new && !newKeys.contains(new) {
                throw SealedMatchError(.setMismatch, "the plan gives a party another key, which nobody has named")
            }
        }
    }

    /// Deals: given everybody's round 1, seals shares to the others. (Docs/Protocol.md, "Key generation", step 3)
    /// - Parameter messages: the members' `SMP1`, by index, its own too.
    /// - Returns: this party's `SMP2`, for everybody.
    /// - Throws: what is wrong with a message, with its party; `sessionConflict` after other messages were taken.
    public func deal(_ table: TableID, _ messages: [[UInt8]]) throws(CustodianError) -> [UInt8] {
        var random = SystemRandom()
        return try deal(table, messages, random: &random)
    }

    package func deal(
        _ table: TableID, _ messages: [[UInt8]], random: inout some RandomSource & ~Copyable
    ) throws(CustodianError) -> [UInt8] {
        try step(table) { (state) throws(CustodianError) in
            let run = try blaming(nil) { () throws(SealedMatchError) in try state.decodedRun() }
            switch run {
            case .round1(let round):
                let checked = try round.check(messages)
                return try blaming(nil) { () throws(SealedMatchError) in
                    let next = try round.deal(checked, identity: identity, random: &random)
                    try save(.round2(next), in: &state)
                    return next.message
                }
            case .round2(let round) where round.messages.map(\.encoded) == messages: return round.message
            default: throw CustodianError(nil, .sessionConflict, "this run is at another step here")
            }
        }
    }

    /// Takes its shares, and confirms what the key is. (Docs/Protocol.md, "Key generation", step 4)
    /// - Parameter messages: the dealers' `SMP2`, by index, its own too.
    /// - Returns: this party's `SMP3`, for everybody.
    /// - Throws: what is wrong with a message, with its party. After `shareRejected`: `complain`.
    public func confirm(_ table: TableID, _ messages: [[UInt8]]) throws(CustodianError) -> [UInt8] {
        try step(table) { (state) throws(CustodianError) in
            let run = try blaming(nil) { () throws(SealedMatchError) in try state.decodedRun() }
            switch run {
            case .round2(let round) where round.plan.kind != .recovery:
                let dealt = try round.check(messages)
                let sum = try round.sum(dealt)
                return try blaming(nil) { () throws(SealedMatchError) in
                    let next = try confirmed(round, dealt, sum, state)
                    try save(.round3(next), in: &state)
                    return next.message
                }
            case .round3(let round): return round.message
            default: throw CustodianError(nil, .sessionConflict, "this run is at another step here")
            }
        }
    }

    private func confirmed(
        _ round: SharingRun.Round2, _ dealt: [RoundTwoMessage], _ sum: borrowing Scalar,
        _ state: CustodianState
    ) throws(SealedMatchError) -> SharingRun.Round3 {
        let run = try round.plan.name()
        let transcript = try Transcript.second(run, after: Transcript.first(run, round.messages), dealt)
        let polynomial: PublicPolynomial
        let share: Held<Scalar>
        if round.plan.kind == .keyGeneration {
            polynomial = try round.polynomial(after: nil)
            share = Held(try sum.clone())
        } else {
            let base = try state.decodedShare()
            polynomial = try round.polynomial(after: base.record.polynomial)
            share = Held(try base.secret.adding(sum))
        }
        // That no commitment and no L_j is the identity, and that α_i is the share of L_i.
        guard !polynomial.commitments.contains(.identity) else {
            throw SealedMatchError(.identityPoint, "a key of degree below the threshold")
        }
        let keys = try polynomial.shareKeys(round.plan)
        guard try Point.base(times: share.secret) == keys[Int(round.party.number) - 1] else {
            throw SealedMatchError(.setMismatch, "a share is not its record's")
        }
        let message = try Confirmation.make(
            round.plan, run: run, from: round.party, transcript: transcript, polynomial: polynomial, key: identity)
        return SharingRun.Round3(round.plan, round.party, message, share)
    }

    /// Takes all confirmations: now the key is in use here. (Docs/Protocol.md, "Key generation", step 5)
    /// - Parameter confirmations: the parties' `SMP3`, by index, its own too.
    /// - Throws: what is wrong with a message, with its party; `sessionConflict`.
    public func finish(_ table: TableID, _ confirmations: [[UInt8]]) throws(CustodianError) -> CustodianRecord {
        try step(table) { (state) throws(CustodianError) in
            let run = try blaming(nil) { () throws(SealedMatchError) in try state.decodedRun() }
            switch run {
            case .round3(let round):
                let record = try round.record(confirmations)
                return try blaming(nil) { () throws(SealedMatchError) in
                    let share = try CustodianShare(round.share.secret.clone(), of: round.party, in: record)
                    // The old share, what was given up before, the run's secrets and the new share: one write.
                    try state.keep([])
                    try state.use(share)
                    try save(.ended(round.plan), in: &state)
                    return record
                }
            case .ended(let plan) where plan.kind != .recovery:
                // Killed after the write: the same record again.
                return try blaming(nil) { () throws(SealedMatchError) in try state.decodedShare().record }
            default: throw CustodianError(nil, .sessionConflict, "this run is at another step here")
            }
        }
    }

    /// The plan of the run that is under way here, or was the last; nil if there is none.
    func runPlan(_ table: TableID) throws(CustodianError) -> RunPlan? {
        try step(table) { (state) throws(CustodianError) in
            guard state.run != nil else { return nil }
            return try blaming(nil) { () throws(SealedMatchError) in try state.decodedRun().plan }
        }
    }

    /// That the state of a plan's table is at its run, whatever became of that.
    /// - Throws: `sessionConflict`, `keyErased`.
    func requireAt(_ plan: RunPlan) throws(CustodianError) {
        try step(plan.tableID) { (state) throws(CustodianError) in
            try blaming(nil) { () throws(SealedMatchError) in
                guard try state.decodedRun().plan == plan else {
                    throw SealedMatchError(.sessionConflict, "another run of this table is under way here")
                }
            }
        }
    }

    /// What this party said last in the run of a table; nil if there is none, or it is over.
    public func lastMessage(_ table: TableID) throws(CustodianError) -> [UInt8]? {
        try step(table) { (state) throws(CustodianError) in
            guard state.run != nil else { return nil }
            return try blaming(nil) { () throws(SealedMatchError) in try state.decodedRun().message }
        }
    }
}
