internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a dealer of a recovery says last: its masked share, sealed to the party whose share is lost. `SMP4` of
/// Docs/Protocol.md, 4.15.
struct Handover {
    let transcript: Bytes32
    private let sealed: [UInt8]
    private let party: PartyIndex

    private static let bodyCount = 32 + SealedShare.encodedCount
    static let encodedCount = SignedMessage.headerCount + bodyCount + Signature.encodedCount

    static func make(
        _ plan: RunPlan, run: Bytes32, from party: PartyIndex, to lost: PartyIndex, transcript: Bytes32,
        masked: borrowing Scalar, sealingKey: Bytes32, key: borrowing SigningKey,
        random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> [UInt8] {
        let sealed = try SealedShare.seal(masked, run: run, from: party, to: lost, key: sealingKey, random: &random)
        return try SignedMessage.make("SMP4", from: party, run: run, body: transcript.bytes + sealed, key: key)
    }

    /// - Throws: as `SignedMessage.open`.
    init(_ bytes: [UInt8], _ plan: RunPlan, run: Bytes32, from party: PartyIndex) throws(SealedMatchError) {
        var reader = try SignedMessage.open(
            "SMP4", bytes, bodyCount: Self.bodyCount, from: party, run: run, key: plan.key(of: party))
        transcript = try reader.bytes32()
        sealed = try reader.take(SealedShare.encodedCount)
        self.party = party
    }

    /// β_j, checked against L_j and what all dealers committed to. (Docs/Protocol.md, "Recovery", step 4)
    /// - Throws: `shareRejected`.
    func masked(
        _ plan: RunPlan, run: Bytes32, to lost: PartyIndex, key: borrowing SealingKey, dealt: [RoundOneMessage],
        base: CustodianRecord
    ) throws(SealedMatchError) -> Scalar {
        let masked = try SealedShare.open(sealed, run: run, from: party, to: lost, key: key)
        let (place, factor) = try plan.place(of: party)
        var expected = base.publicKey(of: party)
        for message in dealt where message.party != lost {
            expected = try expected.adding(message.polynomial.value(at: place, times: factor))
        }
        guard try Point.base(times: masked) == expected else {
            throw SealedMatchError(.shareRejected, "a handed-over share is not what its sender committed to")
        }
        return masked
    }
}
