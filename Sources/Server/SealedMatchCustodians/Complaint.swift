public import SealedMatchCrypto
internal import SealedMatchProtocol

/// That a party was sealed a wrong share, so that everybody can see it. `SMP5` of Docs/Protocol.md, 4.15.
public enum Complaint {
    /// Who is wrong, the accused or the accuser. (Docs/Protocol.md, "Complaint")
    /// - Throws: what is wrong with the complaint, if it proves nothing: `wrongLength`, `invalidMagic`, `nonCanonical`,
    ///   `parameterOutOfRange`, `transcriptMismatch`, `invalidSignature`, and what checking its messages throws.
    public static func judge(_ bytes: [UInt8], _ plan: RunPlan) throws(SealedMatchError) -> PartyIndex {
        var reader = ByteReader(bytes)
        try reader.magic("SMP5")
        let (accuser, accused) = (try reader.index(), try reader.index())
        try reader.zeros(2)
        guard accuser != accused, plan.dealers.contains(accuser), plan.dealers.contains(accused) else {
            throw SealedMatchError(.parameterOutOfRange, "a complaint is between two dealers")
        }
        let run = try plan.name()
        guard try reader.bytes32() == run else {
            throw SealedMatchError(.transcriptMismatch, "a complaint is of another run")
        }
        // Complaint, step 1
        let opened = try SealingKey(secret: SecretBytes.copying(reader.take(32)))
        let first = try reader.take(RoundOneMessage.encodedCount(plan, accuser))
        let second = try reader.take(RoundOneMessage.encodedCount(plan, accused))
        let dealt = try reader.take(RoundTwoMessage.encodedCount(plan))
        let signature = try Signature(canonical: reader.take(Signature.encodedCount))
        try reader.end()
        let signed = SignedMessage.signed(Array(bytes.dropLast(Signature.encodedCount)))
        guard signature.verifies(signed, publicKey: plan.key(of: accuser)) else {
            throw SealedMatchError(.invalidSignature, "a complaint's signature does not verify")
        }
        let own = try RoundOneMessage(first, plan, run: run, from: accuser)
        let committed = try RoundOneMessage(second, plan, run: run, from: accused)
        let message = try RoundTwoMessage(dealt, plan, run: run, from: accused)
        // Complaint, steps 2 and 3
        guard opened.publicKey == own.sealingKey else { return accuser }
        do throws(SealedMatchError) {
            _ = try message.share(for: accuser, plan, run: run, committed: committed, key: opened)
            return accuser
        } catch {
            guard error.code == .shareRejected else { throw error }
            return accused
        }
    }
}

extension CustodianParty {
    /// Complains of a share that did not pass `confirm`. The run is over for this party: it never confirms it.
    /// - Parameters:
    ///   - accused: whose share it is.
    ///   - message: the accused's `SMP2`.
    /// - Throws: `sessionConflict` unless this party has dealt and not confirmed; `proofRejected` if the share is
    ///   right.
    public func complain(
        _ table: TableID, of accused: PartyIndex, _ message: [UInt8]
    ) throws(CustodianError) -> [UInt8] {
        try step(table) { (state) throws(CustodianError) in
            let run = try blaming(nil) { () throws(SealedMatchError) in try state.decodedRun() }
            switch run {
            case .round2(let round):
                return try blaming(nil) { () throws(SealedMatchError) in
                    let complaint = try round.complaint(of: accused, message, key: identity)
                    guard try Complaint.judge(complaint, round.plan) == accused else {
                        throw SealedMatchError(.proofRejected, "there is nothing to complain of")
                    }
                    try save(.complained(round.plan, complaint: complaint), in: &state)
                    return complaint
                }
            case .complained(_, let complaint): return complaint
            default: throw CustodianError(nil, .sessionConflict, "this run is at another step here")
            }
        }
    }
}

extension CustodianParty {
    /// Takes a complaint of the run that is under way, another party's: the run is over for this one, too. It never
    /// confirms it, and its secrets are gone. A share from before stays. (Docs/Protocol.md, "Complaint seen")
    /// - Returns: the complaint that this party keeps, and gives from now on: this one, or an earlier one of this run.
    /// - Throws: `sessionConflict` unless this party has begun or dealt, and said nothing after that; what judging the
    ///   complaint throws, if that proves nothing: then nothing has changed.
    @discardableResult
    public func see(_ table: TableID, _ complaint: [UInt8]) throws(CustodianError) -> [UInt8] {
        try step(table) { (state) throws(CustodianError) in
            try blaming(nil) { () throws(SealedMatchError) in
                let run = try state.decodedRun()
                switch run {
                case .complained(_, let kept): return kept
                case .round1, .round2:
                    // Complaint seen, step 2
                    _ = try Complaint.judge(complaint, run.plan)
                    // Complaint seen, step 3: it takes the place of the secrets, in one write
                    try save(.complained(run.plan, complaint: complaint), in: &state)
                    return complaint
                default: throw SealedMatchError(.sessionConflict, "this run is at another step here")
                }
            }
        }
    }

    /// The complaint that this party keeps of a run, its own or one that it saw, and who is wrong; nil without one.
    func complaint(in plan: RunPlan) throws(CustodianError) -> (PartyIndex, [UInt8])? {
        try step(plan.tableID) { (state) throws(CustodianError) in
            try blaming(nil) { () throws(SealedMatchError) in
                guard state.run != nil, case .complained(plan, let complaint) = try state.decodedRun() else {
                    return nil
                }
                return (try Complaint.judge(complaint, plan), complaint)
            }
        }
    }
}

extension SharingRun.Round2 {
    fileprivate func complaint(
        of accused: PartyIndex, _ message: [UInt8], key: borrowing SigningKey
    ) throws(SealedMatchError) -> [UInt8] {
        guard let own = messages.first(where: { $0.party == party }),
            let committed = messages.first(where: { $0.party == accused })
        else { throw SealedMatchError(.parameterOutOfRange, "a complaint is between two dealers") }
        var out = ByteWriter()
        out.magic("SMP5")
        out.put([party.number, accused.number, 0, 0])
        out.put(try plan.name())
        // What this opens was shared in this run alone, which is dead.
        out.put(unsafe secrets.sealing.secret.withEncoded { raw in unsafe Array(raw) })
        out.put(own.encoded)
        out.put(committed.encoded)
        out.put(message)
        return out.bytes + (try key.sign(SignedMessage.signed(out.bytes))).encoded
    }
}
