public import SealedMatchCrypto
public import SealedMatchProtocol

/// What is public of a shared key: who holds it, L and all L_i, and that all parties confirmed it. `SMCR` of
/// Docs/Protocol.md, 4.15.
public struct CustodianRecord: Equatable, Sendable {
    /// The run that made it.
    public let plan: RunPlan
    /// Of all messages of that run.
    let transcript: Bytes32
    /// The key's polynomial, times B.
    let polynomial: PublicPolynomial
    /// The parties' signatures of their confirmations, party 1 first.
    public let signatures: [Signature]
    /// Its name: other signatures are another encoding of the same record.
    public let name: Bytes32
    private let shareKeys: [Point]

    /// L = αB.
    public var publicKey: Point { polynomial.commitments[0] }
    /// τ.
    public var threshold: Int { plan.threshold }

    /// L_i = α_i·B.
    /// - Precondition: one of the plan's parties.
    public func publicKey(of party: PartyIndex) -> Point { shareKeys[Int(party.number) - 1] }

    init(
        plan: RunPlan, transcript: Bytes32, polynomial: PublicPolynomial, signatures: [Signature]
    ) throws(SealedMatchError) {
        guard plan.kind != .recovery else {
            throw SealedMatchError(.parameterOutOfRange, "a recovery makes no record")
        }
        self.plan = plan
        self.transcript = transcript
        self.polynomial = polynomial
        self.signatures = signatures
        shareKeys = try polynomial.shareKeys(plan)
        var input = KDF(.custodianRecord, capacity: 1_200)
        input.append(plan.encoded)
        input.append(transcript)
        for commitment in polynomial.commitments { input.append(commitment.encoded) }
        name = try input.hash()
    }

    /// The bytes of 4.15.
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: 2_400)
        out.magic("SMCR")
        out.put(plan.encoded)
        out.put(transcript)
        for commitment in polynomial.commitments { out.put(commitment.encoded) }
        for signature in signatures { out.put(signature.encoded) }
        return out.bytes
    }

    /// By which an encoding begins.
    package static var magic: [UInt8] { HashToGroup.ascii("SMCR") }
    /// No longer file is a record.
    public static let maximumCount = 4 + 76 + 32 * 16 + 32 + 32 * 16 + 64 * 16

    /// Decodes a record. Nothing is verified: `verify` does that.
    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `parameterOutOfRange`, `invalidPoint`,
    ///   `identityPoint`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        self = try CustodianRecord(from: &reader)
        try reader.end()
    }

    init(from reader: inout ByteReader) throws(SealedMatchError) {
        try reader.magic("SMCR")
        let plan = try RunPlan(from: &reader)
        let transcript = try reader.bytes32()
        let polynomial = PublicPolynomial(commitments: try reader.points(plan.threshold))
        var signatures: [Signature] = []
        for _ in plan.parties {
            signatures.append(try Signature(canonical: reader.take(Signature.encodedCount)))
        }
        try self.init(plan: plan, transcript: transcript, polynomial: polynomial, signatures: signatures)
    }

    /// That all parties confirmed the record, by the keys in its plan. Whether these are the right ones is for whoever
    /// knows them: compare `plan.keys`, or `name`.
    /// - Throws: `invalidSignature`, with the party whose signature it is.
    public func verify() throws(CustodianError) {
        let messages = try blaming(nil) { () throws(SealedMatchError) in try unsignedConfirmations() }
        for (party, (message, signature)) in zip(plan.parties, zip(messages, signatures)) {
            guard signature.verifies(SignedMessage.signed(message), publicKey: plan.key(of: party)) else {
                throw CustodianError(party, .invalidSignature, "a custodian's signature does not verify")
            }
        }
    }

    /// The parties' `SMP3`, by index: whoever has the record has all confirmations, and can end the run at a party that
    /// gave it up. Nothing is verified.
    /// - Throws: what hashing throws.
    public func confirmations() throws(SealedMatchError) -> [[UInt8]] {
        zip(try unsignedConfirmations(), signatures).map { $0 + $1.encoded }
    }

    private func unsignedConfirmations() throws(SealedMatchError) -> [[UInt8]] {
        let run = try plan.name()
        let body = Confirmation.body(transcript: transcript, polynomial: polynomial)
        return plan.parties.map { SignedMessage.header("SMP3", from: $0, run: run) + body }
    }

    /// That the record is of a set's key.
    /// - Throws: `setMismatch`.
    public func check(_ header: SetHeader) throws(SealedMatchError) {
        guard header.tableID == plan.tableID, header.publicKey == publicKey else {
            throw SealedMatchError(.setMismatch, "the custodians' key is not this set's")
        }
    }
}

extension PublicPolynomial {
    /// L_1 … L_N.
    /// - Throws: `identityPoint` if one is the identity.
    func shareKeys(_ plan: RunPlan) throws(SealedMatchError) -> [Point] {
        let one = try PublicScalar(1)
        var keys: [Point] = []
        for party in plan.parties {
            let key = try value(at: party.scalar, times: one)
            guard !key.isIdentity else {
                throw SealedMatchError(.identityPoint, "a party's share would be zero")
            }
            keys.append(key)
        }
        return keys
    }
}
