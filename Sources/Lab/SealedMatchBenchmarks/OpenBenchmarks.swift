internal import SealedMatchAuthority
internal import SealedMatchFingerprint
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchWorkers

/// Opening of sealed vouchers at the authority.
struct OpenBenchmarks: Sendable {
    private let rounds: Int
    private let opener: VoucherOpener<LocalEvaluator>
    private let vouchers: [SealedVoucher]

    private static let voucherCount = 64
    /// Vouchers that are opened in one call, as the service does.
    private static let together = 32

    init(scale: BenchmarkScale, set: SetFixture, items: [MediaItem]) throws {
        rounds = scale.openRounds
        let key = try MatchingKey(canonical: set.secrets.key.withEncoded { [UInt8]($0) })
        opener = VoucherOpener([try MatchingSet(key: key, header: set.header)])
        var sealer = try SealFixture.sealer(set.open())
        vouchers = try (0..<Self.voucherCount).map { try sealer.seal(items[$0 % items.count]) }
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        var random = SystemRandom()
        let scalar = try Scalar.random(from: &random)
        var thread: [Double] = []
        var floors: [Double] = []
        var ratios: [Double] = []
        var speedUp: [Double] = []
        for _ in 0..<rounds {
            for first in stride(from: 0, to: vouchers.count, by: Self.together) {
                let range = first..<min(vouchers.count, first + Self.together)
                let slots = vouchers[range].flatMap(\.slots)
                let count = Double(slots.count)
                // The floor just before and just after, because the machine's speed drifts from one millisecond to the
                // next.
                let before = try multiplication(slots, scalar) / count
                let time = try Stopwatch.time { try open(range) } / count
                let after = try multiplication(slots, scalar) / count
                thread.append(time)
                floors += [before, after]
                ratios.append(2 * time / (before + after))
            }
            let one = try wall(threads: 1)
            speedUp.append(try one / wall(threads: 2))
        }
        report(BenchmarkRow(.openSlot, thread.median, "us", floor: floors.median, ratio: ratios.median))
        let custodians = try CustodianBenchmarks()
        let shared = try (0..<rounds).map { _ in try custodians.round() }
        report(
            BenchmarkRow(
                .openCustodians, shared.map(\.time).median, "us", floor: shared.map(\.floor).median,
                ratio: shared.map { $0.time / $0.floor }.median))
        report(BenchmarkRow(.openTwoCores, speedUp.median, "x"))
    }

    /// One variable-base multiplication for each slot, of its own element.
    private func multiplication(_ slots: [SealedSlot], _ scalar: borrowing Scalar) throws -> Double {
        var points = try slots.map { try Point(canonical: $0.element) }
        return try points.withUnsafeMutableBufferPointer { points in
            try Stopwatch.time { try SodiumBatch.multiply(points, by: scalar) }
        }
    }

    private func open(_ range: Range<Int>) throws(SealedMatchError) {
        let opened = try opener.openSerially(vouchers[range])
        precondition(opened.allSatisfy { $0.status == .opened })
    }

    private func wall(threads: Int) throws -> Double {
        let bench = self
        return try Stopwatch.wall {
            try Workers(threads: threads).forEachChunk("open", count: vouchers.count, chunk: Self.together) {
                (range) throws(SealedMatchError) in
                try bench.open(range)
            }
        }
    }
}
