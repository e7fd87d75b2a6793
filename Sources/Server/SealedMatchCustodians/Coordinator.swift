public import SealedMatchCrypto
public import SealedMatchProtocol

/// What asks custodians, checks their answers and combines them. It holds no secret; whoever runs it sees the products.
/// (Docs/Protocol.md, "Evaluation")
public struct Coordinator: Sendable {
    /// The key that is used.
    public let record: CustodianRecord

    /// - Throws: `invalidSignature` with a party, unless all confirmed the record.
    public init(_ record: CustodianRecord) throws(CustodianError) {
        try record.verify()
        self.record = record
    }

    /// The same for a set's key.
    /// - Throws: as above; `setMismatch`.
    public init(_ record: CustodianRecord, of header: SetHeader) throws(CustodianError) {
        try blaming(nil) { () throws(SealedMatchError) in try record.check(header) }
        try self.init(record)
    }

    /// λ_i/2 of a party among τ different ones.
    /// - Throws: `parameterOutOfRange`.
    public func weight(of party: PartyIndex, among parties: [PartyIndex]) throws(SealedMatchError) -> PublicScalar {
        try check(parties)
        guard parties.contains(party) else {
            throw SealedMatchError(.parameterOutOfRange, "the party is none of those that answer")
        }
        return try Lagrange.coefficient(of: party, among: parties, dividedBy: 2)
    }

    func check(_ parties: [PartyIndex]) throws(SealedMatchError) {
        guard parties.count == record.threshold, Set(parties).count == parties.count,
            parties.allSatisfy({ $0.number <= record.plan.count })
        else { throw SealedMatchError(.parameterOutOfRange, "it takes exactly the threshold's number of parties") }
    }

    /// What one of τ parties is asked. (Docs/Protocol.md, "Evaluation", step 1)
    /// - Parameters:
    ///   - elements: 1…65,535, none of them the identity.
    ///   - isProved: whether a proof is asked for. Without one the products have to be checked otherwise.
    /// - Throws: `parameterOutOfRange`, `identityPoint`; `invalidPoint` without a proof, where one is no element.
    public func request(
        _ elements: [Point], of party: PartyIndex, among parties: [PartyIndex], isProved: Bool = true
    ) throws(SealedMatchError) -> EvaluationRequest {
        guard !elements.contains(.identity) else {
            throw SealedMatchError(.identityPoint, "the identity has no product")
        }
        guard !isProved else { return try request(elements, roots: nil, of: party, among: parties) }
        guard let roots = GroupBatch.rootsVarTime(of: elements) else {
            throw SealedMatchError(.invalidPoint, "not a canonical ristretto255 encoding")
        }
        return try request(elements, roots: roots, of: party, among: parties)
    }

    /// The same, with roots that are known; with a proof if there are none.
    package func request(
        _ elements: [Point], roots: [Bytes32]?, of party: PartyIndex, among parties: [PartyIndex]
    ) throws(SealedMatchError) -> EvaluationRequest {
        try EvaluationRequest(
            record: record.name, weight: weight(of: party, among: parties), elements: elements, roots: roots)
    }

    /// Decodes an answer, and verifies its proof if one was asked for. (Docs/Protocol.md, "Evaluation", step 3)
    /// - Throws: what decoding throws, or `proofRejected`, with the party whose fault it is.
    public func verify(
        _ answer: [UInt8], of party: PartyIndex, to request: EvaluationRequest
    ) throws(CustodianError) -> EvaluationAnswer {
        try blaming(party) { () throws(SealedMatchError) in
            let answer = try EvaluationAnswer(canonical: answer, to: request)
            guard answer.party == party else {
                throw SealedMatchError(.transcriptMismatch, "an answer is another party's")
            }
            if let proof = answer.proof {
                let key = try record.publicKey(of: party).multipliedVarTime(byPublic: request.weight)
                try proof.verifyVarTime(publicKey: key, elements: request.elements, evaluated: answer.products)
            }
            return answer
        }
    }

    /// α·E of each element, of verified answers by τ parties; of answers without proofs, what still has to be checked.
    /// (Docs/Protocol.md, "Evaluation", step 4)
    /// - Parameter answers: each with what was asked, all about the same elements.
    /// - Throws: `parameterOutOfRange`; `identityPoint`; `invalidPoint` where a product is no element, or a root is not
    ///   its product's.
    public func combine(
        _ answers: [(request: EvaluationRequest, answer: EvaluationAnswer)]
    ) throws(SealedMatchError) -> [Point] {
        guard !answers.contains(where: { $0.answer.products.contains(.identity) }) else {
            throw SealedMatchError(.identityPoint, "a product is the identity")
        }
        let weights = [PublicScalar](repeating: try PublicScalar(0), count: answers.first?.answer.products.count ?? 0)
        guard let combined = try combine(answers, weights: weights) else {
            throw SealedMatchError(.invalidPoint, "a product is no ristretto255 element, or its root is another's")
        }
        return combined.products
    }

    /// The same, and Σ d_j·P_j with the weights d_j.
    /// - Returns: nil where a product is no element, or a root is not its product's.
    /// - Throws: `parameterOutOfRange`.
    package func combine(
        _ answers: [(request: EvaluationRequest, answer: EvaluationAnswer)], weights: [PublicScalar]
    ) throws(SealedMatchError) -> (products: [Point], total: Point)? {
        let parties = answers.map(\.answer.party)
        try check(parties)
        guard answers.allSatisfy({ $0.request.elements == answers[0].request.elements }) else {
            throw SealedMatchError(.parameterOutOfRange, "answers about other elements cannot be combined")
        }
        var points: [Point] = []
        var roots: [Bytes32] = []
        points.reserveCapacity(answers.count * weights.count)
        roots.reserveCapacity(answers.count * weights.count)
        for (request, answer) in answers {
            var products = answer.products
            guard var own = answer.roots ?? GroupBatch.rootsVarTime(of: products) else { return nil }
            // An answer that was asked for among other parties is weighed anew.
            let weight = try weight(of: answer.party, among: parties)
            if weight != request.weight {
                let factor = try weight.multiplied(by: request.weight.inverse())
                let key = try MatchingKey(canonical: factor.encoded.bytes)
                GroupBatch.multiply(&products, roots: &own, by: key.alpha)
            }
            points += products
            roots += own
        }
        return try GroupBatch.addHalvesVarTime(points, roots: roots, scalars: weights).map { ($0.sums, $0.total) }
    }
}
