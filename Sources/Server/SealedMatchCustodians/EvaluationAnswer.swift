public import SealedMatchCrypto
public import SealedMatchProtocol

/// A custodian's products, and a proof that they are by its share if one was asked for. `SMEA` of Docs/Protocol.md,
/// 4.15.
public struct EvaluationAnswer: Equatable, Sendable {
    /// Who answers.
    public let party: PartyIndex
    /// Of the request.
    let request: Bytes32
    /// w·α_i·E of each element.
    public let products: [Point]
    /// The products' roots (Docs/Protocol.md, section 3); nil if a proof was asked for. They may be any numbers until
    /// they are used.
    public let roots: [Bytes32]?
    /// RFC 9497's, with w·L_i as public key; nil if none was asked for.
    public let proof: DLEQProof?

    private static let headCount = 40
    private static func encodedCount(_ count: Int, isProved: Bool) -> Int {
        isProved ? headCount + 32 * count + DLEQProof.encodedCount : headCount + 64 * count
    }
    /// No longer answer is one.
    public static let maximumCount = encodedCount(DLEQProof.maximumPairs, isProved: false)

    /// The bytes of 4.15.
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount(products.count, isProved: proof != nil))
        out.magic("SMEA")
        out.put([party.number, 0, 0, 0])
        out.put(request)
        out.put(products)
        if let roots { out.put(roots) }
        if let proof { out.put(proof.encoded) }
        return out.bytes
    }

    init(party: PartyIndex, request: Bytes32, products: [Point], roots: [Bytes32]?, proof: DLEQProof?) {
        self.party = party
        self.request = request
        self.products = products
        self.roots = roots
        self.proof = proof
    }

    /// Whether a proved answer has the products of one without a proof, and that one their roots.
    func proves(_ answer: EvaluationAnswer) -> Bool {
        products == answer.products && (answer.roots == nil || answer.roots == GroupBatch.rootsVarTime(of: products))
    }

    /// Decodes an answer to a request. Products without a proof may be anything: a check over all answers covers them.
    /// (Docs/Protocol.md, "Evaluation", step 3)
    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `parameterOutOfRange`, `transcriptMismatch` for an
    ///   answer to another one, `invalidPoint`, `identityPoint`, `invalidScalar`.
    init(canonical bytes: [UInt8], to request: EvaluationRequest) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount(request.elements.count, isProved: request.isProved) else {
            throw SealedMatchError(.wrongLength, "an answer has another length than its request asks for")
        }
        var reader = ByteReader(bytes)
        try reader.magic("SMEA")
        party = try reader.index()
        try reader.zeros(3)
        self.request = try reader.bytes32()
        guard self.request == request.digest else {
            throw SealedMatchError(.transcriptMismatch, "an answer is to another request")
        }
        if request.isProved {
            products = try reader.points(request.elements.count)
            roots = nil
            proof = try DLEQProof(canonical: reader.take(DLEQProof.encodedCount))
        } else {
            products = try reader.uncheckedPoints(request.elements.count)
            roots = try reader.values(request.elements.count)
            proof = nil
        }
    }
}

extension CustodianShare {
    /// Multiplies by the share, in constant time, and proves it if that is asked for. (Docs/Protocol.md, "Evaluation",
    /// step 2)
    ///
    /// Elements are uniform to whoever does not know where they come from: nothing is learned but how many there are.
    /// - Throws: `unknownSet` for another record's request; `invalidPoint`, `identityPoint`, `invalidScalar`,
    ///   `randomSourceFailed`.
    public borrowing func evaluate(_ request: EvaluationRequest) throws(SealedMatchError) -> EvaluationAnswer {
        var random = SystemRandom()
        return try evaluate(request, random: &random)
    }

    /// - Parameter random: what the proof's nonce is hedged with, 32 bytes, comes from it.
    package borrowing func evaluate(
        _ request: EvaluationRequest, random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> EvaluationAnswer {
        guard request.record == record.name else {
            throw SealedMatchError(.unknownSet, "no share of this record is here")
        }
        let weighted = try secret.multiplied(byPublic: request.weight)
        var products = request.elements
        // What is no element, or the identity, or has another root, has the product zero.
        guard var roots = request.roots else {
            let key = try unsafe weighted.withEncoded { (raw) throws(SealedMatchError) in
                try unsafe MatchingKey(canonical: raw)
            }
            unsafe products.withUnsafeMutableBytes {
                unsafe GroupBatch.multiplyUnchecked($0.bindMemory(to: Bytes32.self), by: weighted)
            }
            if products.contains(.identity) { try request.checkPoints() }
            let proof = try DLEQProof.prove(
                key, elements: request.elements, evaluated: products, fresh: random.bytes32())
            return EvaluationAnswer(
                party: party, request: request.digest, products: products, roots: nil, proof: proof)
        }
        GroupBatch.multiply(&products, roots: &roots, by: weighted)
        if products.contains(.identity) { try request.checkPoints() }
        return EvaluationAnswer(party: party, request: request.digest, products: products, roots: roots, proof: nil)
    }

    /// Decodes a request (`SMEQ`) and answers it (`SMEA`): what a custodian's service does.
    /// - Throws: what decoding throws, and as `evaluate`.
    public borrowing func answer(_ request: [UInt8]) throws(SealedMatchError) -> [UInt8] {
        try evaluate(EvaluationRequest(deferringPoints: request)).encoded
    }
}
