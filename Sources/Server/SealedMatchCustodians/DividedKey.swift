internal import SealedMatchCrypto
internal import SealedMatchProtocol
internal import SealedMatchSets
internal import Synchronization

/// α divided among custodians, for building and proving: products as `ThresholdEvaluator` gives them, and one proof by
/// τ parties where α's holder would make it. (Docs/Protocol.md, "Joint proofs")
package final class DividedKey: BlindingKey {
    private let coordinator: Coordinator
    private let evaluator: ThresholdEvaluator
    private let custodians: [any ProvingCustodian]
    private let report: @Sendable (ThresholdEvaluator.Fault) -> Void
    /// One session at a time.
    private let turn = Mutex(())

    /// - Parameters:
    ///   - custodians: ways to parties of the record.
    ///   - report: called with each fault, from any thread.
    /// - Throws: as `ThresholdEvaluator.init`.
    package init(
        _ coordinator: Coordinator, custodians: [any ProvingCustodian],
        report: @escaping @Sendable (ThresholdEvaluator.Fault) -> Void
    ) throws(SealedMatchError) {
        self.coordinator = coordinator
        self.custodians = custodians
        self.report = report
        evaluator = try ThresholdEvaluator(coordinator, custodians: custodians, report: report)
    }

    /// L = αB.
    public var publicKey: Point { coordinator.record.publicKey }

    /// α times each element, in place.
    public func evaluate(_ elements: inout [Bytes32]) throws(SealedMatchError) { try evaluator.evaluate(&elements) }

    /// One proof, by τ parties; where one fails, another session by others.
    /// - Throws: `tooFewCustodians`; `proofRejected` if the pairs are not by this key.
    public func prove(elements: [Point], evaluated: [Point]) throws(SealedMatchError) -> DLEQProof {
        try turn.withLock { (_) throws(SealedMatchError) in
            var out: Set<PartyIndex> = evaluator.wrongParties
            while true {
                let willing = custodians.filter { !out.contains($0.party) }
                    .prefix(coordinator.record.threshold).sorted { $0.party < $1.party }
                guard willing.count == coordinator.record.threshold else {
                    throw SealedMatchError(.tooFewCustodians, "fewer custodians answer properly than the key takes")
                }
                let proof = try JointProof(
                    coordinator, elements: elements, evaluated: evaluated, parties: willing.map(\.party))
                do throws(CustodianError) {
                    return try Self.prove(proof, willing)
                } catch {
                    guard let party = error.party else { throw error.error }
                    out.insert(party)
                    report(
                        ThresholdEvaluator.Fault(
                            party: party, kind: Self.isWrong(error.error) ? .wrong : .silent, error: error.error))
                }
            }
        }
    }

    private static func isWrong(_ error: SealedMatchError) -> Bool {
        [.proofRejected, .transcriptMismatch, .invalidPoint, .invalidScalar, .identityPoint, .nonCanonical].contains(
            error.code)
    }

    private static func prove(
        _ proof: JointProof, _ parties: [any ProvingCustodian]
    ) throws(CustodianError) -> DLEQProof {
        func each(
            _ body: (any ProvingCustodian) throws(SealedMatchError) -> [UInt8]
        ) throws(CustodianError) -> [[UInt8]] {
            var messages: [[UInt8]] = []
            for party in parties {
                messages.append(try blaming(party.party) { () throws(SealedMatchError) in try body(party) })
            }
            return messages
        }
        let session = proof.session
        let commitments = try each { (party) throws(SealedMatchError) in try party.commit(session) }
        // Each message is looked at before another party is given it: else that one would refuse, and be blamed.
        try proof.check(commitments: commitments)
        let reveals = try each { (party) throws(SealedMatchError) in try party.reveal(session, commitments) }
        try proof.check(commitments: commitments, reveals: reveals)
        let responses = try each { (party) throws(SealedMatchError) in try party.respond(session, reveals) }
        return try proof.finish(commitments: commitments, reveals: reveals, responses: responses)
    }
}
