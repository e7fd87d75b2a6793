internal import Dispatch
public import SealedMatchAuthority
public import SealedMatchCrypto
internal import SealedMatchProtocol
internal import Synchronization

/// α divided among custodians, behind the evaluator's seam: asks τ of N in parallel, verifies each answer, combines,
/// and goes on with others where a party does not answer or answers wrongly. (Docs/Protocol.md, "Evaluation")
public final class ThresholdEvaluator: Evaluator {
    /// Something that a custodian did not do as it should.
    public struct Fault: Sendable {
        /// What to make of it.
        public enum Kind: Sendable {
            /// It does not answer, or refuses. From now on it is asked after all others.
            case silent
            /// Its answer is wrong. It is not asked again by this evaluator.
            case wrong
        }
        /// Who.
        public let party: PartyIndex
        /// What kind of fault.
        public let kind: Kind
        /// What was wrong.
        public let error: SealedMatchError
    }

    /// Elements that are asked for together: one more goes with them.
    private static let maximumBatch = DLEQProof.maximumPairs - 1
    private let coordinator: Coordinator
    private let custodians: [PartyIndex: any Custodian]
    /// Who is asked first, and who is not asked any more.
    private struct Standing {
        var order: [PartyIndex]
        var wrong: Set<PartyIndex> = []

        mutating func note(_ fault: Fault) {
            switch fault.kind {
            case .wrong: wrong.insert(fault.party)
            case .silent:
                order.removeAll { $0 == fault.party }
                order.append(fault.party)
            }
        }
    }
    private let standing: Mutex<Standing>
    private let report: @Sendable (Fault) -> Void

    /// - Parameters:
    ///   - custodians: ways to parties of the record; the first τ are asked first.
    ///   - report: called with each fault, from any thread.
    /// - Throws: `parameterOutOfRange` for two ways to one party, or one to none of the record's; `tooFewCustodians`
    ///   for fewer than τ.
    public init(
        _ coordinator: Coordinator, custodians: [any Custodian], report: @escaping @Sendable (Fault) -> Void
    ) throws(SealedMatchError) {
        let order = custodians.map(\.party)
        guard Set(order).count == order.count, order.allSatisfy({ $0.number <= coordinator.record.plan.count }) else {
            throw SealedMatchError(.parameterOutOfRange, "the custodians are not different parties of the record")
        }
        guard order.count >= coordinator.record.threshold else {
            throw SealedMatchError(.tooFewCustodians, "fewer custodians are known than the key takes")
        }
        standing = Mutex(Standing(order: order))
        self.coordinator = coordinator
        self.custodians = Dictionary(custodians.map { ($0.party, $0) }, uniquingKeysWith: { first, _ in first })
        self.report = report
    }

    /// L = αB.
    public var publicKey: Point { coordinator.record.publicKey }

    /// The parties whose answers were wrong, and that are not asked any more.
    public var wrongParties: Set<PartyIndex> { standing.withLock { $0.wrong } }

