internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// The messages of a proof session: `magic ‖ index ‖ zero (3) ‖ session ‖ …`. They are not signed: a coordinator that
/// changes them can do no more than a party that lies. (Docs/Protocol.md, 4.15)
enum ProofMessage {
    static func encode(_ magic: StaticString, from party: PartyIndex, session: Bytes32, _ body: [UInt8]) -> [UInt8] {
        SignedMessage.header(magic, from: party, run: session) + body
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `transcriptMismatch`, `parameterOutOfRange`.
    static func open(
        _ magic: StaticString, _ bytes: [UInt8], bodyCount: Int, from party: PartyIndex, session: Bytes32
    ) throws(SealedMatchError) -> ByteReader {
        guard bytes.count == SignedMessage.headerCount + bodyCount else {
            throw SealedMatchError(.wrongLength, "a message of a joint proof has another length")
        }
        var reader = ByteReader(bytes)
        try reader.magic(magic)
        let index = try reader.number(UInt8.self)
        try reader.zeros(3)
        guard try reader.bytes32() == session else {
            throw SealedMatchError(.transcriptMismatch, "a message is of another session")
        }
        guard index == party.number else {
            throw SealedMatchError(.parameterOutOfRange, "a message is another party's")
        }
        return reader
    }

    /// The bodies of all messages of a round, one of each party, by index.
    static func bodies(
        _ magic: StaticString, _ messages: [[UInt8]], bodyCount: Int, _ session: ProofSession
    ) throws(CustodianError) -> [[UInt8]] {
        let name = try blaming(nil) { () throws(SealedMatchError) in try session.name() }
        guard messages.count == session.parties.count else {
            throw CustodianError(nil, .parameterOutOfRange, "there must be one message of each party")
        }
        var bodies: [[UInt8]] = []
        for (party, bytes) in zip(session.parties, messages) {
            bodies.append(
                try blaming(party) { () throws(SealedMatchError) in
                    var reader = try open(magic, bytes, bodyCount: bodyCount, from: party, session: name)
                    return try reader.take(bodyCount)
                })
        }
        return bodies
    }
}

/// What a party reveals of a nonce: R_i = rB, T_i = rM, Z_i = λ_i·α_i·M.
struct ProofReveal {
    let r: Point
    let t: Point
    let z: Point

    static let encodedCount = 96

    init(r: Point, t: Point, z: Point) {
        self.r = r
        self.t = t
        self.z = z
    }

    var encoded: [UInt8] { r.encoded.bytes + t.encoded.bytes + z.encoded.bytes }

    init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        (r, t, z) = (try reader.point(), try reader.point(), try reader.point())
        try reader.end()
    }

    /// h_i.
    func commitment(_ party: PartyIndex, session: Bytes32) throws(SealedMatchError) -> Bytes32 {
        var input = KDF(.proofCommitment)
        input.append(session)
        input.append(party.number)
        input.append(encoded)
        return try input.hash()
    }

    /// All of a round, checked against what was committed to. (Docs/Protocol.md, "Joint proofs", step 3)
    /// - Throws: `transcriptMismatch`, `invalidPoint`, `identityPoint`, with the party.
    static func all(
        _ messages: [[UInt8]], committed: [Bytes32], _ session: ProofSession
    ) throws(CustodianError) -> [ProofReveal] {
        let bodies = try ProofMessage.bodies("SMS2", messages, bodyCount: encodedCount, session)
        var reveals: [ProofReveal] = []
        for (index, party) in session.parties.enumerated() {
            reveals.append(
                try blaming(party) { () throws(SealedMatchError) in
                    let reveal = try ProofReveal(canonical: bodies[index])
                    guard try reveal.commitment(party, session: session.name()) == committed[index] else {
                        throw SealedMatchError(.transcriptMismatch, "a party reveals what it did not commit to")
                    }
                    return reveal
                })
        }
        return reveals
    }

    static func sum(_ reveals: [ProofReveal]) throws(SealedMatchError) -> ProofReveal {
        var (r, t, z) = (Point.identity, Point.identity, Point.identity)
        for reveal in reveals {
            r = try r.adding(reveal.r)
            t = try t.adding(reveal.t)
            z = try z.adding(reveal.z)
        }
        return ProofReveal(r: r, t: t, z: z)
    }

    /// c, of the sums.
    static func challenge(
        _ reveals: [ProofReveal], publicKey: Point, _ session: ProofSession
    ) throws(SealedMatchError) -> PublicScalar {
        let sum = try sum(reveals)
        return try DLEQProof.challenge(publicKey, session.composite, sum.z, sum.r, sum.t)
    }
}
