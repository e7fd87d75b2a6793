internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a party says last in a key generation or a refresh: which messages it was given, and what key these make.
/// `SMP3` of Docs/Protocol.md, 4.15.
struct Confirmation {
    let transcript: Bytes32
    let polynomial: PublicPolynomial
    let signature: Signature

    static func body(transcript: Bytes32, polynomial: PublicPolynomial) -> [UInt8] {
        transcript.bytes + polynomial.commitments.flatMap { $0.encoded.bytes }
    }

    static func make(
        _ plan: RunPlan, run: Bytes32, from party: PartyIndex, transcript: Bytes32, polynomial: PublicPolynomial,
        key: borrowing SigningKey
    ) throws(SealedMatchError) -> [UInt8] {
        try SignedMessage.make(
            "SMP3", from: party, run: run, body: body(transcript: transcript, polynomial: polynomial), key: key)
    }

    static func encodedCount(_ plan: RunPlan) -> Int {
        SignedMessage.headerCount + 32 + 32 * plan.threshold + Signature.encodedCount
    }

    /// - Throws: as `SignedMessage.open`; `invalidPoint`, `identityPoint`.
    init(_ bytes: [UInt8], _ plan: RunPlan, run: Bytes32, from party: PartyIndex) throws(SealedMatchError) {
        var reader = try SignedMessage.open(
            "SMP3", bytes, bodyCount: 32 + 32 * plan.threshold, from: party, run: run, key: plan.key(of: party))
        transcript = try reader.bytes32()
        polynomial = PublicPolynomial(commitments: try reader.points(plan.threshold))
        signature = try Signature(canonical: reader.take(Signature.encodedCount))
    }
}
