public import SealedMatchCrypto
public import SealedMatchProtocol

/// A custodian's products, and the proof that they are by its share. `SMEA` of Docs/Protocol.md, 4.15.
public struct EvaluationAnswer: Equatable, Sendable {
    /// Who answers.
    public let party: PartyIndex
    /// Of the request.
    let request: Bytes32
    /// w·α_i·E of each element.
    public let products: [Point]
    /// RFC 9497's, with w·L_i as public key.
    public let proof: DLEQProof

    private static let headCount = 40
    private static func encodedCount(_ count: Int) -> Int { headCount + 32 * count + DLEQProof.encodedCount }
    /// No longer answer is one.
    public static let maximumCount = encodedCount(DLEQProof.maximumPairs)

    /// The bytes of 4.15.
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount(products.count))
        out.magic("SMEA")
        out.put([party.number, 0, 0, 0])
        out.put(request)
        for product in products { out.put(product.encoded) }
        out.put(proof.encoded)
        return out.bytes
    }

    init(party: PartyIndex, request: Bytes32, products: [Point], proof: DLEQProof) {
        self.party = party
        self.request = request
        self.products = products
        self.proof = proof
    }

    /// Decodes an answer to a request. (Docs/Protocol.md, "Evaluation", step 3)
    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `parameterOutOfRange`, `transcriptMismatch` for an
    ///   answer to another one, `invalidPoint`, `identityPoint`, `invalidScalar`.
    init(canonical bytes: [UInt8], to request: EvaluationRequest) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount(request.elements.count) else {
            throw SealedMatchError(.wrongLength, "an answer has another length than its request asks for")
        }
        var reader = ByteReader(bytes)
        try reader.magic("SMEA")
        party = try reader.index()
        try reader.zeros(3)
        self.request = try reader.bytes32()
        guard try self.request == request.digest() else {
            throw SealedMatchError(.transcriptMismatch, "an answer is to another request")
        }
        products = try reader.points(request.elements.count)
        proof = try DLEQProof(canonical: reader.take(DLEQProof.encodedCount))
    }
}

extension CustodianShare {
    /// Multiplies by the share, in constant time, and proves it. (Docs/Protocol.md, "Evaluation", step 2)
    ///
    /// Elements are uniform to whoever does not know where they come from: nothing is learned but how many there are.
    /// - Throws: `unknownSet` for another record's request; `invalidScalar`, `identityPoint`, `randomSourceFailed`.
    public borrowing func evaluate(_ request: EvaluationRequest) throws(SealedMatchError) -> EvaluationAnswer {
        var random = SystemRandom()
        return try evaluate(request, fresh: random.bytes32())
    }

    /// - Parameter fresh: what the proof's nonce is hedged with.
    package borrowing func evaluate(
        _ request: EvaluationRequest, fresh: Bytes32
    ) throws(SealedMatchError) -> EvaluationAnswer {
        guard request.record == record.name else {
            throw SealedMatchError(.unknownSet, "no share of this record is here")
        }
        let weighted = try secret.multiplied(byPublic: request.weight)
        let key = try unsafe weighted.withEncoded { (raw) throws(SealedMatchError) in
            try unsafe MatchingKey(canonical: raw)
        }
        let products = try key.products(of: request.elements)
        let proof = try DLEQProof.prove(key, elements: request.elements, evaluated: products, fresh: fresh)
        return EvaluationAnswer(party: party, request: try request.digest(), products: products, proof: proof)
    }
}

extension MatchingKey {
    /// α·E of each element, in constant time.
    /// - Throws: `identityPoint` if one of them is the identity.
    borrowing func products(of elements: [Point]) throws(SealedMatchError) -> [Point] {
        var products = elements
        var span = products.mutableSpan
        try unsafe span.withUnsafeMutableBufferPointer { (points) throws(SealedMatchError) in
            try unsafe GroupBatch.multiply(points, by: alpha)
        }
        return products
    }
}
