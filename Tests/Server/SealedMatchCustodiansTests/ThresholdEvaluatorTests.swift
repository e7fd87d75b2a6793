import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import SealedMatchTesting
import Synchronization
import Testing

/// A custodian whose answers are changed on their way, or do not come.
private final class FaultyCustodian: Custodian {
    let party: PartyIndex
    private let inner: any Custodian
    private let change: @Sendable ([UInt8]) throws(SealedMatchError) -> [UInt8]
    let asked = Mutex(0)

    init(_ inner: any Custodian, _ change: @escaping @Sendable ([UInt8]) throws(SealedMatchError) -> [UInt8]) {
        party = inner.party
        self.inner = inner
        self.change = change
    }

    func evaluate(_ request: [UInt8]) throws(SealedMatchError) -> [UInt8] {
        asked.withLock { $0 += 1 }
        return try change(inner.evaluate(request))
    }
}

private final class Switch: Sendable {
    private let state = Mutex(true)
    var isOn: Bool { state.withLock { $0 } }
    func turnOff() { state.withLock { $0 = false } }
}

@Suite struct ThresholdEvaluatorTests {
    private final class Faults: Sendable {
        let all = Mutex<[ThresholdEvaluator.Fault]>([])
        func add(_ fault: ThresholdEvaluator.Fault) { all.withLock { $0.append(fault) } }
        var parties: [PartyIndex] { all.withLock { $0.map(\.party) } }
    }

    private static func evaluated(_ evaluator: ThresholdEvaluator, _ points: [Point]) throws -> [Point] {
        var encodings = points.map(\.encoded)
        try evaluator.evaluate(&encodings)
        return try encodings.map { try Point(canonical: $0) }
    }

    @Test(arguments: [(2, 3), (5, 8), (3, 3), (16, 16)])
    func allSubsetsGiveTheSameProducts(_ threshold: Int, _ count: Int) throws {
        let parties = try Parties(threshold, of: count)
        let coordinator = try Coordinator(parties.run())
        let alpha = try parties.alpha(Array(0..<threshold))
        let points = try elements(5, seed: 1)
        let expected = try points.map { try $0.multipliedVarTime(byPublic: alpha) }
        for subset in subsets(threshold, of: count) {
            let evaluator = try ThresholdEvaluator(
                coordinator, custodians: subset.shuffled().map { try parties.custodian($0) }
            ) { Issue.record("\($0)") }
            #expect(try Self.evaluated(evaluator, points) == expected)
        }
    }

    @Test func keepsTheContractOfTheSeam() throws {
        let parties = try Parties(2, of: 3)
        let evaluator = try ThresholdEvaluator(
            Coordinator(parties.run()), custodians: (0..<3).map { try parties.custodian($0) }
        ) { Issue.record("\($0)") }
        try EvaluatorConformance.run(evaluator)
    }

