internal import Authority
internal import Fingerprint
internal import MatchClient
internal import MatchProtocol
internal import Primitives
internal import Workers

/// Opening of sealed vouchers at the authority.
struct OpenBenchmarks: Sendable {
    private let rounds: Int
    private let opener: VoucherOpener
    private let vouchers: [SealedVoucher]

    private static let voucherCount = 32

    init(scale: BenchmarkScale, set: SetFixture, fingerprints: [PDQFingerprint]) throws {
        rounds = scale.openRounds
        let key = try MatchingKey.decodeCanonical(set.secrets.key.withBytes { [UInt8]($0) })
        opener = VoucherOpener([try MatchingSet(key: key, header: set.header)])
        var sealer = try SealFixture.sealer(set.open())
        vouchers = try fingerprints.prefix(Self.voucherCount).map { try sealer.seal(.picture($0)) }
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        var costs = try GroupCosts()
        var thread: [Double] = []
        var speedUp: [Double] = []
        for _ in 0..<rounds {
            for index in vouchers.indices {
                try costs.sampleEvaluation()
                let slots = vouchers[index].slots.count
                thread.append(try Stopwatch.time { try open(index..<(index + 1)) } / Double(slots))
            }
            let one = try wall(threads: 1)
            speedUp.append(try one / wall(threads: 2))
        }
        report(BenchmarkRow(.openSlot, thread.median, "us", floor: costs.multiplication.median))
        report(BenchmarkRow(.openTwoCores, speedUp.median, "x"))
    }

    private func open(_ range: Range<Int>) throws(SealedMatchError) {
        let opened = try opener.openSerially(vouchers[range])
        precondition(opened.allSatisfy { $0.status == .opened })
    }

    private func wall(threads: Int) throws -> Double {
        let bench = self
        return try Stopwatch.wall {
            try Workers(threads: threads).forEachChunk("open", count: vouchers.count, chunk: 1) { (range) throws(SealedMatchError) in
                try bench.open(range)
            }
        }
    }
}
