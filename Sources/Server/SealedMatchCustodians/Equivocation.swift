public import SealedMatchCrypto
internal import SealedMatchProtocol

/// That a party said two different things in one round of one run. (Docs/Protocol.md, 5.22)
public enum Equivocation {
    /// Who did.
    /// - Parameter messages: two messages of one kind, `SMP1` to `SMP4`.
    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `parameterOutOfRange`, `transcriptMismatch`,
    ///   `invalidSignature` for something that is no message of this run; `proofRejected` unless both are one party's,
    ///   of one round, and differ.
    public static func judge(_ messages: ([UInt8], [UInt8]), _ plan: RunPlan) throws(SealedMatchError) -> PartyIndex {
        let first = try sender(messages.0, plan)
        let second = try sender(messages.1, plan)
        guard first == second, messages.0.prefix(4) == messages.1.prefix(4), messages.0 != messages.1 else {
            throw SealedMatchError(.proofRejected, "these messages do not show that a party said two things")
        }
        return first
    }

    private static func sender(_ bytes: [UInt8], _ plan: RunPlan) throws(SealedMatchError) -> PartyIndex {
        let bodyCount = bytes.count - SignedMessage.headerCount - Signature.encodedCount
        guard bodyCount >= 0 else { throw SealedMatchError(.wrongLength, "a custodian's message has another length") }
        var reader = ByteReader(bytes)
        let magic = try reader.take(4)
        let party = try reader.index()
        guard plan.members.contains(party) else {
            throw SealedMatchError(.parameterOutOfRange, "a custodian's message is of no party of this run")
        }
        for known: StaticString in ["SMP1", "SMP2", "SMP3", "SMP4"] where HashToGroup.ascii(known) == magic {
            // Whatever it says: it is signed, and of this run.
            _ = try SignedMessage.open(
                known, bytes, bodyCount: bodyCount, from: party, run: plan.name(), key: plan.key(of: party))
            return party
        }
        throw SealedMatchError(.invalidMagic, "this is no message of a run's round")
    }
}
