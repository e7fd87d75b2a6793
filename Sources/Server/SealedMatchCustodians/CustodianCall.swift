package import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a coordinator asks a custodian for over a connection, signed: who asks, whom, when, for what. `SMPA` of
/// Docs/Protocol.md, 4.15.
///
/// TLS would show whom the connection is with. This shows it of each request, whoever carries it; what TLS adds is that
/// nobody on the way reads elements and products.
package enum CustodianCall: UInt8, Sendable, CaseIterable {
    /// Asks for products.
    case evaluate = 1
    /// Round 1 of a joint proof.
    case commit = 2
    /// Round 2.
    case reveal = 3
    /// Round 3.
    case respond = 4

    /// Bytes before what is asked.
    package static let headCount = 144
    /// No longer call is one.
    package var maximumCount: Int {
        switch self {
        case .evaluate: Self.headCount + EvaluationRequest.maximumCount
        default: Self.headCount + ProofSession.encodedCount + Int(PartyIndex.maximum) * 160
        }
    }
    /// Seconds by which the clocks may differ.
    static let tolerance: UInt64 = 300

    /// What is sent: the signed head, then what is asked.
    /// - Parameters:
    ///   - body: what is asked.
    ///   - custodian: the Ed25519 key of whoever is asked.
    ///   - time: seconds since 1970.
    ///   - key: the coordinator's.
    package func make(
        _ body: [UInt8], to custodian: Bytes32, time: UInt64, key: borrowing SigningKey
    ) throws(SealedMatchError) -> [UInt8] {
        // Calls, step 1
        var out = ByteWriter(capacity: Self.headCount + body.count)
        out.magic("SMPA")
        out.put([rawValue, 0, 0, 0])
        out.put(time)
        out.put(key.publicKey)
        out.put(custodian)
        out.put(try key.sign(Self.signed(out.bytes, body)).encoded)
        out.put(body)
        return out.bytes
    }

    private static func signed(_ head: [UInt8], _ body: [UInt8]) throws(SealedMatchError) -> [UInt8] {
        try SignedMessage.signed(head + SHA256.digest(of: body).bytes)
    }

    /// A call as it came: who asked for what.
    package struct Opened: Sendable {
        package let coordinator: Bytes32
        /// When it was signed, by the coordinator's clock.
        package let time: UInt64
        /// The digest of what is signed. Calls with one name are one call, which is taken once.
        package let name: Bytes32
        package let body: [UInt8]
    }

    /// Checks a call's form, receiver, time and signature. Whether the coordinator may ask is the policy's matter.
    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`; `authenticationFailed` for another call, receiver or
    ///   time, or a signature that does not verify.
    package func open(_ bytes: [UInt8], custodian: Bytes32, now: UInt64) throws(SealedMatchError) -> Opened {
        // Calls, step 2
        var reader = ByteReader(bytes)
        try reader.magic("SMPA")
        let kind = try reader.number(UInt8.self)
        try reader.zeros(3)
        let time = try reader.number(UInt64.self)
        let coordinator = try reader.bytes32()
        let receiver = try reader.bytes32()
        let signature = try Signature(canonical: reader.take(Signature.encodedCount))
        let body = try reader.take(reader.remaining)
        // Calls, step 3: what costs nothing comes first.
        guard kind == rawValue, receiver == custodian, time <= now &+ Self.tolerance, now <= time &+ Self.tolerance
        else { throw SealedMatchError(.authenticationFailed, "the call is another one, for another custodian or time") }
        let signed = try Self.signed(Array(bytes.prefix(80)), body)
        guard signature.verifies(signed, publicKey: coordinator) else {
            throw SealedMatchError(.authenticationFailed, "the call's signature does not verify")
        }
        return Opened(coordinator: coordinator, time: time, name: try SHA256.digest(of: signed), body: body)
    }
}
