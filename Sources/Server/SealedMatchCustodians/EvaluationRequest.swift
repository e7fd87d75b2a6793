public import SealedMatchCrypto
internal import SealedMatchProtocol

/// A batch of elements that one custodian is asked to multiply by its share. `SMEQ` of Docs/Protocol.md, 4.15.
public struct EvaluationRequest: Equatable, Sendable {
    /// The name of the record whose share is asked for.
    public let record: Bytes32
    /// w: what the share is multiplied with before. Half of Lagrange's coefficient, so that products need only be
    /// added, and doubled.
    public let weight: PublicScalar
    /// 1…65,535, none of them the identity.
    public let elements: [Point]
    /// The elements' roots (Docs/Protocol.md, section 3); nil where a proof is asked for. Without one, whoever asks
    /// looks at the products by a check of its own.
    public let roots: [Bytes32]?
    /// The bytes of 4.15.
    public let encoded: [UInt8]
    /// What an answer says that it answers: the elements, and what they are multiplied by.
    let digest: Bytes32

    /// Whether a proof is asked for.
    public var isProved: Bool { roots == nil }

    /// - Throws: `parameterOutOfRange` for no element or too many; `wrongLength` for another number of roots.
    init(
        record: Bytes32, weight: PublicScalar, elements: [Point], roots: [Bytes32]?
    ) throws(SealedMatchError) {
        guard (1...DLEQProof.maximumPairs).contains(elements.count) else {
            throw SealedMatchError(.parameterOutOfRange, "a request has 1 to 65,535 elements")
        }
        guard roots == nil || roots?.count == elements.count else {
            throw SealedMatchError(.wrongLength, "elements and roots differ in number")
        }
        self.record = record
        self.weight = weight
        self.elements = elements
        self.roots = roots
        var out = ByteWriter(capacity: Self.encodedCount(elements.count, isProved: roots == nil))
        out.magic("SMEQ")
        out.put(UInt16(elements.count))
        out.put([roots == nil ? 1 : 0, 0])
        out.put(record)
        out.put(weight.encoded)
        out.put(elements)
        if let roots { out.put(roots) }
        encoded = out.bytes
        digest = try Self.digest(of: encoded, count: elements.count)
    }

    /// The same, with a proof.
    func proved() throws(SealedMatchError) -> EvaluationRequest {
        try EvaluationRequest(record: record, weight: weight, elements: elements, roots: nil)
    }

    private static let headCount = 72
    private static func encodedCount(_ count: Int, isProved: Bool) -> Int {
        headCount + (isProved ? 32 : 64) * count
    }
    /// No longer request is one.
    public static let maximumCount = encodedCount(DLEQProof.maximumPairs, isProved: false)

    /// - Throws: `wrongLength`, `invalidMagic`, `parameterOutOfRange`, `nonCanonical`, `invalidScalar`, `invalidPoint`,
    ///   `identityPoint`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        try self.init(deferringPoints: bytes)
        try checkPoints()
    }

    /// The same, but for the elements and their roots: a multiplication decodes them anyway, and finds what is none.
    init(deferringPoints bytes: [UInt8]) throws(SealedMatchError) {
        var reader = ByteReader(bytes)
        try reader.magic("SMEQ")
        let count = Int(try reader.number(UInt16.self))
        let flags = try reader.take(2)
        guard count > 0 else { throw SealedMatchError(.parameterOutOfRange, "a request has 1 to 65,535 elements") }
        guard flags[0] <= 1, flags[1] == 0 else {
            throw SealedMatchError(.nonCanonical, "a request's reserved bits are not zero")
        }
        let isProved = flags[0] == 1
        guard bytes.count == Self.encodedCount(count, isProved: isProved) else {
            throw SealedMatchError(.wrongLength, "a request's length does not follow from its number of elements")
        }
        record = try reader.bytes32()
        weight = try PublicScalar(canonical: reader.bytes32())
        guard !weight.encoded.isZero else { throw SealedMatchError(.invalidScalar, "a weight is zero") }
        elements = try reader.uncheckedPoints(count)
        roots = isProved ? nil : try reader.values(count)
        encoded = bytes
        digest = try Self.digest(of: bytes, count: count)
    }

    /// - Throws: `invalidPoint` also where a root is not its element's, `identityPoint`.
    func checkPoints() throws(SealedMatchError) {
        for (index, element) in elements.enumerated() {
            guard !element.isIdentity else { throw SealedMatchError(.identityPoint, "the identity is forbidden here") }
            _ = try Point(canonical: element.encoded)
            guard let roots else { continue }
            guard GroupBatch.rootsVarTime(of: [element]) == [roots[index]] else {
                throw SealedMatchError(.invalidPoint, "a root is not its element's")
            }
        }
    }

    /// Of what stands before the roots, which follow from it.
    private static func digest(of bytes: [UInt8], count: Int) throws(SealedMatchError) -> Bytes32 {
        let length = encodedCount(count, isProved: true)
        var input = KDF(.evaluationRequest, capacity: length)
        unsafe bytes.withUnsafeBytes { unsafe input.append(UnsafeRawBufferPointer(rebasing: $0.prefix(length))) }
        return try input.hash()
    }
}
