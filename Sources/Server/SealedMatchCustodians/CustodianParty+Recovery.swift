internal import SealedMatchCrypto
public import SealedMatchProtocol

// The end of a recovery, of the dealers and of the party whose share is lost. (Docs/Protocol.md, 5.26)
extension CustodianParty {
    /// Hands this dealer's masked share over to the party whose share is lost. (Docs/Protocol.md, "Recovery", step 3)
    /// - Parameter messages: the dealers' `SMP2`, by index, its own too.
    /// - Returns: this party's `SMP4`, for the party whose share is lost.
    /// - Throws: what is wrong with a message, with its party. After `shareRejected`: `complain`.
    public func handOver(_ table: TableID, _ messages: [[UInt8]]) throws(CustodianError) -> [UInt8] {
        var random = SystemRandom()
        return try handOver(table, messages, random: &random)
    }

    package func handOver(
        _ table: TableID, _ messages: [[UInt8]], random: inout some RandomSource & ~Copyable
    ) throws(CustodianError) -> [UInt8] {
        try step(table) { (state) throws(CustodianError) in
            let run = try blaming(nil) { () throws(SealedMatchError) in try state.decodedRun() }
            switch run {
            case .round2(let round):
                guard let lost = round.plan.lost, let receiver = round.messages.first(where: { $0.party == lost })
                else { throw CustodianError(nil, .sessionConflict, "this run is no recovery") }
                let dealt = try round.check(messages)
                let sum = try round.sum(dealt)
                return try blaming(nil) { () throws(SealedMatchError) in
                    let name = try round.plan.name()
                    let share = try state.decodedShare()
                    let message = try Handover.make(
                        round.plan, run: name, from: round.party, to: lost,
                        transcript: Transcript.second(name, after: Transcript.first(name, round.messages), dealt),
                        masked: share.secret.adding(sum), sealingKey: receiver.sealingKey, key: identity,
                        random: &random)
                    try save(.handedOver(round.plan, message: message), in: &state)
                    return message
                }
            case .handedOver(_, let message): return message
            default: throw CustodianError(nil, .sessionConflict, "this run is at another step here")
            }
        }
    }

    /// Takes this party's share back. (Docs/Protocol.md, "Recovery", step 4)
    /// - Parameters:
    ///   - base: the record that the plan begins from.
    ///   - first: the members' `SMP1`, by index, its own too.
    ///   - second: the dealers' `SMP2`, by index.
    ///   - handovers: the dealers' `SMP4`, by index.
    /// - Throws: what is wrong with a message, with its party; `setMismatch` for another base, and where a share is
    ///   here that may be a later one; `sessionConflict`.
    public func recover(
        _ table: TableID, base: CustodianRecord, first: [[UInt8]], second: [[UInt8]], handovers: [[UInt8]]
    ) throws(CustodianError) {
        try base.verify()
        try step(table) { (state) throws(CustodianError) in
            let run = try blaming(nil) { () throws(SealedMatchError) in try state.decodedRun() }
            switch run {
            case .round1(let round) where round.plan.lost == round.party:
                let share = try round.recovered(base, first, second, handovers)
                try blaming(nil) { () throws(SealedMatchError) in
                    let recovered = try CustodianShare(share.secret.clone(), of: round.party, in: base)
                    if state.share != nil {
                        let there = try state.decodedShare().record.name
                        guard there == base.name || there == base.plan.base else {
                            throw SealedMatchError(
                                .setMismatch, "the share of another record is here, maybe a later one")
                        }
                        // A state that was put back: all that it keeps is from before the base was confirmed.
                        let isKept = try state.keptRuns().contains { $0.plan == base.plan }
                        if there != base.name, !isKept { try state.keep([]) }
                    }
                    try state.use(recovered)
                    try save(.ended(round.plan), in: &state)
                }
            case .ended(let plan) where plan.kind == .recovery:
                // Killed after the write. A run that was given up before may have ended since.
                let here = try blaming(nil) { () throws(SealedMatchError) in try state.decodedShare().record.name }
                guard plan.base == base.name, here == base.name else {
                    throw CustodianError(
                        nil, .sessionConflict, "this party has another record's share than was recovered")
                }
            default: throw CustodianError(nil, .sessionConflict, "this run is at another step here")
            }
        }
    }
}

extension SharingRun.Round1 {
    /// α_p.
    fileprivate func recovered(
        _ base: CustodianRecord, _ first: [[UInt8]], _ second: [[UInt8]], _ handovers: [[UInt8]]
    ) throws(CustodianError) -> Held<Scalar> {
        guard base.name == plan.base, base.plan.tableID == plan.tableID, base.plan.count == plan.count,
            base.threshold == plan.threshold
        else { throw CustodianError(nil, .setMismatch, "the run begins from another record") }
        let checked = try check(first)
        let dealt = try RoundTwoMessage.all(second, plan, after: checked)
        let (run, transcript) = try blaming(nil) { () throws(SealedMatchError) in
            let run = try plan.name()
            return (run, try Transcript.second(run, after: Transcript.first(run, checked), dealt))
        }
        guard handovers.count == plan.dealers.count else {
            throw CustodianError(nil, .parameterOutOfRange, "there must be one message of each dealer")
        }
        var sum: Held<Scalar>?
        for (dealer, bytes) in zip(plan.dealers, handovers) {
            let masked = try blaming(dealer) { () throws(SealedMatchError) in
                let handover = try Handover(bytes, plan, run: run, from: dealer)
                guard handover.transcript == transcript else {
                    throw SealedMatchError(.transcriptMismatch, "a party was given other messages than this one")
                }
                return Held(
                    try handover.masked(
                        plan, run: run, to: party, key: secrets.sealing.secret, dealt: checked, base: base))
            }
            sum = try blaming(nil) { () throws(SealedMatchError) in
                let part = try masked.secret.multiplied(
                    byPublic: Lagrange.coefficient(of: dealer, among: plan.dealers, at: party.number))
                guard let sum else { return Held(part) }
                return Held(try sum.secret.adding(part))
            }
        }
        guard let sum else { throw CustodianError(nil, .parameterOutOfRange, "a recovery has dealers") }
        return sum
    }
}
