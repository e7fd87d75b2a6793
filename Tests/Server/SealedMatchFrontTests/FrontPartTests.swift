import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import SealedMatchTesting
import Synchronization
import Testing

@testable import SealedMatchFront

/// Parts of the front that need no socket.
@Suite struct FrontPartTests {
    static let alice = AccountID(canonical: Bytes32())

    @Test func aBucketFillsAgain() throws {
        let clock = Mutex(ContinuousClock.now)
        let limiter = RateLimiter(burst: 10, perSecond: 2) { clock.withLock { $0 } }
        let bob = try AccountID(name: [1])
        #expect(limiter.take(6, from: Self.alice) == nil)
        #expect(limiter.take(4, from: Self.alice) == nil)
        // Two tokens a second: ten are there after five.
        #expect(limiter.take(10, from: Self.alice) == 5)
        #expect(limiter.take(1, from: Self.alice) == 1)
        #expect(limiter.take(10, from: bob) == nil, "a bucket is one account's")
        clock.withLock { $0 += .seconds(3) }
        #expect(limiter.take(7, from: Self.alice) == 1)
        #expect(limiter.take(6, from: Self.alice) == nil)
        // More than a bucket holds: when it is full.
        clock.withLock { $0 += .seconds(5) }
        #expect(limiter.take(256, from: Self.alice) == nil)
        #expect(limiter.take(1, from: Self.alice) == 1)
    }

    @Test func tokensAreGivenBack() throws {
        let clock = Mutex(ContinuousClock.now)
        let limiter = RateLimiter(burst: 3, perSecond: 1) { clock.withLock { $0 } }
        for _ in 0..<10 {
            #expect(limiter.take(3, from: Self.alice) == nil)
            limiter.giveBack(3, to: Self.alice)
        }
        #expect(limiter.count == 0, "a full bucket is none")
        limiter.giveBack(5, to: Self.alice)
        #expect(limiter.take(3, from: Self.alice) == nil)
        #expect(limiter.take(1, from: Self.alice) == 1, "there are no more than a bucket holds")
        clock.withLock { $0 += .seconds(2) }
        limiter.giveBack(2, to: Self.alice)
        #expect(limiter.take(3, from: Self.alice) == nil)
        #expect(limiter.take(1, from: Self.alice) == 1)
    }

    @Test func silentAccountsAreForgotten() throws {
        let clock = Mutex(ContinuousClock.now)
        let limiter = RateLimiter(burst: 2, perSecond: 1) { clock.withLock { $0 } }
        for number in 0..<100_000 as Range<UInt32> {
            var bytes = Bytes32()
            for place in 0..<4 { bytes[place] = UInt8(truncatingIfNeeded: number >> UInt32(8 * place)) }
            _ = limiter.take(1, from: AccountID(canonical: bytes))
        }
        #expect(limiter.count == 100_000)
        clock.withLock { $0 += .seconds(9) }
        _ = limiter.take(1, from: try AccountID(name: [1]))
        #expect(limiter.count == 1)
    }

