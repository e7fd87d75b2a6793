internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// What the messages of a run's rounds have in common: `magic ‖ index ‖ zero (3) ‖ run ‖ … ‖ signature`.
enum SignedMessage {
    /// Bytes before what a message says.
    static let headerCount = 40

    /// Signs what a message says.
    static func make(
        _ magic: StaticString, from party: PartyIndex, run: Bytes32, body: [UInt8], key: borrowing SigningKey
    ) throws(SealedMatchError) -> [UInt8] {
        let message = header(magic, from: party, run: run) + body
        return message + (try key.sign(signed(message))).encoded
    }

    static func header(_ magic: StaticString, from party: PartyIndex, run: Bytes32) -> [UInt8] {
        var out = ByteWriter(capacity: headerCount)
        out.magic(magic)
        out.put([party.number, 0, 0, 0])
        out.put(run)
        return out.bytes
    }

    /// What the signature is of.
    static func signed(_ message: [UInt8]) -> [UInt8] { HashToGroup.ascii(Separator.custodianMessage) + [0] + message }

    /// Checks all but what a message says.
    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`; `transcriptMismatch` for another run,
    ///   `parameterOutOfRange` for another party, `invalidSignature`.
    /// - Returns: what it says.
    static func open(
        _ magic: StaticString, _ bytes: [UInt8], bodyCount: Int, from party: PartyIndex, run: Bytes32, key: Bytes32
    ) throws(SealedMatchError) -> ByteReader {
        guard bytes.count == headerCount + bodyCount + Signature.encodedCount else {
            throw SealedMatchError(.wrongLength, "a custodian's message has another length")
        }
        var reader = ByteReader(bytes)
        try reader.magic(magic)
        let index = try reader.number(UInt8.self)
        try reader.zeros(3)
        guard try reader.bytes32() == run else {
            throw SealedMatchError(.transcriptMismatch, "a custodian's message is of another run")
        }
        guard index == party.number else {
            throw SealedMatchError(.parameterOutOfRange, "a custodian's message is another party's")
        }
        let signature = try Signature(canonical: Array(bytes.suffix(Signature.encodedCount)))
        guard signature.verifies(signed(Array(bytes.dropLast(Signature.encodedCount))), publicKey: key) else {
            throw SealedMatchError(.invalidSignature, "a custodian's signature does not verify")
        }
        return reader
    }
}

extension ByteReader {
    /// An element that is not the identity.
    mutating func point() throws(SealedMatchError) -> Point {
        let point = try Point(canonical: bytes32())
        guard !point.isIdentity else { throw SealedMatchError(.identityPoint, "the identity is forbidden here") }
        return point
    }

    mutating func points(_ count: Int) throws(SealedMatchError) -> [Point] {
        var points: [Point] = []
        for _ in 0..<count { points.append(try point()) }
        return points
    }

    /// Encodings that somebody else decodes, or that a check over all of them covers.
    mutating func uncheckedPoints(_ count: Int) throws(SealedMatchError) -> [Point] {
        try values(count).map { Point(unchecked: $0) }
    }

    mutating func values(_ count: Int) throws(SealedMatchError) -> [Bytes32] {
        let bytes = try take(32 * count)
        return unsafe bytes.withUnsafeBytes { raw in
            (0..<count).map { unsafe Bytes32(loading: raw.baseAddress! + 32 * $0) }
        }
    }

    mutating func index() throws(SealedMatchError) -> PartyIndex { try PartyIndex(number(UInt8.self)) }
}
