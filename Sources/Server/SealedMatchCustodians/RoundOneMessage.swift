internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a member of a run says first: its key for this run, and of a dealer the commitments to its polynomial.
/// `SMP1` of Docs/Protocol.md, 4.15.
struct RoundOneMessage {
    let party: PartyIndex
    let sealingKey: Bytes32
    let polynomial: PublicPolynomial
    /// As it was sent.
    let encoded: [UInt8]

    private static func bodyCount(_ plan: RunPlan, _ party: PartyIndex) -> Int {
        32 + 32 * plan.commitments(of: party) + (plan.kind == .keyGeneration ? Possession.encodedCount : 0)
    }

    /// Bytes of a party's message.
    static func encodedCount(_ plan: RunPlan, _ party: PartyIndex) -> Int {
        SignedMessage.headerCount + bodyCount(plan, party) + Signature.encodedCount
    }

    static func make(
        _ plan: RunPlan, run: Bytes32, from party: PartyIndex, secrets: SharingRun.Secrets,
        key: borrowing SigningKey, fresh: Bytes32
    ) throws(SealedMatchError) -> [UInt8] {
        let sealingKey = secrets.sealing.secret.publicKey
        var body = sealingKey.bytes
        if let polynomial = secrets.polynomial {
            let commitments = try polynomial.secret.commitments()
            for commitment in commitments { body += commitment.encoded.bytes }
            if plan.kind == .keyGeneration {
                let statement = Possession.Statement(
                    party: party, run: run, sealingKey: sealingKey, commitment: commitments[0])
                body += try Possession.prove(polynomial.secret.coefficient(0), statement, fresh: fresh).encoded
            }
        }
        return try SignedMessage.make("SMP1", from: party, run: run, body: body, key: key)
    }

    /// Decodes and checks a message. (Docs/Protocol.md, "Key generation", step 3)
    /// - Throws: as `SignedMessage.open`; `invalidPoint`, `identityPoint`, `invalidScalar`, `proofRejected`.
    init(_ bytes: [UInt8], _ plan: RunPlan, run: Bytes32, from party: PartyIndex) throws(SealedMatchError) {
        var reader = try SignedMessage.open(
            "SMP1", bytes, bodyCount: Self.bodyCount(plan, party), from: party, run: run, key: plan.key(of: party))
        sealingKey = try reader.bytes32()
        guard SealingKey.isUsable(sealingKey) else {
            throw SealedMatchError(.invalidPoint, "nothing can be sealed to a custodian's key")
        }
        polynomial = PublicPolynomial(commitments: try reader.points(plan.commitments(of: party)))
        if plan.kind == .keyGeneration {
            let statement = Possession.Statement(
                party: party, run: run, sealingKey: sealingKey, commitment: polynomial.commitments[0])
            try Possession(from: &reader).verify(statement)
        }
        self.party = party
        encoded = bytes
    }
}

extension RoundOneMessage {
    /// All messages of round 1, one of each member, by index.
    /// - Throws: `parameterOutOfRange` for another number; what checking one throws, with its party.
    static func all(_ messages: [[UInt8]], _ plan: RunPlan) throws(CustodianError) -> [RoundOneMessage] {
        let run = try blaming(nil) { () throws(SealedMatchError) in try plan.name() }
        guard messages.count == plan.members.count else {
            throw CustodianError(nil, .parameterOutOfRange, "there must be one message of each member")
        }
        var checked: [RoundOneMessage] = []
        for (member, bytes) in zip(plan.members, messages) {
            checked.append(
                try blaming(member) { () throws(SealedMatchError) in
                    try RoundOneMessage(bytes, plan, run: run, from: member)
                })
        }
        return checked
    }
}
