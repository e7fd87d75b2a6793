internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a dealer says next: a share for each other dealer, sealed. `SMP2` of Docs/Protocol.md, 4.15.
struct RoundTwoMessage {
    let party: PartyIndex
    /// Of the messages of round 1 that the sender was given.
    let transcript: Bytes32
    /// One for each dealer but the sender, by index.
    let shares: [PartyIndex: [UInt8]]
    /// As it was sent.
    let encoded: [UInt8]

    private static func bodyCount(_ plan: RunPlan) -> Int {
        32 + SealedShare.encodedCount * (plan.dealers.count - 1)
    }

    /// Bytes of a message.
    static func encodedCount(_ plan: RunPlan) -> Int {
        SignedMessage.headerCount + bodyCount(plan) + Signature.encodedCount
    }

    static func make(
        _ plan: RunPlan, run: Bytes32, from party: PartyIndex, transcript: Bytes32,
        polynomial: borrowing SecretPolynomial, messages: [RoundOneMessage], key: borrowing SigningKey,
        random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> [UInt8] {
        var body = transcript.bytes
        for receiver in messages where receiver.party != party && receiver.party != plan.lost {
            let (place, factor) = try plan.place(of: receiver.party)
            body += try SealedShare.seal(
                polynomial.value(at: place, times: factor), run: run, from: party, to: receiver.party,
                key: receiver.sealingKey, random: &random)
        }
        return try SignedMessage.make("SMP2", from: party, run: run, body: body, key: key)
    }

    /// - Throws: as `SignedMessage.open`.
    init(_ bytes: [UInt8], _ plan: RunPlan, run: Bytes32, from party: PartyIndex) throws(SealedMatchError) {
        var reader = try SignedMessage.open(
            "SMP2", bytes, bodyCount: Self.bodyCount(plan), from: party, run: run, key: plan.key(of: party))
        transcript = try reader.bytes32()
        var shares: [PartyIndex: [UInt8]] = [:]
        for receiver in plan.dealers where receiver != party {
            shares[receiver] = try reader.take(SealedShare.encodedCount)
        }
        self.shares = shares
        self.party = party
        encoded = bytes
    }

    /// The share that is sealed to `receiver`, checked against its sender's commitments.
    /// - Throws: `shareRejected`.
    func share(
        for receiver: PartyIndex, _ plan: RunPlan, run: Bytes32, committed: RoundOneMessage,
        key: borrowing SealingKey
    ) throws(SealedMatchError) -> Scalar {
        let share = try SealedShare.open(shares[receiver] ?? [], run: run, from: party, to: receiver, key: key)
        // Key generation, step 4
        let (place, factor) = try plan.place(of: receiver)
        guard try Point.base(times: share) == committed.polynomial.value(at: place, times: factor) else {
            throw SealedMatchError(.shareRejected, "a share is not what its sender committed to")
        }
        return share
    }
}

extension RoundTwoMessage {
    /// All messages of round 2, one of each dealer, by index.
    /// - Throws: `parameterOutOfRange` for another number; what checking one throws, with its party.
    static func all(
        _ messages: [[UInt8]], _ plan: RunPlan, after first: [RoundOneMessage]
    ) throws(CustodianError) -> [RoundTwoMessage] {
        let (run, transcript) = try blaming(nil) { () throws(SealedMatchError) in
            let run = try plan.name()
            return (run, try Transcript.first(run, first))
        }
        guard messages.count == plan.dealers.count else {
            throw CustodianError(nil, .parameterOutOfRange, "there must be one message of each dealer")
        }
        var checked: [RoundTwoMessage] = []
        for (dealer, bytes) in zip(plan.dealers, messages) {
            let message = try blaming(dealer) { () throws(SealedMatchError) in
                try RoundTwoMessage(bytes, plan, run: run, from: dealer)
            }
            guard message.transcript == transcript else {
                throw CustodianError(dealer, .transcriptMismatch, "a party was given other messages than this one")
            }
            checked.append(message)
        }
        return checked
    }
}