    @Test(arguments: [
        ("bytes=0-99", ByteRange.part(0...99)), ("bytes=900-", .part(900...999)), ("bytes=-5", .part(995...999)),
        ("bytes=-5000", .part(0...999)), ("bytes=990-2000", .part(990...999)), ("bytes=1000-", .outside),
        ("bytes=-0", .outside), ("bytes=5-4", .ignored), ("bytes=", .ignored), ("bytes=-", .ignored),
        ("bytes=0-1,5-6", .ignored), ("items=0-1", .ignored), ("bytes=+1-2", .ignored),
        ("bytes=99999999999999999999-", .ignored), ("bytes=٣-4", .ignored),
    ])
    func ranges(_ field: String, _ expected: ByteRange) { #expect(ByteRange(field, of: 1_000) == expected) }

    @Test func vouchersBackToBack() throws {
        let header = VoucherHeader(
            parameters: Parameters(), number: 0, epoch: 1,
            voucherID: try VoucherID(canonical: [UInt8](repeating: 1, count: 16)),
            pseudonym: Pseudonym(canonical: Bytes32()), setRoot: SetRoot(canonical: Bytes32()))
        let voucher = header.encoded + [UInt8](repeating: 7, count: header.voucherCount - VoucherHeader.encodedCount)
        #expect(throws: Problem.self) { try VoucherBatch([]) }
        let three = try VoucherBatch(voucher + voucher + voucher)
        #expect(three.vouchers == [voucher, voucher, voucher] && three.rest == nil)
        let cut = try VoucherBatch(voucher + voucher.dropLast())
        #expect(cut.vouchers == [voucher] && cut.rest?.code == .wrongLength)
        let short = try VoucherBatch(voucher + [1, 2])
        #expect(short.vouchers == [voucher] && short.rest?.code == .wrongLength)
        let other = try VoucherBatch(voucher + [UInt8](repeating: 0, count: 5_000))
        #expect(other.vouchers == [voucher] && other.rest?.code == .invalidMagic)
        let most = [[UInt8]](repeating: voucher, count: 256).flatMap(\.self)
        #expect(try VoucherBatch(most).vouchers.count == 256)
        #expect(throws: Problem.self) { try VoucherBatch(most + voucher) }
    }

    private actor Used {
        private(set) var now = 0
        private(set) var most = 0

        func add(_ count: Int) {
            now += count
            most = max(most, now)
        }
    }

    @Test func aBudgetIsNeverExceeded() async throws {
        let budget = BodyBudget(100)
        let used = Used()
        try await withThrowingTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    let count = 1 + number % 60
                    try await budget.with(count) {
                        await used.add(count)
                        await Task.yield()
                        await used.add(-count)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await used.most <= 100)
        #expect(await used.most > 60, "several had a part at a time")
        #expect(await used.now == 0)
        // More than all of it takes all of it, and what fails gives it back.
        for _ in 0..<3 {
            await #expect(throws: Problem.self) {
                try await budget.with(1_000) { throw Problem(.badRequest, "a test") }
            }
        }
        let full = BodyBudget(10, maximumWaiters: 0)
        await #expect(throws: Problem.self) {
            try await full.with(10) { try await full.with(1) {} }
        }
    }

    /// Whose share is used up waits, also behind nobody, and keeps nobody else waiting; in the end it is refused.
    @Test func anAccountHasItsShareOfABudget() async throws {
        var other = Bytes32()
        other[0] = 1
        let (anna, bruno) = (Self.alice, AccountID(canonical: other))
        let budget = BodyBudget(100, share: 50, patience: .milliseconds(50))
        try await budget.with(50, of: anna) {
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 {
                    group.addTask { (try? await budget.with(1, of: anna) {}) != nil }
                }
                for await isLetIn in group { #expect(!isLetIn) }
            }
            // One body may have more than a share.
            try await budget.with(50, of: bruno) {}
        }
        try await budget.with(90, of: anna) {
            await #expect(throws: Problem.self) { try await budget.with(20, of: bruno) {} }
            try await budget.with(10, of: bruno) {}
        }
        // All of it was given back.
        try await budget.with(100, of: anna) {}
        // Who waits for his share goes on when he has it.
        let patient = BodyBudget(100, share: 50)
        let used = Used()
        try await withThrowingTaskGroup { group in
            for _ in 0..<16 {
                group.addTask {
                    try await patient.with(40, of: anna) {
                        await used.add(40)
                        await Task.yield()
                        await used.add(-40)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await used.most == 40)
    }

    /// Whose account has nothing goes before others, and the slowest of those whose bodies come gives way to him.
    @Test func theSlowestGivesWayToWhoHasNothing() async throws {
        let accounts = (0..<3).map { number in
            var bytes = Bytes32()
            bytes[0] = UInt8(number)
            return AccountID(canonical: bytes)
        }
        let budget = BodyBudget(100, share: 50, patience: .seconds(600))
        let ended = Ended()
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // The first sends slower than the second. Both have to go: one alone is not room enough.
            for (number, received) in [1, 10].enumerated() {
                group.addTask {
                    let (ends, end) = AsyncStream.makeStream(of: Void.self)
                    try await budget.with(
                        40, of: accounts[number],
                        end: {
                            ended.numbers.withLock { $0.append(number) }
                            end.yield()
                        }
                    ) { room in
                        room.received(received)
                        begin.yield()
                        for await _ in ends { break }
                    }
                }
            }
            var count = 0
            for await _ in begun {
                count += 1
                if count == 2 { break }
            }
            group.addTask { try await budget.with(90, of: accounts[2]) {} }
            try await group.waitForAll()
        }
        #expect(ended.numbers.withLock { $0 } == [0, 1])
    }

    private final class Ended: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    @Test func aLineThatComesAgainIsCounted() {
        let clock = Mutex(ContinuousClock.now)
        let written = Mutex<[String]>([])
        let lines = RepeatedLines {
            clock.withLock { $0 }
        } write: { line in
            written.withLock { $0.append(line) }
        }
        for _ in 0..<5 { lines.say("no server") }
        lines.say("another one")
        #expect(written.withLock { $0 } == ["no server", "another one"])
        clock.withLock { $0 += .seconds(31) }
        for _ in 0..<5 { lines.say("no server") }
        #expect(written.withLock { $0.dropFirst(2) } == ["no server (and 4 times more since the last such line)"])
        // Many kinds of lines take no more memory, and none of them is lost.
        for number in 0..<1_000 { lines.say("line \(number)") }
        #expect(written.withLock { $0.count } == 1_003)
    }

    @Test func metricsInPrometheusFormat() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "b.total", dimensions: [("status", "200")]).increment(by: 3)
        registry.makeCounter(label: "b.total", dimensions: [("status", "200")]).increment(by: 4)
        registry.makeCounter(label: "b.total", dimensions: [("status", "404")]).increment(by: 1)
        registry.makeRecorder(label: "a_gauge", dimensions: [], aggregate: false).record(2.5)
        registry.makeTimer(label: "c", dimensions: []).recordNanoseconds(3_000_000)
        let text = registry.text
        #expect(
            text.hasPrefix(
                "# TYPE a_gauge gauge\na_gauge 2.5\n# TYPE b_total counter\nb_total{status=\"200\"} 7\n"
                    + "b_total{status=\"404\"} 1\n# TYPE c histogram\nc_bucket{le=\"0.001\"} 0\n"))
        #expect(text.contains("c_bucket{le=\"0.005\"} 1\n") && text.hasSuffix("c_sum 0.003\nc_count 1\n"))
    }
}