    /// Replaces each Q by αQ, in place; zero bytes where Q is no element. (Docs/Protocol.md, "Evaluation")
    /// - Throws: `tooFewCustodians` where fewer than τ parties answer properly; what the machine does.
    public func evaluate(_ elements: inout [Bytes32]) throws(SealedMatchError) {
        // Evaluation, step 1: what is no element, or the identity, has no product, and no custodian sees it.
        var places: [Int] = []
        var points: [Point] = []
        for (place, encoding) in elements.enumerated() {
            // libsodium passes over the top bit, which no element has.
            if encoding.isZero || encoding.word(at: 3) >> 63 == 1 {
                elements[place] = Bytes32()
            } else {
                places.append(place)
                points.append(Point(unchecked: encoding))
            }
        }
        var rest = points[...]
        var done = places[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Self.maximumBatch))
            for (place, product) in zip(done, try productsOfAny(batch)) { elements[place] = product.encoded }
            rest = rest.dropFirst(batch.count)
            done = done.dropFirst(batch.count)
        }
    }

    /// α·E of each element, the identity where one is none. The mask's combination decodes all of them anyway, and
    /// finds that one is none: only then each is looked at by itself.
    private func productsOfAny(_ batch: [Point]) throws(SealedMatchError) -> [Point] {
        var random = SystemRandom()
        let masked: MaskedCheck
        do throws(SealedMatchError) {
            masked = try MaskedCheck(batch, random: &random)
        } catch {
            let valid = batch.indices.filter { Point.isCanonical(batch[$0].encoded) }
            guard valid.count < batch.count else { throw error }
            var products = [Point](repeating: .identity, count: batch.count)
            guard !valid.isEmpty else { return products }
            let elements = valid.map { batch[$0] }
            let found = try self.products(MaskedCheck(elements, random: &random))
            for (place, product) in zip(valid, found) { products[place] = product }
            return products
        }
        return try products(masked)
    }

    private typealias Answered = (request: EvaluationRequest, answer: EvaluationAnswer)

    /// What was answered about a batch, and by whom.
    private struct Answers {
        var all: [PartyIndex: Answered] = [:]
        /// Whose answers come with a proof.
        var proved: Set<PartyIndex> = []
        var silent: Set<PartyIndex> = []
    }

    private func products(_ check: MaskedCheck) throws(SealedMatchError) -> [Point] {
        var answers = Answers()
        while true {
            let chosen = try choose(answers)
            let missing = chosen.filter { answers.all[$0] == nil }
            guard missing.isEmpty else {
                var requests: [EvaluationRequest] = []
                for party in missing {
                    requests.append(
                        try coordinator.request(check.elements, roots: check.roots, of: party, among: chosen))
                }
                for (party, result) in zip(missing, ask(missing, requests)) {
                    switch result {
                    case .success(let answered): answers.all[party] = answered
                    case .failure(let fault): note(fault, &answers)
                    }
                }
                continue
            }
            // Evaluation, step 4
            let given = chosen.compactMap { answers.all[$0] }
            if answers.proved.isSuperset(of: chosen) { return try coordinator.combine(given).dropLast() }
            if let (products, total) = try coordinator.combine(given, weights: check.weights),
                let last = products.last,
                try check.accepts(total: total, masked: last, publicKey: publicKey)
            {
                return products.dropLast()
            }
            try findWrong(chosen.filter { !answers.proved.contains($0) }, &answers)
        }
    }

    /// τ parties: who has answered stays, others follow in their order.
    private func choose(_ answers: Answers) throws(SealedMatchError) -> [PartyIndex] {
        let willing = standing.withLock { standing in
            standing.order.filter { !standing.wrong.contains($0) && !answers.silent.contains($0) }
        }
        let threshold = coordinator.record.threshold
        let chosen = (willing.filter { answers.all[$0] != nil } + willing.filter { answers.all[$0] == nil })
            .prefix(threshold)
        guard chosen.count == threshold else {
            throw SealedMatchError(.tooFewCustodians, "fewer custodians answer properly than the key takes")
        }
        return chosen.sorted()
    }

    /// Has parties prove what they have answered: who cannot, or answers otherwise now, is wrong. (Docs/Protocol.md,
    /// "Evaluation", step 5)
    private func findWrong(_ parties: [PartyIndex], _ answers: inout Answers) throws(SealedMatchError) {
        var requests: [EvaluationRequest] = []
        for party in parties {
            if let asked = answers.all[party]?.request { requests.append(try asked.proved()) }
        }
        for (party, result) in zip(parties, ask(parties, requests)) {
            let before = answers.all.removeValue(forKey: party)
            switch result {
            case .success(let answered) where before.map({ answered.answer.proves($0.answer) }) == true:
                answers.all[party] = answered
                answers.proved.insert(party)
            case .success:
                note(
                    Fault(
                        party: party, kind: .wrong,
                        error: SealedMatchError(
                            .proofRejected, "a party proves another answer than it gave, or gave a wrong root")),
                    &answers)
            case .failure(let fault): note(fault, &answers)
            }
        }
    }

    private func note(_ fault: Fault, _ answers: inout Answers) {
        report(fault)
        if fault.kind == .silent { answers.silent.insert(fault.party) }
        standing.withLock { $0.note(fault) }
    }

    /// Asks parties in parallel.
    private func ask(_ parties: [PartyIndex], _ requests: [EvaluationRequest]) -> [Result<Answered, Fault>] {
        let results = Mutex([Result<Answered, Fault>?](repeating: nil, count: parties.count))
        DispatchQueue.concurrentPerform(iterations: parties.count) { index in
            let result = self.ask(parties[index], requests[index])
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0 }.compactMap { $0 }
    }

    private func ask(_ party: PartyIndex, _ request: EvaluationRequest) -> Result<Answered, Fault> {
        guard let custodian = custodians[party] else {
            return .failure(
                Fault(
                    party: party, kind: .silent,
                    error: SealedMatchError(.tooFewCustodians, "no way to this custodian is known")))
        }
        let bytes: [UInt8]
        do throws(SealedMatchError) {
            bytes = try custodian.evaluate(request.encoded)
        } catch {
            return .failure(Fault(party: party, kind: .silent, error: error))
        }
        do throws(CustodianError) {
            return .success((request, try coordinator.verify(bytes, of: party, to: request)))
        } catch {
            return .failure(Fault(party: party, kind: .wrong, error: error.error))
        }
    }
}

extension ThresholdEvaluator.Fault: Error {}
