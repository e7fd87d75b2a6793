internal import SealedMatchCrypto
public import SealedMatchProtocol

// The rounds of a joint proof. (Docs/Protocol.md, 5.24)
extension CustodianParty {
    /// Draws a nonce for a session, and commits to it. What an earlier session left is gone: one at a time.
    /// (Docs/Protocol.md, "Joint proofs", step 1)
    /// - Parameter session: `SMPS`.
    /// - Returns: this party's `SMS1`, for all parties of the session.
    /// - Throws: `sessionConflict` for a session that it has revealed or answered in; `unknownSet` for another record,
    ///   `keyErased`; `parameterOutOfRange` if this party has no part in it; what decoding throws.
    public func commit(_ table: TableID, _ session: [UInt8]) throws(CustodianError) -> [UInt8] {
        var random = SystemRandom()
        return try commit(table, session, random: &random)
    }

    package func commit(
        _ table: TableID, _ bytes: [UInt8], random: inout some RandomSource & ~Copyable
    ) throws(CustodianError) -> [UInt8] {
        try step(table) { (state) throws(CustodianError) in
            try blaming(nil) { () throws(SealedMatchError) in
                let session = try ProofSession(canonical: bytes)
                let share = try state.decodedShare()
                try session.check(share.record)
                guard session.parties.contains(share.party) else {
                    throw SealedMatchError(.parameterOutOfRange, "this party has no part in this session")
                }
                let name = try session.name()
                // A session is begun once: the same commitment, as long as its nonce has not served.
                if let kept = state.session, case let proof = try ProofState(decoding: kept.secret),
                    proof.session == session
                {
                    guard case .committed(_, _, let reveal) = proof else {
                        throw SealedMatchError(.sessionConflict, "this session was begun before: take another attempt")
                    }
                    return try Self.commitment(reveal, share.party, name)
                }
                let fresh = try random.bytes32()
                let nonce = try HedgedNonce.derive(
                    .custodianNonce, key: share.secret, fields: fresh.bytes + name.bytes + [share.party.number])
                let weighted = try share.secret.multiplied(
                    byPublic: Lagrange.coefficient(of: share.party, among: session.parties))
                let reveal = ProofReveal(
                    r: try Point.base(times: nonce), t: try session.composite.multiplied(by: nonce),
                    z: try session.composite.multiplied(by: weighted))
                // On disk before anything that depends on the nonce leaves.
                state.session = Held(
                    try ProofState.committed(session, nonce: Held(nonce), reveal: reveal).encoded())
                try state.save(to: store)
                return try Self.commitment(reveal, share.party, name)
            }
        }
    }

    private static func commitment(
        _ reveal: ProofReveal, _ party: PartyIndex, _ session: Bytes32
    ) throws(SealedMatchError) -> [UInt8] {
        try ProofMessage.encode(
            "SMS1", from: party, session: session, reveal.commitment(party, session: session).bytes)
    }

    /// Takes all commitments, and reveals what this party committed to. (Docs/Protocol.md, "Joint proofs", step 2)
    /// - Parameter commitments: the parties' `SMS1`, by index, its own too.
    /// - Returns: this party's `SMS2`, for all parties of the session.
    /// - Throws: what is wrong with a message, with its party; `sessionConflict` after other commitments were taken.
    public func reveal(_ table: TableID, _ commitments: [[UInt8]]) throws(CustodianError) -> [UInt8] {
        try step(table) { (state) throws(CustodianError) in
            let share = try blaming(nil) { () throws(SealedMatchError) in try state.decodedShare() }
            let proof = try blaming(nil) { () throws(SealedMatchError) in try Self.proof(state) }
            let all = try ProofMessage.bodies("SMS1", commitments, bodyCount: 32, proof.session)
            return try blaming(nil) { () throws(SealedMatchError) in
                let name = try proof.session.name()
                var committed: [Bytes32] = []
                for body in all { committed.append(try Bytes32(exactly: body)) }
                switch proof {
                case .committed(let session, let nonce, let reveal):
                    let own = try Self.commitment(reveal, share.party, name)
                    guard commitments.contains(own) else {
                        throw SealedMatchError(
                            .transcriptMismatch, "this party did not say what is said to be its own")
                    }
                    // The commitments are on disk before the reveal leaves: no others fit this nonce any more.
                    state.session = Held(
                        try ProofState.revealed(session, nonce: nonce, reveal: reveal, commitments: committed)
                            .encoded())
                    try state.save(to: store)
                    return ProofMessage.encode("SMS2", from: share.party, session: name, reveal.encoded)
                case .revealed(_, _, let reveal, committed):
                    return ProofMessage.encode("SMS2", from: share.party, session: name, reveal.encoded)
                default: throw SealedMatchError(.sessionConflict, "this session is at another step here")
                }
            }
        }
    }

    /// Takes all reveals, and answers the challenge that they give. The nonce is gone from the disk before the answer
    /// leaves. (Docs/Protocol.md, "Joint proofs", step 3)
    /// - Parameter reveals: the parties' `SMS2`, by index, its own too.
    /// - Returns: this party's `SMS3`, for the coordinator.
    /// - Throws: what is wrong with a message, with its party; `sessionConflict`.
    public func respond(_ table: TableID, _ reveals: [[UInt8]]) throws(CustodianError) -> [UInt8] {
        try step(table) { (state) throws(CustodianError) in
            let share = try blaming(nil) { () throws(SealedMatchError) in try state.decodedShare() }
            let proof = try blaming(nil) { () throws(SealedMatchError) in try Self.proof(state) }
            switch proof {
            case .revealed(let session, let nonce, _, let commitments):
                let all = try ProofReveal.all(reveals, committed: commitments, session)
                return try blaming(nil) { () throws(SealedMatchError) in
                    let c = try ProofReveal.challenge(all, publicKey: share.record.publicKey, session)
                    let weighted = try share.secret.multiplied(
                        byPublic: Lagrange.coefficient(of: share.party, among: session.parties))
                    let s = PublicScalar.response(nonce: nonce.secret, challenge: c, key: weighted)
                    let message = try ProofMessage.encode(
                        "SMS3", from: share.party, session: session.name(), s.encoded.bytes)
                    state.session = Held(try ProofState.answered(session, message: message).encoded())
                    try state.save(to: store)
                    return message
                }
            case .answered(_, let message): return message
            case .committed:
                throw CustodianError(nil, .sessionConflict, "this session is at another step here")
            }
        }
    }

    /// The name of the session that is at hand; nil if there is none.
    func sessionName(_ table: TableID) throws(CustodianError) -> Bytes32? {
        try step(table) { (state) throws(CustodianError) in
            guard state.session != nil else { return nil }
            return try blaming(nil) { () throws(SealedMatchError) in try Self.proof(state).session.name() }
        }
    }

    private static func proof(_ state: CustodianState) throws(SealedMatchError) -> ProofState {
        guard let session = state.session else {
            throw SealedMatchError(.sessionConflict, "no session of this table is under way here")
        }
        return try ProofState(decoding: session.secret)
    }
}