    /// What is no element has no product, wherever it stands, and no custodian sees it.
    @Test(arguments: [[], [0], [5], [1, 2, 4], [0, 1, 2, 3, 4, 5]])
    func whatIsNoElementIsNotAskedFor(_ places: [Int]) throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let alpha = try parties.alpha([0, 1])
        let points = try elements(6, seed: 7)
        var topBit = points[0].encoded
        topBit[31] |= 0x80
        let hostile = try [255, 1, 0].map { try Bytes32(exactly: [UInt8](repeating: $0, count: 32)) } + [topBit]
        let lengths = Mutex<[Int]>([])
        let custodians = try (0..<2).map { place in
            FaultyCustodian(try parties.custodian(place)) { answer in
                lengths.withLock { $0.append(answer.count) }
                return answer
            }
        }
        let evaluator = try ThresholdEvaluator(Coordinator(record), custodians: custodians) { Issue.record("\($0)") }
        for bad in hostile {
            var encodings = points.map(\.encoded)
            for place in places { encodings[place] = bad }
            try evaluator.evaluate(&encodings)
            for (place, point) in points.enumerated() {
                let product = try point.multipliedVarTime(byPublic: alpha).encoded
                #expect(encodings[place] == (places.contains(place) ? Bytes32() : product))
            }
        }
        // Each is asked for what is left, and one more.
        let asked = places.count == points.count ? 0 : 2 * hostile.count
        #expect(lengths.withLock { $0 } == Array(repeating: 40 + 64 * (points.count - places.count + 1), count: asked))
    }

    /// A custodian that changes any part of its answer is named and replaced, and what others answered is used.
    @Test func wrongAnswersAreNamed() throws {
        let parties = try Parties(2, of: 3)
        let record = try parties.run()
        let alpha = try parties.alpha([0, 1])
        let points = try elements(3, seed: 2)
        let expected = try points.map { try $0.multipliedVarTime(byPublic: alpha) }
        let another = try elements(1, seed: 99)
        let other = another[0].encoded.bytes
        let otherRoot = try #require(GroupBatch.rootsVarTime(of: another))[0].bytes
        let changes: [(String, SealedMatchError.Code, @Sendable ([UInt8]) -> [UInt8])] = [
            ("a product", .proofRejected, { $0.replacing(other, at: 40) }),
            (
                "a product and its root", .proofRejected,
                {
                    $0.count == 296
                        ? $0.replacing(other, at: 40).replacing(otherRoot, at: 168) : $0.replacing(other, at: 40)
                }
            ),
            // Products that are right, with a root that is not.
            ("a root", .proofRejected, { $0.count == 296 ? $0.replacing(otherRoot, at: 168) : $0 }),
            (
                "the last root, by one bit", .proofRejected,
                {
                    $0.count == 296 ? $0.replacing([$0[264] ^ 2], at: 264) : $0
                }
            ),
            (
                "no root", .proofRejected,
                {
                    $0.count == 296 ? $0.replacing(Array(repeating: 0, count: 32), at: 200) : $0
                }
            ),
            (
                "two products exchanged", .proofRejected,
                {
                    $0.replacing(Array($0[72..<104]), at: 40).replacing(Array($0[40..<72]), at: 72)
                }
            ),
            // 296 bytes have no proof: three elements, and one more.
            (
                "a product, as long as it is not to be proved", .proofRejected,
                {
                    $0.count == 296 ? $0.replacing(other, at: 40) : $0
                }
            ),
            (
                "a product, and then the proof", .proofRejected,
                {
                    $0.count == 296 ? $0.replacing(other, at: 40) : $0.replacing([$0[170] ^ 1], at: 170)
                }
            ),
            ("the product of the check", .proofRejected, { $0.replacing(other, at: 136) }),
            ("no element", .invalidPoint, { $0.replacing(Array(repeating: 255, count: 32), at: 40) }),
            ("the identity", .identityPoint, { $0.replacing(Array(repeating: 0, count: 32), at: 40) }),
            ("its index", .transcriptMismatch, { $0.replacing([3], at: 4) }),
            ("the request's digest", .transcriptMismatch, { $0.replacing([$0[8] ^ 1], at: 8) }),
            ("a reserved byte", .nonCanonical, { $0.replacing([1], at: 5) }),
            ("the magic", .invalidMagic, { $0.replacing([0], at: 0) }),
            ("too short", .wrongLength, { Array($0.dropLast()) }),
            ("empty", .wrongLength, { _ in [] }),
            (
                "a product, and then a scalar", .invalidScalar,
                {
                    $0.count == 296
                        ? $0.replacing(other, at: 40) : $0.replacing(Array(repeating: 255, count: 32), at: 168)
                }
            ),
        ]
        for (what, code, change) in changes {
            let faults = Faults()
            let honest = FaultyCustodian(try parties.custodian(0)) { (bytes) throws(SealedMatchError) in bytes }
            let liar = FaultyCustodian(try parties.custodian(1)) { (bytes) throws(SealedMatchError) in change(bytes) }
            let evaluator = try ThresholdEvaluator(
                Coordinator(record), custodians: [honest, liar, parties.custodian(2)]
            ) { faults.add($0) }
            #expect(try Self.evaluated(evaluator, points) == expected, Comment(rawValue: what))
            #expect(faults.all.withLock { $0.map(\.error.code) } == [code], Comment(rawValue: what))
            #expect(evaluator.wrongParties == [party(2)], Comment(rawValue: what))
            // It is not asked again, and who had answered was asked at most once more, for a proof.
            let asked = (liar: liar.asked.withLock { $0 }, honest: honest.asked.withLock { $0 })
            #expect(asked.liar <= 2 && asked.honest == asked.liar, Comment(rawValue: what))
            #expect(try Self.evaluated(evaluator, points) == expected)
            #expect(liar.asked.withLock { $0 } == asked.liar && honest.asked.withLock { $0 } == asked.honest + 1)
        }
    }

    @Test func silentOnesAreLeftOutForNow() throws {
        let parties = try Parties(2, of: 3)
        let faults = Faults()
        let record = try parties.run()
        let isAway = Switch()
        let away = FaultyCustodian(try parties.custodian(0)) { (bytes) throws(SealedMatchError) in
            if isAway.isOn { throw SealedMatchError(.fileFailed, "no connection") }
            return bytes
        }
        let evaluator = try ThresholdEvaluator(
            Coordinator(record), custodians: [away, parties.custodian(1), parties.custodian(2)]
        ) { faults.add($0) }
        let points = try elements(2, seed: 3)
        let products = try Self.evaluated(evaluator, points)
        #expect(faults.parties == [party(1)] && evaluator.wrongParties.isEmpty)
        // It is asked after the others from now on, so that nobody waits for it with each batch.
        #expect(try Self.evaluated(evaluator, points) == products)
        #expect(away.asked.withLock { $0 } == 1)
        isAway.turnOff()
        let last = try ThresholdEvaluator(
            Coordinator(record),
            custodians: [
                away, parties.custodian(1),
                FaultyCustodian(try parties.custodian(2)) { (_) throws(SealedMatchError) in [] },
            ]
        ) { faults.add($0) }
        #expect(try Self.evaluated(last, points) == products)
        #expect(away.asked.withLock { $0 } == 2)
        // With two of three gone nothing is evaluated, and nothing of the elements is there.
        let alone = try ThresholdEvaluator(
            Coordinator(record),
            custodians: (0..<3).map { place in
                FaultyCustodian(try parties.custodian(place)) { (bytes) throws(SealedMatchError) in
                    if place > 0 { throw SealedMatchError(.fileFailed, "no connection") }
                    return bytes
                }
            }
        ) { faults.add($0) }
        expectCode(.tooFewCustodians) { _ = try Self.evaluated(alone, points) }
    }

    @Test func anAnswerOfAnotherRecordOrRequestIsRefused() throws {
        let (here, there) = (try Parties(2, of: 3, seed: 1), try Parties(2, of: 3, seed: 2))
        let (coordinator, other) = (try Coordinator(here.run()), try Coordinator(there.run()))
        let both = [party(1), party(2)]
        let request = try coordinator.request(elements(2, seed: 1), of: party(1), among: both)
        let foreign = try other.request(elements(2, seed: 1), of: party(1), among: both)
        expectCode(.unknownSet) { _ = try there.custodian(0).evaluate(request.encoded) }
        let answer = try there.custodian(0).evaluate(foreign.encoded)
        expectFault(.transcriptMismatch, party(1)) { _ = try coordinator.verify(answer, of: party(1), to: request) }
        // The same elements under another weight, and other elements under the same.
        let reweighed = try coordinator.request(elements(2, seed: 1), of: party(1), among: [party(1), party(3)])
        let answers = try [reweighed, coordinator.request(elements(2, seed: 5), of: party(1), among: both)].map {
            try here.custodian(0).evaluate($0.encoded)
        }
        for answer in answers {
            expectFault(.transcriptMismatch, party(1)) {
                _ = try coordinator.verify(answer, of: party(1), to: request)
            }
        }
        expectFault(.transcriptMismatch, party(2), "another party's answer") {
            _ = try coordinator.verify(here.custodian(0).evaluate(request.encoded), of: party(2), to: request)
        }
    }

    @Test func requestsAreStrict() throws {
        let parties = try Parties(2, of: 3)
        let coordinator = try Coordinator(parties.run())
        let both = [party(1), party(2)]
        let good = try coordinator.request(elements(2, seed: 1), of: party(1), among: both).encoded
        try expectCanonical(good, mutations: 2_000, seed: 4) { try EvaluationRequest(canonical: $0).encoded }
        expectExactLength(good) { _ = try EvaluationRequest(canonical: $0) }
        let custodian = try parties.custodian(0)
        for (code, bytes) in [
            (SealedMatchError.Code.identityPoint, good.replacing(Array(repeating: 0, count: 32), at: 72)),
            (.invalidPoint, good.replacing([good[103] | 0x80], at: 103)),
            (.invalidScalar, good.replacing(Array(repeating: 0, count: 32), at: 40)),
            (.invalidScalar, good.replacing(Array(repeating: 255, count: 32), at: 40)),
            (.parameterOutOfRange, good.replacing([0, 0], at: 4)),
            (.nonCanonical, good.replacing([2], at: 6)), (.nonCanonical, good.replacing([1], at: 7)),
            (.unknownSet, good.replacing([good[8] ^ 1], at: 8)),
        ] {
            expectCode(code) { _ = try custodian.evaluate(bytes) }
        }
        // Without a proof roots follow the elements.
        let plain = try coordinator.request(elements(2, seed: 1), of: party(1), among: both, isProved: false).encoded
        try expectCanonical(plain, mutations: 2_000, seed: 5) { try EvaluationRequest(canonical: $0).encoded }
        expectExactLength(plain) { _ = try EvaluationRequest(canonical: $0) }
        for (code, bytes) in [
            (SealedMatchError.Code.identityPoint, plain.replacing(Array(repeating: 0, count: 32), at: 104)),
            (.invalidPoint, plain.replacing([plain[103] | 0x80], at: 103)),
            (.invalidPoint, plain.replacing([plain[140] ^ 1], at: 140)),
            (.invalidPoint, plain.replacing(Array(plain[168..<200]), at: 136)),
            (.wrongLength, Array(plain.prefix(136))), (.wrongLength, plain.replacing([1], at: 6)),
        ] {
            expectCode(code) { _ = try custodian.evaluate(bytes) }
        }
        expectCode(.identityPoint) { _ = try coordinator.request([.identity], of: party(1), among: both) }
        expectCode(.parameterOutOfRange) { _ = try coordinator.request([], of: party(1), among: both) }
        for wrong in [[party(1)], [party(1), party(1)], [party(1), party(4)], [party(1), party(2), party(3)]] {
            expectCode(.parameterOutOfRange) {
                _ = try coordinator.request(elements(1, seed: 1), of: party(1), among: wrong)
            }
        }
        expectCode(.parameterOutOfRange) {
            _ = try coordinator.request(elements(1, seed: 1), of: party(3), among: both)
        }
    }

    /// Two parties that lie together, so that their errors cancel in a sum, and one that lies in several places.
    @Test func errorsThatFitTogether() throws {
        let parties = try Parties(3, of: 5)
        let record = try parties.run()
        let alpha = try parties.alpha([0, 1, 2])
        let points = try elements(4, seed: 2)
        let expected = try points.map { try $0.multipliedVarTime(byPublic: alpha) }
        let error = try elements(1, seed: 50)[0]
        @Sendable func shifted(
            _ bytes: [UInt8], _ places: [Int], by sign: Int
        ) throws(SealedMatchError) -> [UInt8] {
            var bytes = bytes
            for place in places {
                let at = 40 + 32 * place
                let point = try Point(canonical: Bytes32(exactly: Array(bytes[at..<at + 32])))
                let moved = sign > 0 ? try point.adding(error) : try point.subtracting(error)
                bytes = bytes.replacing(moved.encoded.bytes, at: at)
                // Five products, and without a proof their roots.
                guard bytes.count == 360, let root = GroupBatch.rootsVarTime(of: [moved]) else { continue }
                bytes = bytes.replacing(root[0].bytes, at: 200 + 32 * place)
            }
            return bytes
        }
        for (what, places, wrong) in [
            ("one that adds and takes away", ([0], [1]), Set([party(1)])),
            ("two whose errors cancel", ([2], [2]), Set<PartyIndex>()),
        ] {
            let isOne = wrong.count == 1
            let faults = Faults()
            let liars = [
                FaultyCustodian(try parties.custodian(0)) { (bytes) throws(SealedMatchError) in
                    let first = try shifted(bytes, places.0, by: 1)
                    return isOne ? try shifted(first, places.1, by: -1) : first
                },
                FaultyCustodian(try parties.custodian(1)) { (bytes) throws(SealedMatchError) in
                    isOne ? bytes : try shifted(bytes, places.1, by: -1)
                },
            ]
            let evaluator = try ThresholdEvaluator(
                Coordinator(record),
                custodians: liars + [parties.custodian(2), parties.custodian(3), parties.custodian(4)]
            ) { faults.add($0) }
            // What comes out is right in every case: errors that cancel are no errors of the product.
            #expect(try Self.evaluated(evaluator, points) == expected, Comment(rawValue: what))
            #expect(evaluator.wrongParties == wrong, Comment(rawValue: what))
        }
    }

    @Test func aRecordThatNotAllConfirmedIsNotUsed() throws {
        let parties = try Parties(2, of: 3)
        var bytes = try parties.run().encoded
        bytes[bytes.count - 65] ^= 1
        expectFault(.invalidSignature, party(2)) { _ = try Coordinator(CustodianRecord(canonical: bytes)) }
    }
}
