internal import SealedMatchAuthority
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchProtocol
internal import Synchronization

/// Evaluation by 2 of 3 custodians, on one thread.
struct CustodianBenchmarks {
    private let coordinator: Coordinator
    private let custodians: [LocalCustodian]
    private let alone: LocalEvaluator
    /// Slots of 32 vouchers, as many as the service evaluates together.
    private static let count = 1024

    init() throws {
        var random = SystemRandom()
        let seeds = try (0..<3).map { _ in try random.bytes32().bytes }
        let keys = try seeds.map { try SigningKey(seed: SecretBytes.copying($0)).publicKey }
        let plan = try RunPlan.keyGeneration(threshold: 2, tableID: TableID.random(from: &random), keys: keys)
        let parties = try seeds.map {
            CustodianParty(identity: try SigningKey(seed: SecretBytes.copying($0)), store: OneState())
        }
        let first = try parties.map { try $0.begin(plan) }
        let second = try parties.map { try $0.deal(plan.tableID, first) }
        let third = try parties.map { try $0.confirm(plan.tableID, second) }
        coordinator = try Coordinator(parties[0].finish(plan.tableID, third))
        _ = try parties[1].finish(plan.tableID, third)
        custodians = try parties.prefix(2).map { LocalCustodian(try $0.share(of: plan.tableID)) }
        alone = LocalEvaluator(try MatchingKey.random())
    }

    /// - Returns: microseconds an element, of custodians and of one α.
    func round() throws -> (time: Double, floor: Double) {
        var random = SystemRandom()
        let points = try (0..<Self.count).map { _ in
            try TableElement.fillerHash.point(random.bytes32().bytes)
        }
        var encodings = points.map(\.encoded)
        let before = try Stopwatch.time { try alone.evaluate(&encodings) }
        let time = try Stopwatch.time { try evaluate(points) }
        encodings = points.map(\.encoded)
        let after = try Stopwatch.time { try alone.evaluate(&encodings) }
        let count = Double(Self.count)
        return (time / count, (before + after) / (2 * count))
    }

    private func evaluate(_ points: [Point]) throws {
        var random = SystemRandom()
        let check = try MaskedCheck(points, random: &random)
        let among = custodians.map(\.party)
        var answers: [(request: EvaluationRequest, answer: EvaluationAnswer)] = []
        for custodian in custodians {
            let request = try coordinator.request(
                check.elements, roots: check.roots, of: custodian.party, among: among)
            let answer = try custodian.evaluate(request.encoded)
            answers.append((request, try coordinator.verify(answer, of: custodian.party, to: request)))
        }
        guard let (products, total) = try coordinator.combine(answers, weights: check.weights),
            let last = products.last,
            try check.accepts(total: total, masked: last, publicKey: coordinator.record.publicKey)
        else { throw BenchmarkFailure(description: "the custodians' products are wrong") }
    }
}

/// A state in memory.
private final class OneState: CustodianStore {
    private let bytes = Mutex<[UInt8]?>(nil)

    func read(_: TableID) throws(SealedMatchError) -> SecretBytes? {
        guard let bytes = bytes.withLock({ $0 }) else { return nil }
        return try SecretBytes.copying(bytes)
    }

    func replace(_: TableID, with state: borrowing SecretBytes) throws(SealedMatchError) {
        let copy = state.withBytes { Array($0) }
        bytes.withLock { $0 = copy }
    }
}
