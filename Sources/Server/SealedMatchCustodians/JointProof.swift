public import SealedMatchCrypto
public import SealedMatchProtocol

/// The coordinator's side of a joint proof: one RFC 9497 proof under a key that nobody has. (Docs/Protocol.md, 5.24)
public struct JointProof: Sendable {
    private let record: CustodianRecord
    private let composite: Point
    /// Z = Σ d_j·D_j, as the pairs have it.
    private let expected: Point
    /// What the parties are asked with: `SMPS`.
    public let session: ProofSession

    /// - Parameters:
    ///   - elements: 1…65,535, none of them the identity.
    ///   - evaluated: α times each.
    ///   - parties: τ of the record's.
    /// - Throws: `parameterOutOfRange`, `identityPoint`, `randomSourceFailed`.
    public init(
        _ coordinator: Coordinator, elements: [Point], evaluated: [Point], parties: [PartyIndex]
    ) throws(SealedMatchError) {
        var random = SystemRandom()
        try self.init(
            coordinator, elements: elements, evaluated: evaluated, parties: parties,
            attempt: Array(random.bytes32().bytes.prefix(16)))
    }

    package init(
        _ coordinator: Coordinator, elements: [Point], evaluated: [Point], parties: [PartyIndex], attempt: [UInt8]
    ) throws(SealedMatchError) {
        try coordinator.check(parties)
        guard !elements.contains(.identity), !evaluated.contains(.identity) else {
            throw SealedMatchError(.identityPoint, "a proof over the identity says nothing")
        }
        record = coordinator.record
        (composite, expected) = try DLEQProof.composites(
            publicKey: record.publicKey, elements: elements, evaluated: evaluated)
        session = try ProofSession(
            record: record.name, attempt: attempt, parties: parties, composite: composite)
    }

    /// That each party reveals what it committed to.
    /// - Throws: what is wrong with a message, with its party.
    package func check(commitments: [[UInt8]], reveals: [[UInt8]]) throws(CustodianError) {
        _ = try checked(commitments, reveals)
    }

    private func checked(
        _ commitments: [[UInt8]], _ reveals: [[UInt8]]
    ) throws(CustodianError) -> [ProofReveal] {
        let committed = try ProofMessage.bodies("SMS1", commitments, bodyCount: 32, session)
        let hashes = try blaming(nil) { () throws(SealedMatchError) in
            var hashes: [Bytes32] = []
            for body in committed { hashes.append(try Bytes32(exactly: body)) }
            return hashes
        }
        return try ProofReveal.all(reveals, committed: hashes, session)
    }

    /// That each party commits to something, in a message of this session.
    /// - Throws: what is wrong with a message, with its party.
    public func check(commitments: [[UInt8]]) throws(CustodianError) {
        _ = try ProofMessage.bodies("SMS1", commitments, bodyCount: 32, session)
    }

    /// Checks all answers, and puts the proof together. (Docs/Protocol.md, "Joint proofs", step 4)
    /// - Parameters:
    ///   - commitments: the parties' `SMS1`, by index.
    ///   - reveals: their `SMS2`.
    ///   - responses: their `SMS3`.
    /// - Throws: what is wrong with a message, with its party; `proofRejected` without one if the pairs are not by this
    ///   key.
    public func finish(
        commitments: [[UInt8]], reveals: [[UInt8]], responses: [[UInt8]]
    ) throws(CustodianError) -> DLEQProof {
        let all = try checked(commitments, reveals)
        let bodies = try ProofMessage.bodies("SMS3", responses, bodyCount: 32, session)
        let c = try blaming(nil) { () throws(SealedMatchError) in
            try ProofReveal.challenge(all, publicKey: record.publicKey, session)
        }
        var sum: PublicScalar?
        for (index, party) in session.parties.enumerated() {
            let s = try blaming(party) { () throws(SealedMatchError) in
                let s = try PublicScalar(canonical: Bytes32(exactly: bodies[index]))
                try check(s, c, all[index], party)
                return s
            }
            sum = try blaming(nil) { () throws(SealedMatchError) in try sum?.adding(s) ?? s }
        }
        return try blaming(nil) { () throws(SealedMatchError) in
            guard let sum, try ProofReveal.sum(all).z == expected else {
                throw SealedMatchError(.proofRejected, "the pairs are not by this key")
            }
            return DLEQProof(c: c, s: sum)
        }
    }

    private func check(
        _ s: PublicScalar, _ c: PublicScalar, _ reveal: ProofReveal, _ party: PartyIndex
    ) throws(SealedMatchError) {
        let weight = try Lagrange.coefficient(of: party, among: session.parties).multiplied(by: c)
        let r = try Point.baseVarTime(timesPublic: s)
            .adding(record.publicKey(of: party).multipliedVarTime(byPublic: weight))
        let t = try composite.multipliedVarTime(byPublic: s).adding(reveal.z.multipliedVarTime(byPublic: c))
        guard r == reveal.r, t == reveal.t else {
            throw SealedMatchError(.proofRejected, "a party's answer is not by its share")
        }
    }
}
