internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// A proof that a party knows the a_0 of its A_0 = a_0·B: Schnorr's, bound to the run, the party and its sealing key.
/// Without it the last to speak could choose A_0 so that all others cancel. (Docs/Protocol.md, "Key generation",
/// step 2)
struct Possession: Equatable {
    let c: PublicScalar
    let s: PublicScalar

    static let encodedCount = 64
    private static let hash = HashToGroup(dst: HashToGroup.ascii(Separator.possession))

    var encoded: [UInt8] { c.encoded.bytes + s.encoded.bytes }

    /// What a proof is bound to.
    struct Statement {
        let party: PartyIndex
        let run: Bytes32
        let sealingKey: Bytes32
        let commitment: Point

        var encoded: [UInt8] {
            [party.number] + run.bytes + sealingKey.bytes + commitment.encoded.bytes
        }
    }

    static func challenge(_ statement: Statement, _ r: Point) throws(SealedMatchError) -> PublicScalar {
        try hash.scalar(statement.encoded + r.encoded.bytes)
    }

    /// The nonce is hedged: derived from the secret, the statement and fresh bytes.
    static func prove(
        _ secret: borrowing Scalar, _ statement: Statement, fresh: Bytes32
    ) throws(SealedMatchError) -> Possession {
        let nonce = try HedgedNonce.derive(.possessionNonce, key: secret, fields: fresh.bytes + statement.encoded)
        let c = try challenge(statement, Point.base(times: nonce))
        return Possession(c: c, s: PublicScalar.response(nonce: nonce, challenge: c, key: secret))
    }

    /// - Throws: `proofRejected`.
    func verify(_ statement: Statement) throws(SealedMatchError) {
        let r = try Point.baseVarTime(timesPublic: s).adding(statement.commitment.multipliedVarTime(byPublic: c))
        guard try Self.challenge(statement, r) == c else {
            throw SealedMatchError(.proofRejected, "a proof of possession does not verify")
        }
    }

    init(c: PublicScalar, s: PublicScalar) {
        self.c = c
        self.s = s
    }

    /// - Throws: `wrongLength`, `invalidScalar`.
    init(from reader: inout ByteReader) throws(SealedMatchError) {
        c = try PublicScalar(canonical: reader.bytes32())
        s = try PublicScalar(canonical: reader.bytes32())
    }
}

/// A nonce from a secret key, what it is for, and fresh bytes: 64 bytes of KDF, modulo ℓ. A generator that repeats
/// itself then repeats no nonce for another statement.
enum HedgedNonce {
    static func derive(
        _ label: Label, key: borrowing Scalar, fields: [UInt8]
    ) throws(SealedMatchError) -> Scalar {
        var secret = try SecretBytes.zeros(count: 32)
        unsafe secret.withMutableBytes { out in unsafe key.withEncoded { unsafe out.copyMemory(from: $0) } }
        let low = try input(label, 0, fields).deriveSecret(key: secret)
        let high = try input(label, 1, fields).deriveSecret(key: secret)
        return try Scalar.reducing(low, high)
    }

    private static func input(_ label: Label, _ half: UInt8, _ fields: [UInt8]) -> KDF {
        var input = KDF(label, capacity: 1 + fields.count)
        input.append(half)
        input.append(fields)
        return input
    }
}
