internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// Where a party is in a proof session. While it holds the nonce it has not answered; once it has answered, the nonce
/// is gone. (Docs/Protocol.md, "Joint proofs")
enum ProofState {
    /// It has committed to a nonce.
    case committed(ProofSession, nonce: Held<Scalar>, reveal: ProofReveal)
    /// It has revealed, and took these commitments.
    case revealed(ProofSession, nonce: Held<Scalar>, reveal: ProofReveal, commitments: [Bytes32])
    /// It has answered.
    case answered(ProofSession, message: [UInt8])

    var session: ProofSession {
        switch self {
        case .committed(let session, _, _), .revealed(let session, _, _, _), .answered(let session, _): session
        }
    }

    /// `stage (1) ‖ session ‖ …`.
    func encoded() throws(SealedMatchError) -> SecretBytes {
        switch self {
        case .committed(let session, let nonce, let reveal):
            return try Self.encode([1] + session.encoded + reveal.encoded, nonce, [])
        case .revealed(let session, let nonce, let reveal, let commitments):
            return try Self.encode([2] + session.encoded + reveal.encoded, nonce, commitments.flatMap(\.bytes))
        case .answered(let session, let message): return try SecretBytes.copying([3] + session.encoded + message)
        }
    }

    private static func encode(
        _ head: [UInt8], _ nonce: Held<Scalar>, _ tail: [UInt8]
    ) throws(SealedMatchError) -> SecretBytes {
        var out = try SecretWriter(count: head.count + 32 + tail.count)
        out.put(head)
        unsafe nonce.secret.withEncoded { raw in unsafe out.put(raw) }
        out.put(tail)
        return out.finish()
    }

    init(decoding bytes: borrowing SecretBytes) throws(SealedMatchError) {
        self = try unsafe bytes.withBytes { (raw) throws(SealedMatchError) in
            var reader = unsafe SecretReader(raw)
            let stage = try unsafe reader.array(1)[0]
            let session = try ProofSession(canonical: unsafe reader.array(ProofSession.encodedCount))
            if stage == 3 {
                let message = try unsafe reader.array(SignedMessage.headerCount + 32)
                try unsafe reader.end()
                return .answered(session, message: message)
            }
            let reveal = try ProofReveal(canonical: unsafe reader.array(ProofReveal.encodedCount))
            let nonce = Held(try unsafe Scalar(canonical: reader.take(32)))
            if stage == 1 {
                try unsafe reader.end()
                return .committed(session, nonce: nonce, reveal: reveal)
            }
            guard stage == 2 else {
                throw SealedMatchError(.nonCanonical, "a custodian's state has no such stage")
            }
            var commitments: [Bytes32] = []
            for _ in session.parties { commitments.append(try Bytes32(exactly: unsafe reader.array(32))) }
            try unsafe reader.end()
            return .revealed(session, nonce: nonce, reveal: reveal, commitments: commitments)
        }
    }
}
