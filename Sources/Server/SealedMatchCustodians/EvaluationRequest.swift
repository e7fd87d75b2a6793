public import SealedMatchCrypto
internal import SealedMatchProtocol

/// A batch of elements that one custodian is asked to multiply by its share. `SMEQ` of Docs/Protocol.md, 4.15.
public struct EvaluationRequest: Equatable, Sendable {
    /// The name of the record whose share is asked for.
    public let record: Bytes32
    /// w: what the share is multiplied with before. Lagrange's coefficient, so that products need only be added.
    public let weight: PublicScalar
    /// Whether a proof is asked for. Without one, whoever asks looks at the products by a check of its own.
    public let isProved: Bool
    /// 1…65,535, none of them the identity.
    public let elements: [Point]

    /// - Throws: `parameterOutOfRange` for no element or too many.
    init(record: Bytes32, weight: PublicScalar, isProved: Bool, elements: [Point]) throws(SealedMatchError) {
        guard (1...DLEQProof.maximumPairs).contains(elements.count) else {
            throw SealedMatchError(.parameterOutOfRange, "a request has 1 to 65,535 elements")
        }
        self.record = record
        self.weight = weight
        self.isProved = isProved
        self.elements = elements
    }

    /// The same, with a proof.
    func proved() throws(SealedMatchError) -> EvaluationRequest {
        try EvaluationRequest(record: record, weight: weight, isProved: true, elements: elements)
    }

    private static let headCount = 72
    /// No longer request is one.
    public static let maximumCount = headCount + 32 * DLEQProof.maximumPairs

    /// The bytes of 4.15.
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.headCount + 32 * elements.count)
        out.magic("SMEQ")
        out.put(UInt16(elements.count))
        out.put([isProved ? 1 : 0, 0])
        out.put(record)
        out.put(weight.encoded)
        for element in elements { out.put(element.encoded) }
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `parameterOutOfRange`, `nonCanonical`, `invalidScalar`, `invalidPoint`,
    ///   `identityPoint`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        try self.init(deferringPoints: bytes)
        try checkPoints()
    }

    /// The same, but for the elements: a multiplication decodes them anyway, and finds what is none.
    init(deferringPoints bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        try reader.magic("SMEQ")
        let count = Int(try reader.number(UInt16.self))
        let flags = try reader.take(2)
        guard count > 0 else { throw SealedMatchError(.parameterOutOfRange, "a request has 1 to 65,535 elements") }
        guard flags[0] <= 1, flags[1] == 0 else {
            throw SealedMatchError(.nonCanonical, "a request's reserved bits are not zero")
        }
        guard bytes.count == Self.headCount + 32 * count else {
            throw SealedMatchError(.wrongLength, "a request's length does not follow from its number of elements")
        }
        isProved = flags[0] == 1
        record = try reader.bytes32()
        weight = try PublicScalar(canonical: reader.bytes32())
        guard !weight.encoded.isZero else { throw SealedMatchError(.invalidScalar, "a weight is zero") }
        elements = try reader.uncheckedPoints(count)
    }

    /// - Throws: `invalidPoint`, `identityPoint`.
    func checkPoints() throws(SealedMatchError) {
        for element in elements {
            guard !element.isIdentity else { throw SealedMatchError(.identityPoint, "the identity is forbidden here") }
            _ = try Point(canonical: element.encoded)
        }
    }

    /// What an answer says that it answers.
    func digest() throws(SealedMatchError) -> Bytes32 {
        let bytes = encoded
        var input = KDF(.evaluationRequest, capacity: bytes.count)
        input.append(bytes)
        return try input.hash()
    }
}
